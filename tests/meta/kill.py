"""Runs the product's own command against deviating reference servers and reads the verdicts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures import kdc
from harness.checks import catalogue
from harness.model import VariantKind
from tests.judging import Rows, check

SMOKE = ("TPC-002", "TPC-003", "DAV-010")
"""Requirements that every deviation is also judged by: the main road must stay open."""

BATCH = 20
"""Servers in one run; more share the waiting, fewer share the two cores."""

WAITING = {"limits": {"copy-timeout": 30}}
"""Where every copy hangs, a run would wait for each of them as long as the catalogue allows."""

CLEAN = "clean"

Judged = Mapping[str, Rows]
"""Verdict rows by endpoint and requirement."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A deviation as the reference server lists it."""

    name: str
    breaks: tuple[str, ...]
    also: dict[str, str]
    seen_in: str
    seam: str

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(sorted({identifier.split("-")[0] for identifier in self.breaks}))


@dataclass(frozen=True, slots=True)
class Batch:
    """Deviations judged by the same families, side by side in one run."""

    families: tuple[str, ...]
    deviations: tuple[Deviation, ...]

    @property
    def label(self) -> str:
        return "+".join(self.families) + ":" + self.deviations[0].name


def listed() -> tuple[Deviation, ...]:
    """Every deviation the reference server knows."""
    command = [sys.executable, "-m", "reference_server", "--list-deviations"]
    rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return tuple(
        Deviation(r["name"], tuple(r["breaks"]), dict(r["also"]), r["seen_in"], r["seam"])
        for r in rows
    )


def batches(deviations: tuple[Deviation, ...]) -> Iterator[Batch]:
    """The deviations grouped by the families they break, at most BATCH in a group."""
    groups: dict[tuple[str, ...], list[Deviation]] = defaultdict(list)
    for deviation in deviations:
        groups[deviation.families].append(deviation)
    for families, members in sorted(groups.items()):
        for some in _cut(members):
            yield Batch(families, tuple(some))


def _cut(members: list[Deviation]) -> Iterator[list[Deviation]]:
    for start in range(0, len(members), BATCH):
        yield members[start : start + BATCH]


TURNED = {"MUST": {"VIOLATED"}, "SHOULD": {"VIOLATED", "MET_WITH_WARNINGS"}}
FINE = {"MET", "MET_WITH_WARNINGS", "NOT_APPLICABLE", "NOT_TESTED"}


def missed(deviation: Deviation, verdicts: Rows) -> dict[str, str]:
    """What should have turned and did not."""
    return {
        i: f"{verdicts[i]['verdict']} {verdicts[i].get('actual', '')}"
        for i in deviation.breaks
        if verdicts[i]["verdict"] not in _turns(i, verdicts[i]["level"])
    }


def _turns(identifier: str, level: str) -> set[str]:
    """The verdicts that show a violation; a variant marked ``warn`` only ever warns."""
    warns = any(v.kind is VariantKind.WARN for v in catalogue().get(identifier).variants)
    return TURNED.get(level, {"VIOLATED"}) | ({"MET_WITH_WARNINGS"} if warns else set())


def strays(deviation: Deviation, verdicts: Rows) -> dict[str, str]:
    """MUSTs that turned though nobody wrote down why."""
    return {
        i: row.get("actual", "")
        for i, row in verdicts.items()
        if row["level"] == "MUST"
        and row["verdict"] not in FINE
        and i not in (*deviation.breaks, *deviation.also)
    }


def options(deviation: Deviation) -> list[str]:
    """What a server needs besides to show the deviation: a second node, if it redirects."""
    needs = {need for breaks in deviation.breaks for need in catalogue().get(breaks).needs}
    redirects = needs & {"redirector", "expect-redirect"} or "REDIR-012" in deviation.breaks
    return ["--data-node"] if redirects else []


def limits(deviation: Deviation) -> dict[str, dict[str, float]]:
    """How long results are waited for: less where one that never comes is what is proven."""
    return {"limits": {"copy-timeout": 10}} if "TPC-012" in deviation.breaks else {}


def wishes(deviation: Deviation) -> dict[str, bool]:
    """What has to be there besides: a KDC, if it is about tickets."""
    needs = {need for breaks in deviation.breaks for need in catalogue().get(breaks).needs}
    return {"kerberos": True} if "kerberos" in needs else {}


def possible(deviation: Deviation) -> bool:
    """Whether this machine has what it takes to show it; where nothing may be missing, it must."""
    required = os.environ.get("HTTPTPC_REAL") == "require"
    return not wishes(deviation) or required or kdc.is_installed()


Selection = Callable[[Deviation], Sequence[str]]
"""The requirements, or globs of them, that a deviation is judged by."""


def whole(deviation: Deviation) -> Sequence[str]:
    """All of the families that it breaks something of."""
    return (*(f"{family}-*" for family in deviation.families), *SMOKE)


def judged(batch: Batch, out: Path, selection: Selection = whole) -> Judged:
    """Rows by deviation and requirement, of one run of ``httptpc check``.

    The clean server is judged by everything that any of the deviations is judged by.
    """
    chosen = {d.name: list(selection(d)) for d in batch.deviations}
    chosen[CLEAN] = sorted({glob for globs in chosen.values() for glob in globs})
    behind = {"s3": True} if "S3" in batch.families else {}
    servers = {d.name: {**server(d), **behind} for d in batch.deviations}
    beside = {d.name: limits(d) for d in batch.deviations}
    more = {name: {"select": globs, **beside.get(name, {})} for name, globs in chosen.items()}
    return checked({CLEAN: behind, **servers}, out, more=more)


def server(deviation: Deviation) -> dict[str, Any]:
    """The ``start:`` of a server that deviates."""
    return {"deviation": [deviation.name], "options": options(deviation), **wishes(deviation)}


def checked(
    servers: Mapping[str, Mapping[str, Any]],
    out: Path,
    *words: str,
    more: Mapping[str, Mapping[str, Any]] | None = None,
) -> Judged:
    """Rows of one ``httptpc check`` on reference servers, each with its own ``start:``.

    ``more`` are further keys of their entries in endpoints.yaml.
    """
    entries = {
        name: {"kind": "reference", "start": start, **(more or {}).get(name, {})}
        for name, start in servers.items()
    }
    ended = check(entries, out, *words)
    assert ended.code in (0, 1, 3, 5), f"exit {ended.code}: {ended.said}"
    return ended.rows

"""What is detected directly is detected through a reverse proxy that ends TLS, too.

Mode tcp keeps framing to the byte: there every deviation has to be caught. Mode http writes
messages anew, as most sites' proxies do: there the right server must not be blamed for it.
``make test-long`` runs all kept deviations and renews docs/results/middlebox.json.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.judging import Rows
from tests.meta.keep import kept
from tests.meta.kill import (
    CLEAN,
    WAITING,
    Deviation,
    Judged,
    checked,
    limits,
    listed,
    missed,
    possible,
    server,
)

pytestmark = pytest.mark.skipif(
    shutil.which("haproxy", path="/usr/sbin:/usr/bin") is None
    and os.environ.get("HTTPTPC_REAL") != "require",
    reason="HAProxy is not installed: apt-get install haproxy",
)
SEED, SAMPLE, BATCH = 20261122, 24, 24
KEPT = Path(__file__).parents[2] / "docs" / "results" / "middlebox.json"
BLAMED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "tcp": {},
        "http": {"DAV-019": "the proxy answers for the server: it joins two equal Hosts to one"},
    }
)
"""What a right server is told to violate behind a proxy of that mode, and why it is the proxy."""

OF_THE_PROXY = frozenset({"AUTH-028", "SITE-002", "SITE-015"})
"""The handshake and the addresses are the proxy's there."""

CERTIFICATES = ("no X.509 credential", "gridsite: COPY with Credential: gridsite: 401")
"""Client certificates end at the proxy: what needs one is not tested behind it, or not applicable
since a right server refuses GridSite to whoever shows none. A deviation that breaks such a
requirement counts as untested there, unless all the rest of it is caught."""

UNSEEN: Mapping[str, str] = MappingProxyType(
    {"macaroon-for-x509-only": "nobody gets a macaroon there, as at a server that has none"}
)
"""Deviations that are another server's right behaviour to whoever has no certificate."""

ALONE = frozenset({"client-certificate-required"})
"""Servers that no proxy which ends TLS can stand before: it would have nothing to show them."""


def known() -> tuple[Deviation, ...]:
    """All that are kept; not those of gateways, which are judged at the object store behind."""
    here = (d for d in listed() if possible(d) and "S3" not in d.families)
    return tuple(d for d in here if d.name in kept() and d.name not in ALONE)


def _lot(deviation: Deviation) -> str:
    """A place in the draw that does not change when others are added."""
    return hashlib.sha256(f"{SEED}:{deviation.name}".encode()).hexdigest()


def sample(deviations: tuple[Deviation, ...]) -> tuple[Deviation, ...]:
    """The same ones every time, from all families: one after another as long as there is room."""
    shuffled = sorted(deviations, key=_lot)
    by_family: dict[tuple[str, ...], list[Deviation]] = {}
    for deviation in shuffled:
        by_family.setdefault(deviation.families, []).append(deviation)
    rounds = (
        group[turn]
        for turn in range(len(shuffled))
        for group in by_family.values()
        if turn < len(group)
    )
    return tuple(deviation for deviation, _ in zip(rounds, range(SAMPLE), strict=False))


def _cut(deviations: tuple[Deviation, ...]) -> dict[str, tuple[Deviation, ...]]:
    ordered = sorted(deviations, key=lambda d: (d.families, d.name))
    starts = range(0, len(ordered), BATCH)
    return {f"long-{n}": tuple(ordered[n : n + BATCH]) for n in starts}


DEVIATIONS = known()
BATCHES = {"sample": sample(DEVIATIONS), **_cut(DEVIATIONS)}
CASES = [
    pytest.param(
        label,
        deviation,
        id=f"{label}-{deviation.name}",
        marks=[
            pytest.mark.xdist_group(f"middlebox-{label}"),
            *([] if label == "sample" else [pytest.mark.long]),
        ],
    )
    for label, batch in BATCHES.items()
    for deviation in batch
]


@functools.cache
def _run(label: str, out: Path) -> Judged:
    """One run on a batch of deviating servers and a right one, each behind its own proxy."""
    batch = BATCHES[label]
    servers: dict[str, dict[str, Any]] = {CLEAN: {"behind": "tcp", "options": ["--data-node"]}}
    for d in batch:
        servers[d.name] = {"behind": "tcp", **server(d)}
    more = {d.name: {"select": list(d.breaks), **WAITING, **limits(d)} for d in batch}
    more[CLEAN] = {"select": sorted({identifier for d in batch for identifier in d.breaks})}
    found = checked(servers, out / label, more=more)
    if label != "sample":
        _keep(batch, found)
    return found


@functools.cache
def _clean(out: Path) -> Judged:
    return checked({mode: {"behind": mode} for mode in BLAMED}, out / "clean", "-n", "2")


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("middlebox")


def untested(deviation: Deviation, clean: Rows) -> set[str]:
    """What it breaks and nobody can see: no client certificate, and not its own handshake."""
    if deviation.name in UNSEEN:
        return set(deviation.breaks)
    return {i for i in deviation.breaks if i in OF_THE_PROXY or _wants_certificate(clean[i])}


def _wants_certificate(row: Mapping[str, Any]) -> bool:
    return row["verdict"] in ("NOT_TESTED", "NOT_APPLICABLE") and any(
        words in row["reason"] for words in CERTIFICATES
    )


def escaped(deviation: Deviation, found: Judged) -> dict[str, str]:
    """What should have turned behind the proxy and did not."""
    unseen = untested(deviation, found[CLEAN])
    return {i: w for i, w in missed(deviation, found[deviation.name]).items() if i not in unseen}


def _told(deviation: Deviation, found: Judged) -> dict[str, Any]:
    """What is kept of a deviation: whether it was caught, and what of it could not be seen."""
    unseen, lost = untested(deviation, found[CLEAN]), escaped(deviation, found)
    whole = unseen == set(deviation.breaks)
    return {
        "result": ("untested" if unseen else "escaped") if lost or whole else "killed",
        **({"untested": sorted(unseen)} if unseen else {}),
        **({"escaped": sorted(lost)} if lost else {}),
    }


def _keep(batch: tuple[Deviation, ...], found: Judged) -> None:
    """Add what a run showed to the kept result; runs side by side do so one after another."""
    with KEPT.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        rows = json.load(file)["deviations"] | {d.name: _told(d, found) for d in batch}
        words = Counter(row["result"] for row in rows.values())
        document = {"schema": 1, "deviations": rows, "totals": words}
        file.seek(0)
        file.write(json.dumps(document, indent=1, sort_keys=True) + "\n")
        file.truncate()


@pytest.mark.parametrize(("label", "deviation"), CASES)
def test_deviation_is_caught_through_the_proxy(label: str, deviation: Deviation, out: Path) -> None:
    found = _run(label, out)
    assert untested(deviation, found[CLEAN]) or escaped(deviation, found) == {}


@pytest.mark.xdist_group("middlebox-clean")
@pytest.mark.parametrize("mode", BLAMED)
def test_a_right_server_is_not_blamed_for_its_proxy(mode: str, out: Path) -> None:
    verdicts = _clean(out)[mode]
    bad = {
        i: str(row.get("actual") or row.get("reason"))
        for i, row in verdicts.items()
        if row["verdict"] in ("VIOLATED", "INCONCLUSIVE")
    }
    assert set(bad) == set(BLAMED[mode]), bad
    assert sum(row["verdict"] == "MET" for row in verdicts.values()) > 250


def test_the_kept_result_is_of_these_deviations() -> None:
    rows = json.loads(KEPT.read_text(encoding="utf-8"))["deviations"]
    assert set(rows) <= {d.name for d in DEVIATIONS}
    assert len(rows) >= 0.95 * len(DEVIATIONS)
    assert [name for name, row in rows.items() if row["result"] == "escaped"] == []
    assert sum(row["result"] == "killed" for row in rows.values()) >= 0.8 * len(rows)

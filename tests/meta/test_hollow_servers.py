"""A check must not pass on a hollow server: one that says the same whatever it is asked.

Such a server may be told to meet no MUST and no SHOULD, but for those that ``hollow.yaml`` lists
with the reason why it really meets them. Those that keep files get past the controls that read
what was written.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.checks import catalogue
from harness.cli.listing import requirements
from harness.model import Level
from tests.judging import Rows, check

TABLE: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("hollow.yaml").read_text(encoding="utf-8")
)
SERVERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "few": (
        ("closing", ""),
        ("created", ""),
        ("echo", ""),
        ("forbidden", ""),
        ("missing", "stores"),
        ("missing", "swallows"),
        ("missing", "guards"),
    ),
    "many": (
        ("accepted", ""),
        ("broken", ""),
        ("circling", ""),
        ("missing", ""),
        ("ok", ""),
        ("refused", ""),
        ("several", ""),
        ("accepted", "stores"),
        ("broken", "stores"),
        ("circling", "stores"),
        ("closing", "stores"),
        ("created", "stores"),
        ("echo", "stores"),
        ("forbidden", "stores"),
        ("ok", "stores"),
        ("tokens", "guards"),
        ("ok", "guards"),
        ("closing", "guards"),
    ),
}
"""Runs, and their servers: what each answers, and what it serves all the same."""
WARNED = "MET_WITH_WARNINGS"


def _waits(check: str) -> bool:
    file, _, name = check.partition("::")
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    return getattr(getattr(module, name), "slow", False)


MUSTS = tuple(r.id for r in catalogue() if r.level is Level.MUST)
SHOULDS = tuple(
    row["id"]
    for row in requirements()
    if row["level"] == "SHOULD" and row["checks"] and not any(map(_waits, row["checks"]))
)
LONG = {"few": [], "many": [pytest.mark.long]}
CASES = [
    pytest.param(
        run,
        server,
        id="-".join(filter(None, server)),
        marks=[pytest.mark.xdist_group(run), *LONG[run]],
    )
    for run, servers in SERVERS.items()
    for server in servers
]


def named(answer: str, kept: str) -> str:
    return f"{answer}-{kept}" if kept else answer


def parts(answer: str, kept: str) -> tuple[str, ...]:
    """The parts of the table that hold for a server."""
    return ("everybody", answer, kept, named(answer, kept))


@functools.cache
def _run(run: str, out: Path) -> Mapping[str, Rows]:
    entries: dict[str, Any] = {
        named(answer, kept): {"kind": "hollow", "start": {"answer": answer, "kept": kept}}
        for answer, kept in SERVERS[run]
    }
    musts = check(entries, out / run / "musts", "--quick", "-n", "2", *selected(MUSTS))
    assert musts.code == 1, musts.said
    shoulds = check(entries, out / run / "shoulds", "-n", "2", *selected(SHOULDS))
    return {name: {**musts.rows[name], **shoulds.rows[name]} for name in entries}


def selected(identifiers: Sequence[str]) -> list[str]:
    return [word for identifier in identifiers for word in ("--select", identifier)]


def is_met(row: Mapping[str, Any]) -> bool:
    """A SHOULD that is not followed is a warning: there only MET says that it is."""
    return row["verdict"] == "MET" or (row["level"], row["verdict"]) == ("MUST", WARNED)


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hollow")


@pytest.mark.parametrize(("run", "server"), CASES)
def test_hollow_server_meets_nothing(run: str, server: tuple[str, str], out: Path) -> None:
    rows = _run(run, out)[named(*server)]
    excused = {i for part in parts(*server) for i in TABLE.get(part, {})}
    told = {
        i: f"{row['verdict']} {row.get('actual') or ''} {row['checks']}"
        for i, row in rows.items()
        if is_met(row) and i not in excused
    }
    assert told == {}


@pytest.mark.parametrize(("run", "server"), CASES)
def test_hollow_server_is_judged(run: str, server: tuple[str, str], out: Path) -> None:
    """Where nothing is judged nothing can be met: those that take files are judged by most."""
    verdicts = [row["verdict"] for row in _run(run, out)[named(*server)].values()]
    writable = server[0] in ("created", "echo", "ok") or server[1]
    assert verdicts.count("VIOLATED") >= (60 if writable else 3)
    assert not writable or verdicts.count("NOT_TESTED") < len(verdicts) / 3


@pytest.mark.xdist_group("few")
def test_the_table_excuses_what_is_met(out: Path) -> None:
    """An excuse that nobody needs any more would hide a check that grows weak."""
    found = _run("few", out)
    shown = {
        (part, i)
        for answer, kept in SERVERS["few"]
        for part in parts(answer, kept)
        for i, row in found[named(answer, kept)].items()
        if is_met(row)
    }
    ours = {part for server in SERVERS["few"] for part in parts(*server)}
    listed = {(part, i) for part, reasons in TABLE.items() if part in ours for i in reasons}
    assert {row for row in listed if row not in shown} == set()


def test_every_excuse_is_a_sentence_about_what_is_judged() -> None:
    reasons = {i: why for part in TABLE.values() for i, why in part.items()}
    assert set(reasons) <= {*MUSTS, *SHOULDS}
    assert all(why.endswith(".") and len(why) > 20 for why in reasons.values())

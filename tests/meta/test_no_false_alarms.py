"""A right server is told nothing bad, whatever its legitimate habits, and twice the same."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.judging import Rows
from tests.meta.kill import Judged, checked

BAD = ("VIOLATED", "INCONCLUSIVE")


def listed() -> dict[str, dict[str, Any]]:
    """Every personality that the reference server knows, by name."""
    command = [sys.executable, "-m", "reference_server", "--list-personalities"]
    rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {row["name"]: row for row in rows}


PERSONALITIES = listed()
RUNS: Mapping[str, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "clean": {"clean": {}, "again": {}, "redirecting": {"options": ["--data-node"]}},
        "personalities": {name: {"personality": name} for name in PERSONALITIES},
    }
)
CASES = [
    pytest.param(run, name, id=name, marks=pytest.mark.xdist_group(f"no-false-alarms-{run}"))
    for run, servers in RUNS.items()
    for name in servers
]
each_server = pytest.mark.parametrize(("run", "name"), CASES)


@functools.cache
def _run(run: str, out: Path) -> Judged:
    return checked(RUNS[run], out / run, "-n", "2")


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("no-false-alarms")


def told(verdicts: Rows, *words: str) -> dict[str, str]:
    """What is said of the requirements that have one of these verdicts."""
    return {
        i: str(row.get("actual") or row.get("reason"))
        for i, row in verdicts.items()
        if row["verdict"] in words
    }


@each_server
def test_nothing_is_violated_or_left_open(run: str, name: str, out: Path) -> None:
    verdicts = _run(run, out)[name]
    assert told(verdicts, *BAD) == {}
    assert len(told(verdicts, "MET")) > 180


@each_server
def test_warnings_are_those_the_catalogue_has_for_a_habit(run: str, name: str, out: Path) -> None:
    habits = PERSONALITIES.get(name, {"differences": ()})["differences"]
    warned = told(_run(run, out)[name], "MET_WITH_WARNINGS")
    assert set(warned) == {d["warns"] for d in habits if d["warns"]}, warned


@pytest.mark.xdist_group("no-false-alarms-clean")
def test_the_same_server_gets_the_same_verdicts_again(out: Path) -> None:
    found = _run("clean", out)
    first, second = (
        {i: row["verdict"] for i, row in found[name].items()} for name in ("clean", "again")
    )
    assert first == second


@pytest.mark.parametrize("name", PERSONALITIES)
def test_every_personality_has_enough_of_its_own(name: str) -> None:
    differences = PERSONALITIES[name]["differences"]
    assert len(differences) >= 8
    assert all(d["source"] and d["summary"].endswith(".") for d in differences)

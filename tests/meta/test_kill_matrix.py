"""Every deviation turns the requirements it breaks, and nothing else that matters."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.meta.keep import KEPT, leave
from tests.meta.kill import CLEAN, Deviation, Judged, batches, judged, listed

TURNED = {"MUST": {"VIOLATED"}, "SHOULD": {"VIOLATED", "MET_WITH_WARNINGS"}}
FINE = {"MET", "MET_WITH_WARNINGS", "NOT_APPLICABLE", "NOT_TESTED"}
BATCHES = {batch.label: batch for batch in batches(listed())}


def _cases() -> list[Any]:
    return [
        pytest.param(label, d, id=d.name, marks=pytest.mark.xdist_group(label))
        for label, batch in BATCHES.items()
        for d in batch.deviations
    ]


@functools.cache
def _run(label: str, out: Path) -> Judged:
    found = judged(BATCHES[label], out)
    if folder := os.environ.get("HTTPTPC_KILL_OUT"):
        leave(BATCHES[label], found, Path(folder))
    return found


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kill")


@pytest.mark.parametrize(("label", "deviation"), _cases())
def test_deviation_is_caught_by_what_it_breaks(label: str, deviation: Deviation, out: Path) -> None:
    verdicts = _run(label, out / label.replace(":", "-"))[deviation.name]
    missed = {
        i: f"{verdicts[i]['verdict']} {verdicts[i].get('actual', '')}"
        for i in deviation.breaks
        if verdicts[i]["verdict"] not in TURNED.get(verdicts[i]["level"], {"VIOLATED"})
    }
    stray = {
        i: row.get("actual", "")
        for i, row in verdicts.items()
        if row["level"] == "MUST"
        and row["verdict"] not in FINE
        and i not in (*deviation.breaks, *deviation.also)
    }
    assert (missed, stray) == ({}, {})


@pytest.mark.parametrize(
    "label", [pytest.param(b, marks=pytest.mark.xdist_group(b)) for b in BATCHES]
)
def test_clean_server_violates_nothing(label: str, out: Path) -> None:
    verdicts = _run(label, out / label.replace(":", "-"))[CLEAN]
    bad = {
        i: row.get("actual") or row.get("reason")
        for i, row in verdicts.items()
        if row["verdict"] in ("VIOLATED", "INCONCLUSIVE")
    }
    assert bad == {}
    assert any(row["verdict"] == "MET" for row in verdicts.values())


def test_the_kept_kill_matrix_is_that_of_these_deviations() -> None:
    """The page of every report must not tell of an older server: ``make kill-matrix`` renews it."""
    kept = {row["name"]: row for row in json.loads(KEPT.read_text(encoding="utf-8"))["deviations"]}
    now = {d.name: d for d in listed()}
    assert set(kept) == set(now)
    assert {n: tuple(kept[n]["breaks"]) for n in now} == {n: d.breaks for n, d in now.items()}
    assert {n: set(now[n].breaks) - set(kept[n]["turned"]) for n in now} == {n: set() for n in now}

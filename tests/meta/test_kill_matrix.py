"""Every deviation turns the requirements it breaks, and nothing else that matters.

``make test`` runs those of the kept result (``suites/kill-matrix.json``): what was proven stays so.
``make test-long`` and ``make kill-matrix`` run all; the latter extends what is kept.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import pytest

from tests.meta.keep import kept, leave
from tests.meta.kill import (
    CLEAN,
    Batch,
    Deviation,
    Judged,
    batches,
    judged,
    listed,
    missed,
    possible,
    strays,
)

LISTED = tuple(filter(possible, listed()))
PROVEN = tuple(d for d in LISTED if d.name in kept())
OTHERS = tuple(d for d in LISTED if d.name not in kept())
BATCHES = {
    **{f"{b.label}": b for b in batches(PROVEN)},
    **{f"new-{b.label}": b for b in batches(OTHERS)},
}


def _marks(label: str) -> list[pytest.MarkDecorator]:
    group = pytest.mark.xdist_group(label)
    return [group, pytest.mark.long] if label.startswith("new-") else [group]


def _cases() -> list[Any]:
    return [
        pytest.param(label, d, id=d.name, marks=_marks(label))
        for label, batch in BATCHES.items()
        for d in batch.deviations
    ]


@functools.cache
def _run(label: str, out: Path) -> Judged:
    batch: Batch = BATCHES[label]
    found = judged(batch, out / label.replace(":", "-"))
    if folder := os.environ.get("HTTPTPC_KILL_OUT"):
        leave(batch, found, Path(folder))
    return found


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kill")


@pytest.mark.parametrize(("label", "deviation"), _cases())
def test_deviation_is_caught_by_what_it_breaks(label: str, deviation: Deviation, out: Path) -> None:
    verdicts = _run(label, out)[deviation.name]
    assert (missed(deviation, verdicts), strays(deviation, verdicts)) == ({}, {})


@pytest.mark.parametrize("label", [pytest.param(b, marks=_marks(b)) for b in BATCHES])
def test_clean_server_violates_nothing(label: str, out: Path) -> None:
    verdicts = _run(label, out)[CLEAN]
    bad = {
        i: row.get("actual") or row.get("reason")
        for i, row in verdicts.items()
        if row["verdict"] in ("VIOLATED", "INCONCLUSIVE")
    }
    assert bad == {}
    assert any(row["verdict"] == "MET" for row in verdicts.values())


def test_the_kept_kill_matrix_is_of_these_deviations() -> None:
    """The page of every report must not tell of another server than this one."""
    now = {d.name: d for d in listed()}
    rows = kept()
    assert set(rows) <= set(now)
    assert {n: tuple(row["breaks"]) for n, row in rows.items()} == {n: now[n].breaks for n in rows}
    assert len(rows) >= 50  # fewer would prove too little

"""Every deviation turns the requirements it breaks, and nothing else that matters.

``make test`` runs those of the kept result (``suites/kill-matrix.json``), each with all that it can
turn: what was proven stays so.
Hundreds of servers share the machine here. Where a verdict differs from what is written down, the
deviation is judged a second time, alone; the end of the run says so, and it may happen seldom.
``make test-long`` and ``make kill-matrix`` run all; the latter extends what is kept.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
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
    whole,
)
from tests.meta.touched import touched

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


AS_WRITTEN: tuple[dict[str, str], dict[str, str]] = ({}, {})
LEFT_IN = os.environ.get("HTTPTPC_KILL_OUT")
SELECTION = whole if LEFT_IN else touched
"""A result that is to be kept tells of whole families."""
SECOND_LOOKS = 2
"""Deviations that one worker may judge again."""


@functools.cache
def _run(label: str, out: Path) -> Judged:
    batch: Batch = BATCHES[label]
    found = judged(batch, out / label.replace(":", "-"), SELECTION)
    if LEFT_IN:
        leave(batch, found, Path(LEFT_IN))
    return found


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kill")


@pytest.fixture(scope="session")
def looked_again() -> list[str]:
    """The deviations that this worker judged a second time."""
    return []


@pytest.mark.parametrize(("label", "deviation"), _cases())
def test_deviation_is_caught_by_what_it_breaks(
    label: str,
    deviation: Deviation,
    out: Path,
    looked_again: list[str],
    record_property: Callable[[str, object], None],
) -> None:
    found = _differs(deviation, _run(label, out))
    if found != AS_WRITTEN and len(looked_again) < SECOND_LOOKS:
        looked_again.append(deviation.name)
        record_property("second look", f"{deviation.name}: {found}")
        alone = Batch(deviation.families, (deviation,))
        found = _differs(deviation, judged(alone, out / f"alone-{deviation.name}", SELECTION))
    assert found == AS_WRITTEN


def _differs(deviation: Deviation, found: Judged) -> tuple[dict[str, str], dict[str, str]]:
    """What should have turned and did not, and what turned and should not have."""
    verdicts = found[deviation.name]
    return missed(deviation, verdicts), strays(deviation, verdicts)


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

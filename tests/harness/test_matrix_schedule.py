"""The order of a matrix: every cell once, no endpoint asked for more than it allows."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter

import pytest

from harness.matrix.cell import Cell, Mode, Plan, Result, plan
from harness.matrix.schedule import lower_bound, run_all

NAMES = [f"e{number}" for number in range(8)]
LIMITS = {name: 1 + number % 3 for number, name in enumerate(NAMES)}


class Watch:
    """Work that takes a moment, and what was under way at a time."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.seconds = seconds
        self.busy, self.most = Counter[str](), Counter[str]()
        self.lock = threading.Lock()

    def __call__(self, plan: Plan) -> Cell:
        ends = (plan.source, plan.destination)
        with self.lock:
            self.busy.update(ends)
            self.most |= self.busy
        time.sleep(self.seconds)
        with self.lock:
            self.busy.subtract(ends)
        return Cell(plan.source, plan.destination, plan.mode, "none", Result.PASS)


def all_plans() -> list[Plan]:
    return plan(NAMES, [Mode.PULL, Mode.PUSH])


def test_every_cell_runs_once_within_the_limits() -> None:
    watch, done = Watch(), list[Cell]()
    schedule = run_all(all_plans(), LIMITS, watch, done.append)
    assert Counter(cell.plan for cell in done) == Counter(all_plans())
    assert watch.most == LIMITS
    assert 0 < schedule.lower_bound_s <= schedule.makespan_s


def test_cells_are_told_of_one_at_a_time() -> None:
    inside = threading.Lock()

    def tell(cell: Cell) -> None:
        assert inside.acquire(blocking=False)
        time.sleep(0.001)
        inside.release()

    run_all(all_plans(), dict.fromkeys(NAMES, 8), Watch(0), tell)


def test_what_goes_wrong_ends_the_run() -> None:
    done: list[Cell] = []
    numbers = itertools.count()

    def work(one: Plan) -> Cell:
        if next(numbers) == 5:
            raise OSError("the disk is full")
        return Watch(0.02)(one)

    with pytest.raises(OSError, match="the disk is full"):
        run_all(all_plans(), LIMITS, work, done.append)
    assert len(done) < len(all_plans()) / 2


def test_nothing_to_run_takes_no_time() -> None:
    assert run_all([], LIMITS, Watch(), print).lower_bound_s == 0


def test_lower_bound_is_the_share_of_the_busiest_or_the_longest_cell() -> None:
    a_b, c_a = Plan("a", "b", Mode.PULL), Plan("c", "a", Mode.PUSH)
    limits = {"a": 2, "b": 1, "c": 4}
    assert lower_bound([(a_b, 2.0), (c_a, 3.0)], limits) == 3.0
    assert lower_bound([(a_b, 2.0), (a_b, 2.0)], limits) == 4.0

"""Runs cells side by side without asking more of an endpoint than its limits allow."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from harness.matrix.cell import Cell, Plan

WORKERS = 256
"""Cells at a time at the most: 32 endpoints with the limit that is the default take 128."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long all cells took, and how long they would have had to take at the least."""

    makespan_s: float
    lower_bound_s: float


def run_all(
    plans: list[Plan],
    limits: dict[str, int],
    work: Callable[[Plan], Cell],
    done: Callable[[Cell], None],
) -> Schedule:
    """Run every cell; the endpoint with most left to do goes first."""
    began = time.monotonic()
    waiting = list(plans)
    busy: Counter[str] = Counter()
    running: dict[Future[Cell], Plan] = {}
    cells: list[Cell] = []
    with ThreadPoolExecutor(min(WORKERS, max(1, len(plans)))) as pool:
        while waiting or running:
            for plan in _ready(waiting, busy, limits):
                waiting.remove(plan)
                busy.update((plan.source, plan.destination))
                running[pool.submit(work, plan)] = plan
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                plan = running.pop(future)
                busy.subtract((plan.source, plan.destination))
                cells.append(future.result())
                done(cells[-1])
    return Schedule(round(time.monotonic() - began, 3), round(lower_bound(cells, limits), 3))


def _ready(waiting: list[Plan], busy: Counter[str], limits: dict[str, int]) -> list[Plan]:
    """What can start now, in the order that keeps the busiest endpoint busy."""
    left = Counter(name for plan in waiting for name in (plan.source, plan.destination))
    slots = Counter({name: limit - busy[name] for name, limit in limits.items()})
    chosen = []
    for plan in sorted(waiting, key=lambda p: -(left[p.source] + left[p.destination])):
        if slots[plan.source] > 0 and slots[plan.destination] > 0:
            slots.subtract((plan.source, plan.destination))
            chosen.append(plan)
    return chosen


def lower_bound(cells: list[Cell], limits: dict[str, int]) -> float:
    """No schedule can be shorter than the busiest endpoint's share, or the longest cell."""
    load: Counter[str] = Counter()
    for cell in cells:
        for name in (cell.source, cell.destination):
            load[name] += cell.seconds / limits[name]  # type: ignore[assignment]
    return max([*load.values(), *(cell.seconds for cell in cells), 0.0])

"""Runs cells side by side without asking more of an endpoint than its limits allow."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
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
    limits: Mapping[str, int],
    work: Callable[[Plan], Cell],
    done: Callable[[Cell], None],
) -> Schedule:
    """Run every cell; the endpoint with most left to do goes first. ``done`` is never called twice
    at a time. What ``work`` or ``done`` raises ends the run when the cells under way have ended."""
    began = time.monotonic()
    board = Board(plans, limits)
    with ThreadPoolExecutor(min(WORKERS, max(1, len(plans)))) as pool:
        crew = _Crew(board, pool, work, done)
        try:
            crew.start()
            crew.ended.wait()
        finally:
            crew.stop()
    if crew.problem is not None:
        raise crew.problem
    return Schedule(round(time.monotonic() - began, 3), round(lower_bound(crew.held, limits), 3))


class Board:
    """What waits and what runs. Not for several threads at a time."""

    def __init__(self, plans: Iterable[Plan], limits: Mapping[str, int]) -> None:
        self.running = 0
        self._free = Counter(limits)
        self._waiting: dict[str, dict[Plan, None]] = defaultdict(dict)
        for plan in plans:
            for name in (plan.source, plan.destination):
                self._waiting[name][plan] = None

    def first(self) -> list[Plan]:
        """What can start at once."""
        return self._taken({plan: None for plans in self._waiting.values() for plan in plans})

    def after(self, ended: Plan) -> list[Plan]:
        """What can start now that this one has ended: only its endpoints have a place more."""
        self.running -= 1
        ends = (ended.source, ended.destination)
        self._free.update(ends)
        return self._taken({plan: None for name in ends for plan in self._waiting[name]})

    def stop(self) -> None:
        """Nothing more starts."""
        self._waiting.clear()

    def _taken(self, plans: Iterable[Plan]) -> list[Plan]:
        """Those that have a place at both ends, in the order that keeps the busiest busy."""
        chosen = []
        for plan in sorted(plans, key=self._left, reverse=True):
            if self._free[plan.source] > 0 and self._free[plan.destination] > 0:
                self._take(plan)
                chosen.append(plan)
        return chosen

    def _left(self, plan: Plan) -> int:
        return len(self._waiting[plan.source]) + len(self._waiting[plan.destination])

    def _take(self, plan: Plan) -> None:
        self.running += 1
        for name in (plan.source, plan.destination):
            self._free[name] -= 1
            del self._waiting[name][plan]


class _Crew:
    """Threads of which each takes the next cell itself when one has ended.

    Were they handed out by one thread, it would have to wait for the interpreter behind a hundred
    others each time, and most places would be empty most of the time.
    """

    def __init__(
        self,
        board: Board,
        pool: ThreadPoolExecutor,
        work: Callable[[Plan], Cell],
        done: Callable[[Cell], None],
    ) -> None:
        self.ended = threading.Event()
        self.held: list[tuple[Plan, float]] = []
        self.problem: BaseException | None = None
        self._board, self._pool, self._work, self._done = board, pool, work, done
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            self._send(self._board.first())

    def stop(self, problem: BaseException | None = None) -> None:
        """Start no more cells; the problem, if there is one, is for `run_all` to raise."""
        with self._lock:
            self.problem = self.problem or problem
            self._board.stop()

    def _send(self, plans: list[Plan]) -> None:
        for plan in plans:
            self._pool.submit(self._carry, plan)
        if not self._board.running:
            self.ended.set()

    def _carry(self, plan: Plan) -> None:
        following = [plan]
        while following:
            following = self._after(following[0])

    def _after(self, plan: Plan) -> list[Plan]:
        """Run one cell; the next for this thread, if any. More than one go to other threads."""
        try:
            self._run(plan)
        except BaseException as problem:  # not swallowed: run_all raises it
            self.stop(problem)
        with self._lock:
            following = self._board.after(plan)
            self._send(following[1:])
            return following[:1]

    def _run(self, plan: Plan) -> None:
        began = time.monotonic()
        cell = self._work(plan)
        with self._lock:
            self.held.append((plan, time.monotonic() - began))
            self._done(cell)


def lower_bound(held: Iterable[tuple[Plan, float]], limits: Mapping[str, int]) -> float:
    """No schedule can be shorter than the busiest endpoint's share, or the longest cell.

    A cell holds its places until its copy is read back and removed.
    """
    load: dict[str, float] = defaultdict(float)
    longest = 0.0
    for plan, seconds in held:
        longest = max(longest, seconds)
        for name in (plan.source, plan.destination):
            load[name] += seconds / limits[name]
    return max([*load.values(), longest])

"""Keeps what one check finds out about each requirement it judges.

A check says ``with judge("TPC-021"):`` around what it verifies; a check of a single requirement
need not. A block in which nothing was verified is an error of ours, never a pass.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

from harness.model import Exchange, Level, Observation, Outcome, Requirement
from harness.problems import Blocked, NotApplicable, Untested, Violation

_open: ContextVar[Block | None] = ContextVar("block", default=None)


@dataclass(slots=True)
class Block:
    """One judging in progress: how often something was verified, and what was noted."""

    verified: int = 0
    evidence: list[Exchange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tolerated: Violation | None = None


def verified(*exchanges: Exchange) -> None:
    """Called by every verifier: something was really looked at, and this is the evidence."""
    block = _open.get()
    if block is not None:
        block.verified += 1
        block.evidence += exchanges


def note(text: str) -> None:
    """Record what was seen, without judging it: for INFO entries and choices left open."""
    block = _open.get()
    if block is not None:
        block.verified += 1
        block.notes.append(text)


def tolerate(violation: Violation) -> None:
    """Keep a tolerated variant as a warning, and go on."""
    block = _open.get()
    if block is not None and block.tolerated is None:
        block.tolerated = violation


class Ledger:
    """The observations of one check on one endpoint."""

    def __init__(self, endpoint: str, check: str, requirements: Iterable[Requirement]) -> None:
        self.observations: list[Observation] = []
        self.claimed: frozenset[str] = frozenset()
        self._ignored: set[str] = set()
        self._endpoint = endpoint
        self._check = check
        self._requirements = {r.id: r for r in requirements}
        self._began = time.monotonic()

    @property
    def open_ids(self) -> list[str]:
        """The requirements that have not been judged yet."""
        seen = {o.requirement for o in self.observations}
        return [i for i in self._requirements if i not in seen | self._ignored]

    def ignore(self, identifiers: Iterable[str]) -> None:
        """Requirements that do not bind the endpoint: judged along with others, not recorded."""
        self._ignored |= set(identifiers)

    def put(self, identifier: str, outcome: Outcome, **details: object) -> None:
        """Add one observation; ``details`` are fields of Observation."""
        seconds = round(time.monotonic() - self._began, 3)
        self.observations.append(
            Observation(
                self._endpoint,
                identifier,
                self._check,
                outcome,
                seconds=seconds,
                **details,  # type: ignore[arg-type]
            )
        )

    @contextlib.contextmanager
    def judge(self, identifier: str) -> Iterator[None]:
        """Judge one requirement: what is verified inside counts for it, and for it alone."""
        if identifier not in self._requirements:
            raise LookupError(f"{identifier} is not declared by @requirement of this check")
        already = identifier not in self.open_ids
        block = Block()
        token = _open.set(block)
        try:
            yield
        except (Violation, Blocked, NotApplicable, Untested) as end:
            if not already:
                self._end(identifier, end)
        else:
            if not already:
                self._passed(identifier, block)
        finally:
            _open.reset(token)

    def _end(self, identifier: str, end: Exception) -> None:
        if isinstance(end, Violation):
            self._violated(identifier, end)
        elif isinstance(end, Blocked):
            self.put(identifier, Outcome.BLOCKED, reason=end.reason, evidence=_ids(end.exchanges))
        elif isinstance(end, NotApplicable):
            self.put(identifier, Outcome.NA, reason=end.reason, evidence=_ids(end.exchanges))
        else:
            self.put(identifier, Outcome.UNTESTED, reason=str(end))

    def _violated(self, identifier: str, violation: Violation) -> None:
        requirement = self._requirements[identifier]
        self.put(
            identifier,
            outcome_of(violation, requirement.level, claimed=identifier in self.claimed),
            expected=violation.expected,
            actual=violation.actual,
            evidence=_ids(violation.exchanges),
        )

    def _passed(self, identifier: str, block: Block) -> None:
        if block.tolerated is not None:
            self._violated(identifier, block.tolerated)
        elif not block.verified:
            self.put(identifier, Outcome.ERROR, reason="the check verified nothing")
        else:
            outcome = Outcome.INFO if block.notes else Outcome.PASS
            notes = "; ".join(block.notes)
            self.put(identifier, outcome, actual=notes, evidence=_ids(block.evidence)[-3:])


def outcome_of(violation: Violation, level: Level, *, claimed: bool) -> Outcome:
    """How a violation counts for a requirement of this level (design: verdict rules)."""
    if violation.severe or (level is Level.MUST and not violation.tolerated):
        return Outcome.FAIL
    if violation.tolerated or level is Level.SHOULD:
        return Outcome.WARN
    return Outcome.FAIL if claimed else Outcome.INFO


def _ids(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e.id for e in exchanges if e.id))

"""The four ways in which a run can go other than well; everything else is our own fault."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.model import Exchange


class UsageError(Exception):
    """The operator has to change something: says what was wrong, where, and what to do."""


class Unreachable(Exception):
    """The endpoint cannot be reached at all; the sentence says how it was tried."""


@dataclass
class Violation(Exception):
    """The endpoint does other than the requirement says.

    ``severe`` marks lost or corrupted data and leaked secrets, which fail on every level;
    ``tolerated`` a variant that the catalogue lets pass with a warning, also on a MUST.
    """

    expected: tuple[str, ...]
    actual: str
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    severe: bool = False
    tolerated: bool = False

    def __str__(self) -> str:
        return f"expected {' or '.join(self.expected)}; actual {self.actual}"


@dataclass
class Blocked(Exception):
    """A precondition or positive control failed, or the fault was another party's."""

    reason: str
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return self.reason


@dataclass
class NotApplicable(Exception):
    """The endpoint lacks what the requirement speaks of, as the exchanges prove."""

    reason: str
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return self.reason


class Untested(Exception):
    """The tester lacks something that the check needs; the text says what."""

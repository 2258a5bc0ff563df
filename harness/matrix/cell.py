"""The words of the matrix: one cell is one transfer between two endpoints in one mode."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Which party is active: in a pull the destination, in a push the source."""

    PULL = "pull"
    PUSH = "push"


class Result(StrEnum):
    """How a cell ended. BLOCKED: it could not be tried; NOT_ALLOWED: the pair is not to be."""

    PASS = "PASS"  # noqa: S105 - a word of judgement, no secret
    FAIL = "FAIL"
    BLOCKED = "BLOCKED"
    NOT_ALLOWED = "NOT_ALLOWED"


class Scope(StrEnum):
    """Whose fault it is, in the words of FTS. TRANSFER: only the two together fail."""

    SOURCE = "SOURCE"
    DESTINATION = "DESTINATION"
    TRANSFER = "TRANSFER"
    NONE = "NONE"


class Phase(StrEnum):
    """When it went wrong, in the words of FTS."""

    PREPARATION = "TRANSFER_PREPARATION"
    TRANSFER = "TRANSFER"
    FINALIZATION = "TRANSFER_FINALIZATION"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A cell to be run."""

    source: str
    destination: str
    mode: Mode

    @property
    def active(self) -> str:
        return self.destination if self.mode is Mode.PULL else self.source

    @property
    def passive(self) -> str:
        return self.source if self.mode is Mode.PULL else self.destination


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that was run: the contract's row of matrix.json."""

    source: str
    destination: str
    mode: Mode
    auth: str
    result: Result
    scope: Scope = Scope.NONE
    phase: Phase = Phase.NONE
    reason: str = ""
    bytes: int = 0
    seconds: float = 0.0
    evidence: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        return Plan(self.source, self.destination, self.mode)


def plan(endpoints: list[str], modes: list[Mode]) -> list[Plan]:
    """Every ordered pair of different endpoints in every mode."""
    return [
        Plan(source, destination, mode)
        for source in endpoints
        for destination in endpoints
        for mode in modes
        if source != destination
    ]

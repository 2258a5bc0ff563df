"""What a run leaves behind: one JSON object a line, readable even when the run was cut short."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.model.exchange import Exchange
from harness.model.requirement import Requirement
from harness.model.words import Outcome

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a run. ``arguments`` never hold a secret; ``who`` names the tester."""

    id: str
    tool: str
    commit: str
    started: str
    seed: int = 0
    who: str = ""
    arguments: tuple[str, ...] = ()
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether the endpoint has a capability, how that is known, and the proof for a reader.

    ``how`` is ``declared``, ``profile``, ``probed`` or ``tester`` (the tester lacks something).
    """

    present: bool
    how: str
    proof: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """One endpoint of the run: which requirements bind it, and what it was found able to do."""

    name: str
    url: str
    kind: str
    profiles: tuple[str, ...]
    bound: tuple[str, ...]
    software: str = ""
    capabilities: dict[str, Capability] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A known deviation of an endpoint: shown as expected, and not counted for the exit code."""

    requirement: str
    reason: str
    link: str = ""
    review_by: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one check saw for one requirement on one endpoint."""

    endpoint: str
    requirement: str
    check: str
    outcome: Outcome
    expected: tuple[str, ...] = ()
    actual: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Footer:
    """The last line; without it the run was interrupted."""

    finished: str
    exit_code: int
    interrupted: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run as read back from its lines."""

    header: Header
    requirements: tuple[Requirement, ...] = ()
    endpoints: tuple[EndpointRecord, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    observations: tuple[Observation, ...] = ()
    footer: Footer | None = None

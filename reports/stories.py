"""Equal accounts told once: endpoints that showed the same behaviour share one story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.model import Expectation, Judgement, Outcome, Requirement, Verdict
from reports.reading import Reading
from reports.words import LOOKS, SEVERITY, Look


@dataclass(frozen=True, slots=True)
class Member:
    """One endpoint of a story: the exchanges that decided, and all that were made."""

    endpoint: str
    decisive: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """What was expected and seen, by which checks, on which endpoints."""

    verdict: Verdict
    expected: tuple[str, ...]
    actual: str
    reason: str
    checks: tuple[tuple[str, Outcome], ...]
    expectation: Expectation | None
    members: tuple[Member, ...]
    curl: str

    @property
    def look(self) -> Look:
        return LOOKS[self.verdict]


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement and its stories, the worst first."""

    requirement: Requirement
    stories: tuple[Story, ...]

    @property
    def endpoints(self) -> tuple[str, ...]:
        return tuple(member.endpoint for story in self.stories for member in story.members)


def findings(reading: Reading, judgements: Iterable[Judgement]) -> list[Finding]:
    """The judgements by requirement in the order given, like ones merged into one story."""
    grouped: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        grouped.setdefault(judgement.requirement, []).append(judgement)
    return [Finding(reading.requirements[i], _stories(reading, js)) for i, js in grouped.items()]


def _stories(reading: Reading, judgements: list[Judgement]) -> tuple[Story, ...]:
    alike: dict[object, list[Judgement]] = {}
    for judgement in judgements:
        alike.setdefault(_plot(reading, judgement), []).append(judgement)
    told = [_story(reading, group) for group in alike.values()]
    return tuple(sorted(told, key=lambda story: SEVERITY[story.verdict]))


def _plot(reading: Reading, j: Judgement) -> tuple[object, ...]:
    return j.verdict, j.expected, j.actual, j.reason, _checks(reading, j), j.expectation


def _checks(reading: Reading, judgement: Judgement) -> tuple[tuple[str, Outcome], ...]:
    return tuple((o.check, o.outcome) for o in reading.observations(judgement))


def _story(reading: Reading, group: list[Judgement]) -> Story:
    first = group[0]
    return Story(
        verdict=first.verdict,
        expected=first.expected,
        actual=first.actual,
        reason=first.reason,
        checks=_checks(reading, first),
        expectation=first.expectation,
        members=tuple(_member(reading, judgement) for judgement in group),
        curl=reading.curl(first),
    )


def _member(reading: Reading, judgement: Judgement) -> Member:
    made = (i for o in reading.observations(judgement) for i in o.evidence)
    return Member(judgement.endpoint, judgement.evidence, tuple(dict.fromkeys(made)))

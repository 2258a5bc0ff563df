"""From outcomes to verdicts. First match wins; nothing untested is ever hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from harness.model.record import EndpointRecord, Expectation, Observation, Run
from harness.model.requirement import Requirement
from harness.model.words import Level, Outcome, Verdict

ORDER: tuple[tuple[frozenset[Outcome], Verdict], ...] = (
    (frozenset({Outcome.FAIL}), Verdict.VIOLATED),
    (frozenset({Outcome.ERROR, Outcome.BLOCKED}), Verdict.INCONCLUSIVE),
    (frozenset({Outcome.WARN}), Verdict.MET_WITH_WARNINGS),
    (frozenset({Outcome.PASS, Outcome.INFO}), Verdict.MET),
    (frozenset({Outcome.NA}), Verdict.NOT_APPLICABLE),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one requirement for one endpoint, with what led to it."""

    endpoint: str
    requirement: str
    family: str
    level: Level
    verdict: Verdict
    checks: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    actual: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    expectation: Expectation | None = None

    @property
    def counts(self) -> bool:
        """Whether this verdict makes the run fail: violated, and nobody expected it."""
        return self.verdict is Verdict.VIOLATED and self.expectation is None


def verdict_of(outcomes: Iterable[Outcome]) -> Verdict:
    """The verdict that a set of outcomes stands for."""
    seen = set(outcomes)
    return next((verdict for words, verdict in ORDER if words & seen), Verdict.NOT_TESTED)


def judge(run: Run) -> tuple[Judgement, ...]:
    """A judgement for every endpoint and every requirement that binds it, in catalogue order."""
    grouped: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for observation in run.observations:
        grouped[observation.endpoint, observation.requirement].append(observation)
    is_quick = "--quick" in run.header.arguments
    silence = "left out of a first look (--quick)" if is_quick else "no check was run for it"
    return tuple(
        _judgement(endpoint, requirement, grouped[endpoint.name, requirement.id], silence)
        for endpoint, bound in ((e, frozenset(e.bound)) for e in run.endpoints)
        for requirement in run.requirements
        if requirement.id in bound
    )


def _judgement(
    endpoint: EndpointRecord, requirement: Requirement, seen: list[Observation], silence: str
) -> Judgement:
    """``silence`` is the reason where nothing was seen."""
    verdict = verdict_of(o.outcome for o in seen)
    decisive = _decisive(seen, verdict)
    known = next((e for e in endpoint.expectations if e.requirement == requirement.id), None)
    return Judgement(
        endpoint=endpoint.name,
        requirement=requirement.id,
        family=requirement.family,
        level=requirement.level,
        verdict=verdict,
        checks=tuple(dict.fromkeys(o.check for o in seen)),
        expected=tuple(dict.fromkeys(e for o in decisive for e in o.expected)),
        actual="; ".join(dict.fromkeys(o.actual for o in decisive if o.actual)),
        reason=_reason(decisive) or ("" if decisive else requirement.untestable or silence),
        evidence=tuple(dict.fromkeys(e for o in decisive for e in o.evidence)),
        expectation=known,
    )


def _decisive(seen: list[Observation], verdict: Verdict) -> list[Observation]:
    words = next((words for words, v in ORDER if v is verdict), frozenset({Outcome.UNTESTED}))
    return [o for o in seen if o.outcome in words]


def _reason(decisive: list[Observation]) -> str:
    return "; ".join(dict.fromkeys(o.reason for o in decisive if o.reason))


def exit_code(run: Run, judgements: Iterable[Judgement]) -> int:
    """The exit code of the contract: 2 interrupted, 1 violated, 3 inconclusive, 5 nothing, 0."""
    found = list(judgements)
    if run.footer is None or run.footer.interrupted:
        return 2
    if any(j.counts for j in found):
        return 1
    if run.footer.problems or any(j.verdict is Verdict.INCONCLUSIVE for j in found):
        return 3
    idle = {Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}
    return 5 if all(j.verdict in idle for j in found) else 0

"""A run read once, with its judgements, ready for every format."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.model import (
    EndpointRecord,
    Exchange,
    Judgement,
    Level,
    Observation,
    Requirement,
    Run,
    Verdict,
)
from harness.model.curl import curl
from harness.model.verdicts import exit_code, judge
from reports.words import LOOKS, count

FULFILLED = frozenset({Verdict.MET, Verdict.MET_WITH_WARNINGS})
IDLE = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED})

CONCLUSIONS = {
    0: "Nothing violated",
    2: "The run was interrupted",
    3: "No violation, but not everything could be decided",
    5: "No requirement was applicable",
}
"""The exit codes of a run in words; for 1 the violations are counted."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What a report can show besides the run: the parsed matrix.json and kill-matrix.json."""

    matrix: Mapping[str, Any] | None = None
    kill: Mapping[str, Any] | None = None


NO_EXTRAS = Extras()


@dataclass(frozen=True, slots=True)
class Reading:
    """The run, its verdicts, and everything the record names, found by name."""

    run: Run
    judgements: tuple[Judgement, ...]
    requirements: dict[str, Requirement]
    endpoints: dict[str, EndpointRecord]
    exchanges: dict[str, Exchange]
    observed: dict[tuple[str, str], tuple[Observation, ...]]
    exit_code: int

    def observations(self, judgement: Judgement) -> tuple[Observation, ...]:
        """Everything that checks saw for the judgement, decisive or not."""
        return self.observed.get((judgement.endpoint, judgement.requirement), ())

    def having(self, *verdicts: Verdict) -> tuple[Judgement, ...]:
        return tuple(j for j in self.judgements if j.verdict in verdicts)

    @property
    def violations(self) -> tuple[Judgement, ...]:
        """Violated and not expected: these decide the exit code."""
        return tuple(j for j in self.judgements if j.counts)

    @property
    def expected(self) -> tuple[Judgement, ...]:
        """Violated as the expectations of the endpoint foretold."""
        return tuple(j for j in self.having(Verdict.VIOLATED) if j.expectation)

    @property
    def repaired(self) -> tuple[Judgement, ...]:
        """Expected to be violated, yet met: the expectation is to be taken out."""
        return tuple(j for j in self.judgements if j.expectation and j.verdict in FULFILLED)

    @property
    def stale(self) -> tuple[tuple[str, str], ...]:
        """(endpoint, requirement) of every expectation that matches no requirement of it."""
        judged = {(j.endpoint, j.requirement) for j in self.judgements}
        named = ((e.name, x.requirement) for e in self.endpoints.values() for x in e.expectations)
        return tuple(pair for pair in named if pair not in judged)

    @property
    def overdue(self) -> tuple[Judgement, ...]:
        """Judgements whose expectation should have been reviewed before the run began."""
        today = self.run.header.started[:10]
        return tuple(
            j
            for j in self.judgements
            if j.expectation and j.expectation.review_by and j.expectation.review_by < today
        )

    def evidence(self, judgement: Judgement) -> tuple[Exchange, ...]:
        """The recorded exchanges a judgement rests on, as far as they are in the record."""
        return tuple(self.exchanges[i] for i in judgement.evidence if i in self.exchanges)

    def curl(self, judgement: Judgement) -> str:
        """The curl line of the first exchange that the tester itself made, or nothing."""
        return next((curl(x) for x in self.evidence(judgement) if x.by == "client"), "")


def read(run: Run) -> Reading:
    """Judge a run and index its record."""
    judgements = judge(run)
    observed: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for observation in run.observations:
        observed[observation.endpoint, observation.requirement].append(observation)
    return Reading(
        run=run,
        judgements=judgements,
        requirements={r.id: r for r in run.requirements},
        endpoints={e.name: e for e in run.endpoints},
        exchanges={x.id: x for x in run.exchanges},
        observed={key: tuple(seen) for key, seen in observed.items()},
        exit_code=exit_code(run, judgements),
    )


def conclusion(reading: Reading) -> str:
    """The result of the run in a few words; violations are counted by requirement."""
    if reading.exit_code != 1:
        return CONCLUSIONS[reading.exit_code]
    number = len({j.requirement for j in reading.violations})
    return f"{count(number, 'requirement')} violated"


def tally(judgements: Iterable[Judgement]) -> Counter[Verdict]:
    return Counter(j.verdict for j in judgements)


def headline(judgements: Iterable[Judgement], level: Level = Level.MUST) -> str:
    """``41 of 44 MUST met, 2 violated, 1 inconclusive, 3 not tested``.

    What is not applicable or was not tested is not among the 44.
    """
    counts = tally(j for j in judgements if j.level is level)
    tried = counts.total() - sum(counts[verdict] for verdict in IDLE)
    met = sum(counts[verdict] for verdict in FULFILLED)
    told = (Verdict.VIOLATED, Verdict.INCONCLUSIVE, Verdict.NOT_TESTED)
    parts = [f"{counts[verdict]} {LOOKS[verdict].word}" for verdict in told if counts[verdict]]
    return ", ".join([f"{met} of {tried} {level} met", *parts])


def cautions(reading: Reading) -> tuple[str, ...]:
    """What a reader must be told aloud: interrupted, broken, repaired, stale or overdue."""
    footer = reading.run.footer
    told = [] if footer else ["The record has no footer: the run was cut short."]
    if footer and footer.interrupted:
        told.append("The run was interrupted; what follows is incomplete.")
    told += [f"Problem of the harness: {text}" for text in (footer.problems if footer else ())]
    told += [
        f"{j.endpoint}: {j.requirement} was expected to be violated but is met; "
        "take it out of the expectations."
        for j in reading.repaired
    ]
    told += [
        f"{name}: the expectations name {requirement}, which is no requirement of this endpoint."
        for name, requirement in reading.stale
    ]
    told += [
        f"{j.endpoint}: {j.requirement} is expected to be violated, but that was to be reviewed "
        f"by {j.expectation.review_by}."
        for j in reading.overdue
        if j.expectation
    ]
    return tuple(told)

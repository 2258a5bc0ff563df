"""The tables of the page that count and compare: areas, endpoints, requirements, silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from harness.model import EndpointRecord, Judgement, Level, Requirement, Verdict
from reports.reading import FULFILLED, IDLE, Reading, headline, tally
from reports.stories import Finding
from reports.words import LOOKS, Look, area

COLUMNS = 12
"""Up to so many endpoints each has a column of its own in the table of requirements."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a bar of proportions, in percent of its width."""

    look: Look
    number: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Share:
    """What the verdicts of a group come to."""

    counts: Counter[Verdict]
    counted: int

    @property
    def met(self) -> int:
        return sum(self.counts[verdict] for verdict in FULFILLED)

    @property
    def tried(self) -> int:
        return self.counts.total() - sum(self.counts[verdict] for verdict in IDLE)

    @property
    def worst(self) -> Look:
        """The look of the worst verdict; expected violations do not count."""
        if self.counted:
            return LOOKS[Verdict.VIOLATED]
        seen = (v for v in LOOKS if v is not Verdict.VIOLATED and self.counts[v])
        return LOOKS[next(seen, Verdict.NOT_TESTED)]

    @property
    def tone(self) -> str:
        return self.worst.tone

    @property
    def bars(self) -> list[Bar]:
        total, start, bars = max(1, self.counts.total()), 0.0, []
        for verdict, look in LOOKS.items():
            width = 100 * self.counts[verdict] / total
            bars += [Bar(look, self.counts[verdict], round(start, 2), round(width, 2))] * bool(
                width
            )
            start += width
        return bars


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement in the table: a verdict per endpoint, None where it binds it not."""

    finding: Finding
    verdicts: tuple[Verdict | None, ...]

    @property
    def letters(self) -> str:
        """One letter per endpoint, as the filters of the page read them."""
        return "".join(LOOKS[v].letter if v else "-" for v in self.verdicts)

    @property
    def counts(self) -> list[tuple[Look, int]]:
        counts = Counter(v for v in self.verdicts if v)
        return [(look, counts[verdict]) for verdict, look in LOOKS.items() if counts[verdict]]


@dataclass(frozen=True, slots=True)
class Silence:
    """Requirements without a verdict for one and the same reason."""

    look: Look
    reason: str
    requirements: tuple[tuple[str, int], ...]


def share(judgements: Iterable[Judgement]) -> Share:
    group = list(judgements)
    return Share(tally(group), sum(j.counts for j in group))


def areas(reading: Reading) -> list[tuple[str, str]]:
    """(code, words) of the families that were judged, in the order of the catalogue."""
    return [(code, area(code)) for code in dict.fromkeys(j.family for j in reading.judgements)]


def by_area(reading: Reading) -> dict[tuple[str, str], Share]:
    """The share of every endpoint in every area, by (endpoint, family)."""
    grouped: dict[tuple[str, str], list[Judgement]] = {}
    for judgement in reading.judgements:
        grouped.setdefault((judgement.endpoint, judgement.family), []).append(judgement)
    return {key: share(group) for key, group in grouped.items()}


def by_endpoint(reading: Reading) -> list[tuple[EndpointRecord, Share, str]]:
    """Every endpoint with its share and its headline."""
    grouped: dict[str, list[Judgement]] = {name: [] for name in reading.endpoints}
    for judgement in reading.judgements:
        grouped[judgement.endpoint].append(judgement)
    ends = reading.endpoints
    return [(ends[name], share(group), headline(group)) for name, group in grouped.items()]


def by_level(reading: Reading) -> list[tuple[Level, Share]]:
    levels = [(level, [j for j in reading.judgements if j.level is level]) for level in Level]
    return [(level, share(group)) for level, group in levels if group]


def rows(reading: Reading, found: list[Finding]) -> list[Row]:
    verdicts = {(j.requirement, j.endpoint): j.verdict for j in reading.judgements}
    return [
        Row(finding, tuple(verdicts.get((finding.requirement.id, e)) for e in reading.endpoints))
        for finding in found
    ]


def silences(reading: Reading) -> list[Silence]:
    """What was not tested or not applicable, by reason, the most frequent reason first."""
    grouped: dict[tuple[Verdict, str], Counter[str]] = {}
    for j in reading.having(Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE):
        why = j.reason or j.actual or "no reason was recorded"
        grouped.setdefault((j.verdict, why), Counter())[j.requirement] += 1
    told = [
        Silence(LOOKS[verdict], why, tuple(counts.items()))
        for (verdict, why), counts in grouped.items()
    ]
    return sorted(told, key=lambda s: (s.look.word, -sum(n for _, n in s.requirements)))


def unbound(reading: Reading) -> list[Requirement]:
    """Requirements of the catalogue that bind none of the endpoints."""
    bound = {j.requirement for j in reading.judgements}
    return [r for r in reading.run.requirements if r.id not in bound]

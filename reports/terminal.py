"""A short account for the console: totals, violations, what to do about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from harness.model import Judgement, Level, Run, Verdict
from reports.reading import (
    NO_EXTRAS,
    Extras,
    Reading,
    cautions,
    conclusion,
    headline,
    read,
    tally,
)
from reports.text import line
from reports.words import LOOKS

NEED = re.compile(r"^[a-z0-9-]+: ")
"""The capability that a reason begins with; several may be missing for one reason."""
MOST_LACKS = 3

TONES = {
    "fail": "31",
    "blocked": "35",
    "warn": "33",
    "pass": "32",
    "na": "2",
    "untested": "2",
}


def render(run: Run, extras: Extras = NO_EXTRAS, *, colour: bool = False) -> str:
    """The summary. Control codes only with ``colour``; whether that is wanted the caller knows."""
    reading = read(run)
    blocks = [
        *_violations(reading, colour=colour),
        *_undecided(reading, colour=colour),
        *_expected(reading),
        list(map(line, cautions(reading))),
        *_totals(reading, colour=colour),
        [_paint(_conclusion(reading), _tone(reading.exit_code), colour=colour)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _violations(reading: Reading, *, colour: bool) -> Iterator[list[str]]:
    for judgement in reading.violations:
        yield [
            _title(reading, judgement, colour=colour),
            *(f"    expected  {line(text)}" for text in judgement.expected),
            *_pair("actual", judgement.actual),
            *_pair("reason", judgement.reason),
            *_pair("curl", reading.curl(judgement)),
            *_pair("evidence", ", ".join(judgement.evidence)),
        ]


def _undecided(reading: Reading, *, colour: bool) -> Iterator[list[str]]:
    for judgement in reading.having(Verdict.INCONCLUSIVE):
        yield [
            _title(reading, judgement, colour=colour),
            *_pair("reason", judgement.reason or judgement.actual),
        ]


def _expected(reading: Reading) -> Iterator[list[str]]:
    yield [
        line(
            f"{j.endpoint}: {j.requirement} is violated as expected "
            f"({j.expectation.reason if j.expectation else ''})"
        )
        for j in reading.expected
    ]


def _title(reading: Reading, judgement: Judgement, *, colour: bool) -> str:
    look = LOOKS[judgement.verdict]
    text = reading.requirements[judgement.requirement].text
    head = f"{look.glyph} {judgement.requirement} {judgement.level} {look.word}"
    return f"{_paint(head, look.tone, colour=colour)}  {line(f'{judgement.endpoint}: {text}')}"


def _pair(name: str, value: str) -> list[str]:
    return [f"    {name:<9} {line(value)}"] if value else []


def _totals(reading: Reading, *, colour: bool) -> Iterator[list[str]]:
    for endpoint in reading.endpoints.values():
        mine = [j for j in reading.judgements if j.endpoint == endpoint.name]
        software = f" ({endpoint.software})" if endpoint.software else ""
        yield [
            line(f"{endpoint.name} {endpoint.url}{software}: {headline(mine)}"),
            *_levels(mine, colour=colour),
            *_lacks(mine),
        ]


def _levels(judgements: list[Judgement], *, colour: bool) -> Iterator[str]:
    for level in Level:
        counts = tally(j for j in judgements if j.level is level)
        shown = [
            _paint(f"{look.glyph} {counts[verdict]} {look.word}", look.tone, colour=colour)
            for verdict, look in LOOKS.items()
            if counts[verdict]
        ]
        if shown:
            yield f"    {level:<7} " + "  ".join(shown)


def _lacks(judgements: list[Judgement]) -> Iterator[str]:
    """What the tester lacked most often, so that it can be given next time."""
    untested = (j for j in judgements if j.verdict is Verdict.NOT_TESTED)
    counts = Counter(NEED.sub("", j.reason) for j in untested if j.reason)
    for number, (reason, count) in enumerate(counts.most_common(MOST_LACKS)):
        yield f"    {'not tested' if number == 0 else '':<12}{count:>4}  {line(reason)}"


def _conclusion(reading: Reading) -> str:
    return f"{conclusion(reading)} (exit code {reading.exit_code})."


def _tone(exit_code: int) -> str:
    return {0: "pass", 1: "fail"}.get(exit_code, "blocked")


def _paint(text: str, tone: str, *, colour: bool) -> str:
    return f"\x1b[{TONES[tone]}m{text}\x1b[0m" if colour else text

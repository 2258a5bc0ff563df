"""summary.md: what a CI shows as the summary of a step (GitHub-flavoured Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Judgement, Level, Run, Verdict
from reports.matrix import Matrix
from reports.reading import NO_EXTRAS, Extras, Reading, cautions, conclusion, read, tally
from reports.text import line, shortened
from reports.words import LOOKS

SHOWN = 50
"""Violations told in full: a step summary may hold 1 MiB, and nobody reads more."""
LENGTH = 600
"""Characters of an observed value that are shown."""


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """Totals per endpoint, then violations with expected, actual and curl."""
    reading = read(run)
    blocks = [
        f"## {inline(run.header.tool)}: {conclusion(reading)}",
        "\n".join(f"> {inline(text)}" for text in cautions(reading)),
        _totals(reading),
        *_violations(reading),
        _list("Inconclusive", reading.having(Verdict.INCONCLUSIVE)),
        _list("Expected deviations", reading.expected),
        _matrix(extras),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def inline(text: str) -> str:
    """Text as Markdown shows it literally, on one line."""
    escaped = line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]#|~@!])", r"\\\1", escaped)


def _totals(reading: Reading) -> str:
    words = [f"{look.glyph} {look.word}" for look in LOOKS.values()]
    rows = [["endpoint", "level", *words], ["---", "---", *["--:"] * len(words)]]
    for name in reading.endpoints:
        mine = [j for j in reading.judgements if j.endpoint == name]
        for level in Level:
            counts = tally(j for j in mine if j.level is level)
            numbers = [str(counts[verdict] or "") for verdict in LOOKS]
            rows += [[inline(name), level, *numbers]] if counts else []
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _violations(reading: Reading) -> Iterator[str]:
    found = reading.violations
    for judgement in found[:SHOWN]:
        yield "\n".join(_violation(reading, judgement))
    if len(found) > SHOWN:
        yield f"… and {len(found) - SHOWN} more violations; see the full report."


def _violation(reading: Reading, judgement: Judgement) -> Iterator[str]:
    glyph, where = LOOKS[judgement.verdict].glyph, inline(judgement.endpoint)
    yield f"### {glyph} {judgement.requirement} {judgement.level}: {where}"
    yield ""
    yield inline(reading.requirements[judgement.requirement].text)
    yield ""
    yield from (f"- expected: {inline(text)}" for text in judgement.expected)
    if judgement.actual:
        yield f"- actual: **{inline(shortened(judgement.actual, LENGTH))}**"
    if judgement.reason:
        yield f"- reason: {inline(judgement.reason)}"
    if curl := line(reading.curl(judgement)):
        yield ""
        yield from _fenced(curl)


def _fenced(code: str) -> Iterator[str]:
    """A fence longer than any run of backticks inside (CommonMark section 4.5)."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}sh", code, fence)


def _list(title: str, judgements: tuple[Judgement, ...]) -> str:
    if not judgements:
        return ""
    rows = [f"- {j.requirement} {j.level}, {inline(j.endpoint)}: {_why(j)}" for j in judgements]
    more = [f"- … and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
    return "\n".join([f"### {title}", "", *rows[:SHOWN], *more])


def _why(judgement: Judgement) -> str:
    known = judgement.expectation.reason if judgement.expectation else ""
    return inline(shortened(known or judgement.reason or judgement.actual, LENGTH))


def _matrix(extras: Extras) -> str:
    if extras.matrix is None:
        return ""
    matrix = Matrix.of(extras.matrix)
    passed, tried = matrix.score()
    lines = ["### Matrix", "", f"{passed} of {tried} transfers passed."]
    lines += [f"- {inline(cell.words())}" for cell in matrix.failures()[:SHOWN]]
    return "\n".join(lines)

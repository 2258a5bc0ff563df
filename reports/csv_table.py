"""verdicts.csv: one row per endpoint and requirement, for a spreadsheet (RFC 4180)."""

from __future__ import annotations

import csv
import io

from harness.model import Judgement, Requirement, Run
from reports.reading import NO_EXTRAS, Extras, read
from reports.text import line

COLUMNS = (
    "endpoint",
    "requirement",
    "family",
    "level",
    "role",
    "verdict",
    "expected_deviation",
    "expected",
    "actual",
    "reason",
    "checks",
    "evidence",
    "origin",
    "text",
)


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """A header row and the verdicts; several values in one cell are joined by ``; ``."""
    reading = read(run)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for judgement in reading.judgements:
        cells = _row(judgement, reading.requirements[judgement.requirement])
        writer.writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _row(judgement: Judgement, requirement: Requirement) -> tuple[str, ...]:
    known = judgement.expectation
    return (
        judgement.endpoint,
        judgement.requirement,
        judgement.family,
        judgement.level,
        requirement.role,
        judgement.verdict,
        known.reason if known else "",
        "; ".join(judgement.expected),
        judgement.actual,
        judgement.reason,
        "; ".join(judgement.checks),
        "; ".join(judgement.evidence),
        "; ".join(requirement.origin),
        requirement.text,
    )


def _harmless(cell: str) -> str:
    """One line, and no formula: a spreadsheet runs cells that begin with one of these signs."""
    text = line(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text

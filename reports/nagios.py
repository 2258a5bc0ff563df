"""The answer of a monitoring plugin: status line, performance data, long output, exit code.

Format as in the Monitoring Plugins guidelines: ``STATUS: text | label=value;warn;crit;min;max``
and further lines of text; ``|`` has a meaning of its own in all of them.
"""

from __future__ import annotations

from enum import IntEnum

from harness.model import Judgement, Level, Run, Verdict
from reports.reading import (
    FULFILLED,
    IDLE,
    NO_EXTRAS,
    Extras,
    Reading,
    conclusion,
    headline,
    read,
    tally,
)
from reports.text import line, shortened

LINES = 20
"""Violations told below the first line."""


class State(IntEnum):
    """The exit codes of a plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def state(run: Run) -> State:
    """The exit code to leave with."""
    return _state(read(run))


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """All output of the plugin."""
    reading = read(run)
    first = f"{_state(reading).name}: {_summary(reading)} | {_performance(reading)}"
    worst = [*reading.violations, *reading.having(Verdict.INCONCLUSIVE)]
    return "\n".join([first, *(_line(j) for j in worst[:LINES])]) + "\n"


def _state(reading: Reading) -> State:
    if reading.violations:
        return State.CRITICAL
    if reading.exit_code:
        return State.UNKNOWN
    warned = reading.having(Verdict.MET_WITH_WARNINGS)
    return State.WARNING if warned else State.OK


def _summary(reading: Reading) -> str:
    found = reading.violations
    if not found:
        return headline(reading.judgements)
    return f"{conclusion(reading)}, starting with '{found[0].requirement}'"


def _performance(reading: Reading) -> str:
    must = tally(j for j in reading.judgements if j.level is Level.MUST and j.verdict not in IDLE)
    counts = tally(reading.judgements)
    met = sum(must[verdict] for verdict in FULFILLED)
    data = {
        "must_met": f"{met};;;0;{must.total()}",
        "violated": f"{len(reading.violations)};;0;0",
        "expected": f"{len(reading.expected)};;;0",
        "inconclusive": f"{counts[Verdict.INCONCLUSIVE]};0;;0",
        "warnings": f"{counts[Verdict.MET_WITH_WARNINGS]};0;;0",
        "not_tested": f"{counts[Verdict.NOT_TESTED]};;;0",
    }
    return " ".join(f"{label}={value}" for label, value in data.items())


def _line(judgement: Judgement) -> str:
    told = shortened(judgement.actual or judgement.reason, 200)
    return _safe(f"{judgement.requirement} {judgement.level} {judgement.endpoint}: {told}")


def _safe(text: str) -> str:
    return line(text).replace("|", "/")

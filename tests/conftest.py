"""Says at the end of a run which real clients took part, what had to be looked at twice, and how
much of the time the kill matrix took.
"""

from __future__ import annotations

import pytest

KILL_MATRIX = "tests/meta/test_kill_matrix.py"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [r for outcome in ("passed", "failed") for r in terminalreporter.getreports(outcome)]
    told = {(name, str(value)) for report in reports for name, value in report.user_properties}
    seen = sorted(value for name, value in told if name == "client")
    if seen:
        terminalreporter.write_line(f"real clients: {', '.join(seen)}")
    for value in sorted(value for name, value in told if name == "second look"):
        terminalreporter.write_line(f"judged a second time, alone: {value}")
    minutes = _minutes_of(KILL_MATRIX, terminalreporter)
    if minutes:
        terminalreporter.write_line(f"kill matrix: {minutes:.1f} minutes of this run (at most 15)")


def _minutes_of(file: str, reporter: pytest.TerminalReporter) -> float:
    """The time of a file's tests, divided among the workers."""
    reports = [report for kind in reporter.stats.values() for report in kind]
    took = [r.duration for r in reports if getattr(r, "nodeid", "").startswith(file)]
    workers: int = reporter.config.getoption("numprocesses", None) or 1
    return float(sum(took)) / 60 / workers

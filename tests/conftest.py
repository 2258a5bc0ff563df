"""Says at the end of a run which real clients took part, and what had to be looked at twice."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [r for outcome in ("passed", "failed") for r in terminalreporter.getreports(outcome)]
    told = {(name, str(value)) for report in reports for name, value in report.user_properties}
    seen = sorted(value for name, value in told if name == "client")
    if seen:
        terminalreporter.write_line(f"real clients: {', '.join(seen)}")
    for value in sorted(value for name, value in told if name == "second look"):
        terminalreporter.write_line(f"judged a second time, alone: {value}")

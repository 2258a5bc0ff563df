"""Says at the end of a run which real clients took part, and in which version."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [r for outcome in ("passed", "failed") for r in terminalreporter.getreports(outcome)]
    seen = {
        value for report in reports for name, value in report.user_properties if name == "client"
    }
    if seen:
        terminalreporter.write_line(f"real clients: {', '.join(sorted(map(str, seen)))}")

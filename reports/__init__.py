"""Reports: the record of a run in, text out. Nothing here opens a file or a socket for a reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.model import Run
from reports import csv_table, html, junit, markdown, nagios, prometheus, terminal, verdicts
from reports.reading import NO_EXTRAS, Extras, Reading, read

__all__ = ["FORMATS", "NO_EXTRAS", "Extras", "Format", "Reading", "read"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a run down, and the name of the file it is written to."""

    file: str
    render: Callable[[Run, Extras], str]


FORMATS: dict[str, Format] = {
    "html": Format("report.html", html.render),
    "junit": Format("junit.xml", junit.render),
    "verdicts": Format("verdicts.json", verdicts.render),
    "markdown": Format("summary.md", markdown.render),
    "csv": Format("verdicts.csv", csv_table.render),
    "nagios": Format("nagios.txt", nagios.render),
    "prometheus": Format("httptpc.prom", prometheus.render),
    "terminal": Format("summary.txt", terminal.render),
}

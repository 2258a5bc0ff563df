"""The end of a run: one record, the verdicts derived from it, the reports, the exit code."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from harness.matrix import MATRIX
from harness.matrix import exit_code as exit_code_of
from harness.model import Footer, Run
from harness.model.verdicts import exit_code, judge
from harness.plugin.conduct import Conduct, now
from harness.recorder import join_workers, load
from harness.redact import Redactor
from reports import FORMATS, NO_EXTRAS, Extras

WRITTEN = ("verdicts", "html", "junit")


def close_run(conduct: Conduct, matrix: dict[str, Any] | None) -> tuple[Run, int]:
    """Join what the workers wrote, write the footer and the reports; the run and its exit code."""
    directory = conduct.settings.out
    join_workers(directory)
    if matrix is not None:
        (directory / MATRIX).write_text(json.dumps(matrix, indent=1), encoding="utf-8")
    ended = Footer(now(), 0, conduct.interrupted, tuple(conduct.problems))
    run = load(directory)
    code = exit_code(_with_footer(run, ended), judge(run))
    footer = Footer(ended.finished, code, ended.interrupted, ended.problems)
    conduct.recorder.write(footer)
    conduct.recorder.close()
    run = load(directory)
    write_reports(run, directory, conduct.redactor, Extras(matrix=matrix, kill=proof()))
    return run, max(code, failed_cells(matrix), key=GRAVITY.index)


def proof() -> dict[str, Any] | None:
    """The kill matrix kept beside the suites: what shows that they are able to fail."""
    kept = files("suites") / "kill-matrix.json"
    found: dict[str, Any] | None = json.loads(kept.read_text()) if kept.is_file() else None
    return found


GRAVITY = (5, 0, 3, 1, 4, 2)
"""Exit codes from the mildest to the gravest, to join those of a check and its matrix."""


def failed_cells(matrix: dict[str, Any] | None) -> int:
    return exit_code_of(matrix) if matrix else 5


def write_reports(
    run: Run, directory: Path, redactor: Redactor, extras: Extras = NO_EXTRAS
) -> None:
    """Write every report that belongs to a run; one that would leak a secret is refused."""
    for name in WRITTEN:
        made = FORMATS[name]
        text = made.render(run, extras)
        if redactor.leaks(text):
            raise RuntimeError(f"{made.file} would hold a secret of this run; it is not written")
        (directory / made.file).write_text(text, encoding="utf-8")


def _with_footer(run: Run, footer: Footer) -> Run:
    return Run(run.header, run.requirements, run.endpoints, run.exchanges, run.observations, footer)

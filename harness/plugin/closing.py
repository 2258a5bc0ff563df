"""The end of a run: one record, the verdicts derived from it, the reports, the exit code."""

from __future__ import annotations

import datetime
from pathlib import Path

from harness.model import Footer, Run
from harness.model.verdicts import exit_code, judge
from harness.plugin.conduct import Conduct
from harness.recorder import join_workers, load
from harness.redact import Redactor
from reports import FORMATS, NO_EXTRAS, Extras

WRITTEN = ("verdicts", "html", "junit")


def close_run(conduct: Conduct) -> tuple[Run, int]:
    """Join what the workers wrote, write the footer and the reports; the run and its exit code."""
    directory = conduct.settings.out
    join_workers(directory)
    ended = Footer(now(), 0, conduct.interrupted, tuple(conduct.problems))
    run = load(directory)
    code = exit_code(_with_footer(run, ended), judge(run))
    footer = Footer(ended.finished, code, ended.interrupted, ended.problems)
    conduct.recorder.write(footer)
    conduct.recorder.close()
    run = load(directory)
    write_reports(run, directory, conduct.redactor)
    return run, code


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


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

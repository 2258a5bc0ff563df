"""``httptpc report`` and ``httptpc diff``: read what a run left, and write it another way."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from harness.matrix import MATRIX
from harness.model import Run
from harness.model.codec import RecordProblem
from harness.plugin.closing import proof
from harness.problems import UsageError
from harness.recorder import load
from reports import FORMATS, Extras, diff, nagios


def add(commands: Any) -> None:
    made = commands.add_parser(
        "report",
        help="write a report of a run",
        description="Write a report from the record of a run: html to its file in the directory, "
        "any other format to the output. With nagios the exit code is the plugin's.",
    )
    made.add_argument("directory", metavar="DIR", type=Path, help="of the run, e.g. results/latest")
    made.add_argument(
        "--format", choices=sorted(FORMATS), default="html", metavar="NAME", help=", ".join(FORMATS)
    )
    made.set_defaults(command=report)
    made = commands.add_parser(
        "diff",
        help="compare two runs",
        description="Say which verdicts changed from one run to another.",
    )
    made.add_argument("old", metavar="OLD", type=Path, help="directory of the earlier run")
    made.add_argument("new", metavar="NEW", type=Path, help="directory of the later one")
    made.add_argument("--fail-on", choices=["regression"], help="exit code 1 if there is one")
    made.set_defaults(command=compare)


def report(options: argparse.Namespace) -> int:
    """Print one format; the page goes to its file in the directory of the run."""
    run = recorded(options.directory)
    made = FORMATS[options.format]
    text = made.render(run, extras(options.directory))
    if options.format != "html":
        print(text, end="" if text.endswith("\n") else "\n")  # noqa: T201 - the command line
        return int(nagios.state(run)) if options.format == "nagios" else 0
    path = options.directory / made.file
    path.write_text(text, encoding="utf-8")
    print(path)  # noqa: T201
    return 0


def recorded(directory: Path) -> Run:
    """The run in ``directory``; UsageError if there is none that can be read."""
    try:
        return load(directory)
    except FileNotFoundError:
        raise UsageError(f"{directory}: there is no run.jsonl in it") from None
    except RecordProblem as problem:
        raise UsageError(f"{directory / 'run.jsonl'}: {problem}") from None


def extras(directory: Path) -> Extras:
    """The matrix that lies beside a run, and the proof of the suites."""
    return Extras(matrix=_json(directory / MATRIX), kill=proof())


def _json(path: Path) -> dict[str, object] | None:
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise UsageError(f"{path}: not JSON ({problem})") from None
    if not isinstance(found, dict):
        raise UsageError(f"{path}: not what a run of ours left there")
    return found


def compare(options: argparse.Namespace) -> int:
    """Print what changed between two runs; 1 if asked to fail and something became worse."""
    old, new = (_verdicts(path) for path in (options.old, options.new))
    try:
        found = diff.compare(old, new)
    except diff.DiffProblem as problem:
        raise UsageError(f"{options.old}, {options.new}: {problem}") from None
    print(diff.render(found), end="")  # noqa: T201
    return 1 if options.fail_on and found.has_regressed else 0


def _verdicts(path: Path) -> dict[str, object]:
    file = path / "verdicts.json" if path.is_dir() else path
    found = _json(file)
    if found is None:
        raise UsageError(f"{file}: does not exist")
    return found

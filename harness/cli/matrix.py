"""``httptpc matrix``: every endpoint to every other, push and pull, and who is to blame."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from fixtures.matrix import run_matrix
from fixtures.standing import Standing
from harness.cli.check import add_choice, distant, overridden, shown
from harness.credentials import Discovery
from harness.endpoints import Endpoint
from harness.matrix import JOURNAL, Mode
from harness.plugin.closing import close_run
from harness.plugin.conduct import Conduct, header, make_out, now, standing
from harness.plugin.preflight import meet
from harness.plugin.settings import Settings, choose, default_out
from harness.problems import UsageError
from harness.redact import Redactor
from harness.scratch import scratch
from reports import matrix_text


def add(commands: Any) -> None:
    made = commands.add_parser(
        "matrix",
        help="every endpoint to every other",
        description="Copy from every endpoint to every other, as pull and as push, and say who is "
        "to blame where a copy fails. Only endpoints with opt-in: true take part.",
    )
    add_choice(made)
    made.add_argument("--group", metavar="G", help="only endpoints of this group")
    made.add_argument("--modes", default="pull,push", metavar="pull,push", help="default: both")
    made.add_argument(
        "--engine", default="local", metavar="local", help="where copies are asked for"
    )
    made.add_argument("--resume", metavar="DIR", help="go on with a matrix that was cut short")
    made.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Run it; 0 if every cell passed."""
    modes = _modes(options.modes)
    if options.resume and not Path(options.resume, JOURNAL).is_file():
        raise UsageError(f"--resume {options.resume}: holds no journal.jsonl of a matrix")
    if options.engine != "local":
        raise UsageError(f"--engine {options.engine}: this version runs matrices locally only")
    settings = _settings(options)
    meet(settings)
    if not options.resume:
        make_out(settings)
    place = Standing(scratch())
    try:
        settings = standing(settings, place.up(settings.endpoints))
        conduct = Conduct(settings, place.directory)
        conduct.begin(header(settings, now()))
        found = _run(conduct, modes, resume=bool(options.resume))
        code = close_run(conduct, found)[1]
    finally:
        place.close()
    if found is not None:
        print(matrix_text.render(found))  # noqa: T201 - this is the command line
    print(f"\nreport: {shown(settings.out / 'report.html')}")  # noqa: T201
    return code


def _run(conduct: Conduct, modes: list[Mode], *, resume: bool) -> dict[str, Any] | None:
    try:
        return run_matrix(conduct, modes, resume=resume)
    except KeyboardInterrupt:
        conduct.interrupted = True
        print("httptpc: interrupted; go on with --resume", file=sys.stderr)  # noqa: T201
        return None


def _settings(options: argparse.Namespace) -> Settings:
    redactor = Redactor()
    discovery = Discovery(redactor)
    chosen = choose(options.endpoint or [], options.endpoints, discovery)
    taking_part = tuple(overridden(e, options, discovery) for e in chosen if _in(e, options.group))
    if len(taking_part) < 2:
        raise UsageError(
            f"a matrix needs two endpoints that say opt-in: true, there are {len(taking_part)}"
            + (f" in group {options.group}" if options.group else "")
        )
    # no requirement is judged here: the check does that
    unbound = tuple(replace(e, profiles=()) for e in taking_part)
    out = Path(options.resume or options.out) if options.resume or options.out else None
    away = distant(options)
    return Settings(unbound, redactor, out or default_out(Path.cwd()), remote_party=away)


def _in(endpoint: Endpoint, group: str | None) -> bool:
    return endpoint.opt_in and (group is None or group in endpoint.groups)


def _modes(text: str) -> list[Mode]:
    try:
        return [Mode(word.strip()) for word in text.split(",")]
    except ValueError:
        raise UsageError(f"--modes {text}: say pull, push, or pull,push") from None

"""The entry of every command: parse, run, and end with the exit codes of the contract."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from harness import __version__
from harness.cli import check, client, listing, matrix, party, probing, reporting, serving
from harness.problems import UsageError

USAGE = 4
INTERRUPTED = 2

EXIT_CODES = (
    "Exit codes: 0 nothing violated or inconclusive; 1 a violation that nobody expected; "
    "2 interrupted; 3 inconclusive, or an endpoint cannot be reached; 4 usage, configuration, "
    "credentials or certificate; 5 nothing was applicable."
)

Command = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """argparse with the exit code of the contract for a wrong command line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> Parser:
    """All commands with their options."""
    made = Parser(
        prog="httptpc",
        description="Conformance suite and testbed for HTTP third-party copy (HTTP-TPC).",
        epilog=EXIT_CODES,
    )
    made.add_argument("-V", "--version", action="version", version=f"httptpc {__version__}")
    commands = made.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for module in (check, client, matrix, serving, party, reporting, listing, probing):
        module.add(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Nothing the operator does ends in a traceback."""
    options = parser().parse_args(arguments)
    command: Command = options.command
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        return command(options)
    except UsageError as problem:
        print(f"httptpc: {problem}", file=sys.stderr)  # noqa: T201 - this is the command line
        return USAGE
    except KeyboardInterrupt:
        print("httptpc: interrupted", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:
        return 0


def _as_interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt

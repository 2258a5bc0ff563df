"""Command line of `python -m reference_server`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

USAGE_ERROR = 4
"""Exit code for usage, configuration and credentials that cannot be used."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    port: int
    pair: bool
    store: str | None
    deviations: list[str]
    list_deviations: bool
    cert: Path | None
    key: Path | None
    trust: Path | None
    marker_period: float
    name: str


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the command line; a bad one ends the process with exit code 4."""
    parser = _Parser(prog="reference_server", description=__doc__, allow_abbrev=False)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--pair", action="store_true", help="start two servers")
    parser.add_argument("--store", metavar="DIR|memory:", help="default: a temporary directory")
    parser.add_argument("--deviation", action="append", default=[], metavar="NAME")
    parser.add_argument("--list-deviations", action="store_true")
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--capath", "--ca", dest="trust", type=Path)
    parser.add_argument("--marker-period", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--name", default="reference")
    found = parser.parse_args(arguments)
    return Options(
        port=found.port,
        pair=found.pair,
        store=found.store,
        deviations=found.deviation,
        list_deviations=found.list_deviations,
        cert=found.cert,
        key=found.key,
        trust=found.trust,
        marker_period=found.marker_period,
        name=found.name,
    )

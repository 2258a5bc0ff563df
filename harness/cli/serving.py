"""``httptpc serve``: the reference server, exactly as ``python -m reference_server``."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any


def add(commands: Any) -> None:
    made = commands.add_parser(
        "serve", help="run the reference server", add_help=False, prefix_chars="\0"
    )
    made.add_argument("words", nargs="*")
    made.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Become the reference server: it shares no code with us, so it is a program of its own."""
    os.execv(sys.executable, [sys.executable, "-m", "reference_server", *options.words])  # noqa: S606

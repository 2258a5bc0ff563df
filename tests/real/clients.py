"""Programs that are not ours, as third judges: found, run without a shell, their words kept.

What a client may know of the machine is given to it: nobody's real certificates, tokens or
configuration take part, and no token is ever on a command line unless a test says why.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

PATIENCE = 60.0
"""Seconds that one command may take; every one here ends within a few."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return self.out.decode()


@dataclass(frozen=True, slots=True)
class Program:
    """A client by its name, the Debian package that has it, and how it tells its version."""

    name: str
    package: str
    ask: tuple[str, ...] = ("--version",)

    def require(self) -> None:
        """Skip the test if it is not installed; an error where HTTPTPC_REAL=require."""
        if shutil.which(self.name) is None or not self.version():
            absent(f"Debian package {self.package} is not installed")

    def version(self) -> str:
        """Its version as it says it; empty if it does not run."""
        return _version((self.name, *self.ask))


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a client runs: its home, the CAs it trusts, and what else its environment says."""

    home: Path
    capath: Path
    more: Mapping[str, str] = field(default_factory=dict, repr=False)

    def run(self, words: Sequence[str | Path], said: bytes = b"") -> Done:
        """Run a command in its home with `said` on stdin."""
        done = subprocess.run(
            [str(word) for word in words],
            input=said,
            capture_output=True,
            cwd=self.home,
            env=self._environment(),
            timeout=PATIENCE,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def _environment(self) -> dict[str, str]:
        own = {"HOME": str(self.home), "LC_ALL": "C.UTF-8", "X509_CERT_DIR": str(self.capath)}
        return {"PATH": os.environ["PATH"], **own, **self.more}


def absent(reason: str) -> NoReturn:
    """Leave a test out, or fail it where nothing may be left out in silence."""
    if os.environ.get("HTTPTPC_REAL") == "require":
        pytest.fail(reason)
    pytest.skip(reason)


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else ""

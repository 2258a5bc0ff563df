"""Appends the lines of a run as they happen, and joins what several workers wrote."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count
from pathlib import Path

from harness.model import Exchange
from harness.model.codec import read_run, to_line
from harness.model.record import Run
from harness.model.requirement import Requirement
from harness.redact import Redactor

RUN = "run.jsonl"
WORKERS_RANGE = 100_000
"""Numbers of exchanges that one worker may use; ids stay unique when files are joined."""
BUFFER = 2**20
"""Bytes of a record that are read at a time."""


class Recorder:
    """Writes one file line by line. Every line is complete when it is on disk, and redacted."""

    def __init__(
        self,
        directory: Path,
        redactor: Redactor,
        worker: int | None = None,
        *,
        watch: Callable[[Exchange], None] = lambda exchange: None,
    ) -> None:
        """``watch`` sees every exchange with all its bytes, before they are cut and redacted."""
        self._watch = watch
        name = RUN if worker is None else f"run-{worker}.jsonl"
        self.directory = directory
        self.path = directory / name
        self._redactor = redactor
        first = (0 if worker is None else worker + 1) * WORKERS_RANGE + 1
        # a run that goes on must not give away a number twice
        taken = self.path.read_bytes().count(b"\n") if self.path.exists() else 0
        self._numbers = count(first + taken)
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a", encoding="utf-8", buffering=1)

    def write(self, value: object) -> None:
        """Append ``value`` (any type of :data:`harness.model.codec.LINE_TYPES`)."""
        line = to_line(value)
        if not isinstance(value, Requirement):  # the catalogue's own prose holds no secret
            line = self._redactor.clean(line)
        with self._lock:
            self._file.write(line + "\n")

    def exchange(self, exchange: Exchange, *, tokens: Iterable[str] = ()) -> Exchange:
        """Give ``exchange`` its id, write it, and return it under that id.

        ``tokens`` are secrets that came with it: they are known before anything is written.
        """
        for token in tokens:
            self._redactor.register(token, "token")
        with self._lock:
            named = exchange.named(f"x-{next(self._numbers):06d}")
        self.write(named)
        self._watch(named)
        return named

    def close(self) -> None:
        self._file.close()


def join_workers(directory: Path) -> None:
    """Append what workers left in ``run-N.jsonl`` to ``run.jsonl`` and remove their files."""
    parts = sorted(directory.glob("run-*.jsonl"))
    with (directory / RUN).open("ab") as whole:
        for part in parts:
            whole.writelines(_whole_lines(part))
            part.unlink()


def load(directory: Path) -> Run:
    """The run in ``directory``, also one that was killed before its workers' files were joined.

    Raises FileNotFoundError if there is none, RecordProblem if it cannot be read.
    """
    parts = [directory / RUN, *sorted(directory.glob("run-*.jsonl"))]
    with _kept():
        return read_run(chain.from_iterable(map(_whole_lines, parts)))


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """Tell the collector of garbage that what is read stays: its looking would double the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _whole_lines(part: Path) -> Iterator[bytes]:
    """The lines that were written to their end, in UTF-8, one after another."""
    with part.open("rb", buffering=BUFFER) as file:
        yield from (line for line in file if line.endswith(b"\n"))

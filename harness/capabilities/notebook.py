"""What the workers of a run have found out about one endpoint: each probe is made by one of them.

Without it two workers might come to hold a capability for there and for not there, and the
verdicts of one run would contradict each other.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.model import Capability
from harness.model.codec import plain, restored

Found = dict[str, Capability]


class Notebook:
    """A file of capabilities, locked while one is found out; safe in threads and processes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def get(self, need: str, probe: Callable[[], Capability]) -> Capability:
        """What is known of the need; the first who asks probes, and the others wait for it."""
        with self._locked() as known:
            if need not in known:
                known[need] = probe()
            return known[need]

    @contextmanager
    def _locked(self) -> Iterator[Found]:
        with self._file.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            known = restored(Found, json.loads(file.read() or "{}"))
            before = len(known)
            yield known
            if len(known) > before:
                file.seek(0)
                file.truncate()
                file.write(json.dumps(plain(known)))

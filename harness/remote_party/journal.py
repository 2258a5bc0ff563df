"""The log of a far side on a public host: one line a request, and nothing secret in it.

Neither headers nor targets are written: the one hold tokens, the other what strangers like to
write. A far file is known by its nonce.
"""

from __future__ import annotations

import datetime
import re
import threading
import time
from collections.abc import Callable
from typing import TextIO

from harness.remote_party.seen import Seen

LINES = 100
"""Lines in a second at most: more are counted only."""

METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_NONCE = re.compile(r"[0-9a-f]{1,32}")


class Journal:
    """Writes lines; safe in any thread."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._lock = threading.Lock()
        self._second = 0
        self._written = 0
        self._left_out = 0

    def note(self, seen: Seen) -> None:
        """A request that has been dealt with."""
        with self._lock:
            if self._full():
                self._left_out += 1
                return
            if self._left_out:
                self._out.write(f"{_now()} {self._left_out} lines left out\n")
                self._left_out = 0
            self._out.write(_line(seen))
            self._out.flush()

    def _full(self) -> bool:
        second = int(self._clock())
        if second != self._second:
            self._second, self._written = second, 0
        self._written += 1
        return self._written > LINES


def _line(seen: Seen) -> str:
    # an unsigned URL is whatever its sender made up
    file = seen.nonce if seen.ended and _NONCE.fullmatch(seen.nonce) else "-"
    words = (
        _now(),
        seen.door,
        seen.peer[0],
        seen.method if seen.method in METHODS else "-",
        file,
        seen.status,
        f"sent={seen.sent}",
        f"received={len(seen.body)}",
        seen.ended or "refused",
    )
    return " ".join(map(str, words)) + "\n"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")

"""Connections to far sides that wait a moment for the next transfer of the same requester.

A TLS handshake costs both ends more than a small file. Only a connection that ended its last
exchange cleanly comes here; who takes it must be ready for the far side to have closed it.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass

from reference_server.wire.tls import Stream, TlsSocket

IDLE = 2.0
"""Seconds a connection waits. Longer helps no stream of small files and holds far sides up."""
MOST = 64
"""Most connections that wait at one server."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A connection, the address it leads to, and when (monotonic seconds) it is closed."""

    key: Hashable
    stream: Stream
    place: tuple[str, int]
    until: float

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has arrived: no unasked bytes, no end."""
        if isinstance(self.stream, TlsSocket) and self.stream.holds_something:
            return False
        poll = select.poll()
        poll.register(self.stream, select.POLLIN | select.POLLRDHUP)
        return not poll.poll(0)


class Pool:
    """Waiting connections by key: whatever two transfers must share to share a connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Waiting] = []
        self._is_watched = False

    def take(self, key: Hashable) -> Waiting | None:
        """The connection that was used last, if one is waiting and still alive."""
        while (found := self._pop(key)) is not None:
            if found.is_quiet:
                return found
            found.stream.close()
        return None

    def give(self, key: Hashable, stream: Stream, place: tuple[str, int]) -> None:
        """Let a connection wait; one that cannot is closed."""
        new = Waiting(key, stream, place, time.monotonic() + IDLE)
        with self._lock:
            fits = len(self._waiting) < MOST
            if fits:
                self._waiting.append(new)
            watch = fits and not self._is_watched
            self._is_watched = self._is_watched or watch
        if not fits:
            stream.close()
        if watch:
            threading.Thread(target=self._watch, daemon=True).start()

    def _pop(self, key: Hashable) -> Waiting | None:
        with self._lock:
            for number in range(len(self._waiting) - 1, -1, -1):
                if self._waiting[number].key == key:
                    return self._waiting.pop(number)
        return None

    def _watch(self) -> None:
        """Close what has waited long enough, until nothing waits."""
        while (pause := self._sweep()) is not None:
            time.sleep(pause)

    def _sweep(self) -> float | None:
        """Close what is due; seconds until the next is, None when none waits."""
        now = time.monotonic()
        with self._lock:
            due = [item for item in self._waiting if item.until <= now]
            self._waiting = [item for item in self._waiting if item.until > now]
            pause = self._waiting[0].until - now if self._waiting else None
            self._is_watched = pause is not None
        for item in due:
            item.stream.close()
        return pause

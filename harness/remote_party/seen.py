"""What the far side saw: requests, connections, bytes and times. Facts only, no judgement."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.model import Headers
from harness.model.exchange import joined


@dataclass(slots=True)
class Seen:
    """One request that reached the far side. It grows while the conversation goes on.

    Times are monotonic seconds. ``sent`` counts body bytes; ``steps`` are (time, body bytes so far)
    in the direction of the data. ``ended`` says how it went: ``answered``, ``peer closed``,
    ``cut by us``, ``stalled``.
    """

    nonce: str
    method: str
    target: str
    headers: Headers
    at: float
    door: str
    connection: int
    peer: tuple[str, int]
    client_subject: str = ""
    body: bytearray = field(default_factory=bytearray, repr=False)
    body_complete: bool = False
    sent: int = 0
    steps: list[tuple[float, int]] = field(default_factory=list, repr=False)
    status: int = 0
    ended: str = ""
    ended_at: float | None = None
    problems: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        return joined(self.headers, name)

    def all(self, name: str) -> list[str]:
        """Every value of the header, one entry a line."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def moved_by(self, at: float) -> int:
        """The body bytes that had passed at a monotonic time."""
        return max((count for when, count in list(self.steps) if when <= at), default=0)

    @property
    def open(self) -> bool:
        return self.ended_at is None


class Log:
    """All that was seen, by nonce. Safe to read and wait on from any thread."""

    def __init__(self) -> None:
        self._seen: dict[str, list[Seen]] = defaultdict(list)
        self._changed = threading.Condition()
        self._uploads: dict[str, bytes] = {}

    def add(self, seen: Seen) -> None:
        with self._changed:
            self._seen[seen.nonce].append(seen)
            self._changed.notify_all()

    def changed(self) -> None:
        """Tell those who wait that a Seen has grown."""
        with self._changed:
            self._changed.notify_all()

    def of(self, nonce: str) -> list[Seen]:
        """The requests that carried ``nonce``, in the order in which they came."""
        with self._changed:
            return list(self._seen[nonce])

    def wait(self, nonce: str, holds: Callable[[list[Seen]], bool], within: float) -> bool:
        """Wait until ``holds`` is true of the requests of ``nonce``; false if time ran out."""
        deadline = time.monotonic() + within
        with self._changed:
            while not holds(list(self._seen[nonce])):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.2))
            return True

    def upload(self, nonce: str, content: bytes) -> None:
        """Keep a completed upload: later HEAD and GET requests are answered from it."""
        with self._changed:
            self._uploads[nonce] = content
            self._changed.notify_all()

    def remove(self, nonce: str) -> None:
        with self._changed:
            self._uploads.pop(nonce, None)

    def uploaded(self, nonce: str) -> bytes | None:
        with self._changed:
            return self._uploads.get(nonce)

"""How much a far side gives away: connections, bytes, time and memory, each bounded."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MIB = 1024 * 1024
LONGEST = 300.0
"""Seconds after which any conversation is ended."""

PATIENCE = 120.0
"""Seconds a read or write may block; longer than any deadline that is judged by it."""


class Exhausted(Exception):
    """A limit was reached, and the conversation is over; the text says which."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What strangers and friends can use up at most. Bytes are those of HTTP, without TLS.

    ``conversation`` and ``hourly`` count bytes in both directions on one connection and on all of
    them in an hour; ``upload`` the bytes of one PUT; ``kept`` those held in memory, of at most
    ``nonces`` far files with ``requests`` each. By default little is limited: a far side inside
    the process of the suite serves nobody else.
    """

    connections: int = 256
    per_address: int = 256
    seconds: float = LONGEST
    patience: float = PATIENCE
    conversation: int = sys.maxsize
    hourly: int = sys.maxsize
    upload: int = sys.maxsize
    kept: int = sys.maxsize
    nonces: int = sys.maxsize
    requests: int = sys.maxsize


PUBLIC = Limits(
    per_address=192,
    patience=60.0,
    conversation=256 * MIB,
    hourly=20 * 1024 * MIB,
    upload=128 * MIB,
    kept=512 * MIB,
    nonces=4096,
    requests=2000,
)
"""What a far side on a public host allows unless its operator says otherwise."""


class Budget:
    """Bytes that may be moved in an hour, refilled as time goes by. Safe in any thread."""

    def __init__(self, hourly: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._hourly = hourly
        self._clock = clock
        self._left = float(hourly)
        self._at = clock()
        self._lock = threading.Lock()

    def spend(self, count: int) -> None:
        """Raises Exhausted when there is nothing left; the last spender may overdraw."""
        with self._lock:
            now = self._clock()
            refill = (now - self._at) * self._hourly / 3600
            self._left, self._at = min(self._hourly, self._left + refill), now
            if self._left <= 0:
                raise Exhausted("limit: bytes in an hour")
            self._left -= count


@dataclass(slots=True)
class Meter:
    """Counts the bytes of one conversation."""

    most: int
    budget: Budget
    moved: int = 0
    free: bool = False

    def spend(self, count: int) -> None:
        """Raises Exhausted beyond the limits; a conversation that is ``free`` has none."""
        if self.free:
            return
        self.budget.spend(count)
        self.moved += count
        if self.moved > self.most:
            raise Exhausted("limit: bytes in a conversation")


@dataclass(slots=True)
class Room:
    """Places for connections, at most some for each address."""

    limits: Limits
    _taken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, address: str) -> bool:
        """Whether there is a place; who gets one has to ``leave``."""
        with self._lock:
            full = self._taken.total() >= self.limits.connections
            if full or self._taken[address] >= self.limits.per_address:
                return False
            self._taken[address] += 1
            return True

    def leave(self, address: str) -> None:
        with self._lock:
            self._taken[address] -= 1
            if self._taken[address] <= 0:
                del self._taken[address]

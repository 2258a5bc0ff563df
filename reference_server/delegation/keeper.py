"""Keys that wait for their proxy, and delegated proxies: in memory, bounded, by owner."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa

from reference_server.delegation.certificates import Delegated

PER_OWNER = 16
"""Most open requests, and most delegated proxies, of one person."""
TOTAL = 4096
PATIENCE = 600.0
"""Seconds within which a request has to be answered with a proxy."""
Place = tuple[str, str]
"""Owner and delegation ID."""


class KeeperFull(Exception):
    """No room for another delegation."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A key whose proxy has not been delivered yet; `since` in monotonic seconds."""

    key: rsa.RSAPrivateKey
    since: float


class Keeper:
    """Everything delegated to one server. An owner is the subject of an end certificate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Place, Waiting] = {}
        self._held: dict[Place, Delegated] = {}
        self.latest = ""

    def expect(self, place: Place, key: rsa.RSAPrivateKey) -> None:
        """Wait for a proxy for a key, in place of an earlier one; raises KeeperFull."""
        with self._lock:
            self._forget_old()
            self._waiting.pop(place, None)
            self._make_room(place[0])
            self._waiting[place] = Waiting(key, time.monotonic())

    def waiting(self, place: Place) -> rsa.RSAPrivateKey | None:
        """The key that waits under a place."""
        with self._lock:
            self._forget_old()
            found = self._waiting.get(place)
            return found.key if found else None

    def waiting_for_anybody(self, delegation_id: str) -> rsa.RSAPrivateKey | None:
        """The key that waits under an ID, whoever asked for it: for deviations only."""
        with self._lock:
            found = [item.key for place, item in self._waiting.items() if place[1] == delegation_id]
            return found[-1] if found else None

    def keep(self, place: Place, proxy: Delegated) -> None:
        """Store a delivered proxy in place of an earlier one; raises KeeperFull."""
        with self._lock:
            self._forget_old()
            others = sum(1 for known in self._held if known[0] == place[0] and known != place)
            if others >= PER_OWNER or len(self._held) >= TOTAL:
                raise KeeperFull("too many delegated proxies")
            self._waiting.pop(place, None)
            self._held[place] = proxy
            self.latest = place[0]

    def held(self, place: Place) -> Delegated | None:
        """The proxy stored under a place, expired or not."""
        with self._lock:
            return self._held.get(place)

    def best(self, owner: str) -> Delegated | None:
        """The proxy of an owner that lives longest, expired or not."""
        with self._lock:
            found = [proxy for place, proxy in self._held.items() if place[0] == owner]
        return max(found, key=lambda proxy: proxy.expires, default=None)

    def forget(self, place: Place) -> bool:
        """Drop what is under a place; whether there was anything."""
        with self._lock:
            waiting = self._waiting.pop(place, None)
            return self._held.pop(place, None) is not None or waiting is not None

    def _make_room(self, owner: str) -> None:
        """The oldest open request of the owner makes way: whoever asks anew gave it up."""
        own = [place for place in self._waiting if place[0] == owner]
        if len(own) >= PER_OWNER:
            del self._waiting[own[0]]
        elif len(self._waiting) >= TOTAL:
            raise KeeperFull("too many open requests")

    def _forget_old(self) -> None:
        """Drop open requests nobody came back for, and proxies that expired long enough ago.

        An expired proxy stays for a while, so that its end can still be asked for.
        """
        now = time.monotonic()
        for place in [p for p, item in self._waiting.items() if now - item.since > PATIENCE]:
            del self._waiting[place]
        before = time.time() - PATIENCE
        for place in [p for p, proxy in self._held.items() if proxy.expires < before]:
            del self._held[place]

"""What the far side saw: requests, connections, bytes and times. Facts only, no judgement."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.model import Headers
from harness.model.exchange import joined
from harness.remote_party.limits import Exhausted, Limits

MOST_STEPS = 4096
"""Steps kept of one request; beyond, every other one is forgotten."""

STEP_COST = 128
REQUEST_COST = 2048
FIELD_COST = 200
"""What they take in memory, in bytes and roughly."""


@dataclass(slots=True)
class Seen:
    """One request that reached the far side. It grows while the conversation goes on.

    Times are monotonic seconds. ``sent`` counts body bytes; ``steps`` are (time, body bytes so far)
    in the direction of the data. ``agreed`` is the protocol that was chosen by ALPN. ``ended`` says
    how it went: ``answered``, ``peer closed``, ``cut by us``, ``stalled``, or the limit that was
    reached.
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
    agreed: str = ""
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

    def step(self, count: int) -> None:
        """Note that ``count`` bytes of the body have passed by now."""
        self.steps.append((time.monotonic(), count))
        if len(self.steps) > MOST_STEPS:
            self.steps = self.steps[::2]

    def moved_by(self, at: float) -> int:
        """The body bytes that had passed at a monotonic time."""
        return max((count for when, count in list(self.steps) if when <= at), default=0)

    @property
    def open(self) -> bool:
        return self.ended_at is None


@dataclass(slots=True)
class Page:
    """All that is known of one nonce. ``version`` grows with every change."""

    requests: list[Seen] = field(default_factory=list)
    upload: bytes | None = None
    sha256: str = ""
    version: int = 0
    kept: int = 0


class Log:
    """All that was seen, by nonce. Safe to read and wait on from any thread.

    Beyond its limits the nonces that were not spoken of for longest are forgotten.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._changed = threading.Condition()
        self._kept = 0

    def add(self, seen: Seen) -> None:
        """Raises Exhausted if the nonce was asked for too often."""
        with self._changed:
            page = self._pages.setdefault(seen.nonce, Page())
            self._pages.move_to_end(seen.nonce)
            if len(page.requests) >= self.limits.requests:
                raise Exhausted("limit: requests for a file")
            page.requests.append(seen)
            try:
                self._charge(seen.nonce, _cost(seen))
            except Exhausted:
                page.requests.pop()
                raise
            self._turn(page)

    def changed(self, nonce: str) -> None:
        """Tell those who wait that a Seen of ``nonce`` has grown."""
        with self._changed:
            if page := self._pages.get(nonce):
                self._turn(page)

    def moved(self, seen: Seen, count: int) -> None:
        """``count`` bytes of a body have passed by now; each such step is kept."""
        with self._changed:
            self._charge(seen.nonce, STEP_COST)
            seen.step(count)
            self._turn(self._page(seen.nonce))

    def of(self, nonce: str) -> list[Seen]:
        """The requests that carried ``nonce``, in the order in which they came."""
        with self._changed:
            return list(self._page(nonce).requests)

    def wait(self, nonce: str, holds: Callable[[list[Seen]], bool], within: float) -> bool:
        """Wait until ``holds`` is true of the requests of ``nonce``; false if time ran out."""
        deadline = time.monotonic() + within
        with self._changed:
            while not holds(list(self._page(nonce).requests)):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.2))
            return True

    def follow(self, nonce: str, version: int, within: float) -> Page:
        """The page of ``nonce`` as soon as its version is another; as it is if time ran out."""
        with self._changed:
            self._changed.wait_for(lambda: self._page(nonce).version != version, within)
            page = self._page(nonce)
            return Page(list(page.requests), page.upload, page.sha256, page.version)

    def keep(self, seen: Seen, data: bytes) -> None:
        """More of the body of ``seen``. Raises Exhausted if there is no memory for it."""
        with self._changed:
            self._charge(seen.nonce, len(data))
            seen.body += data
        self.moved(seen, len(seen.body))

    def upload(self, nonce: str, content: bytes) -> None:
        """Keep a completed upload: later HEAD and GET requests are answered from it."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self._changed:
            self._drop(nonce)
            self._charge(nonce, len(content))
            page = self._page(nonce)
            page.upload, page.sha256 = content, sha256
            self._turn(page)

    def remove(self, nonce: str) -> None:
        with self._changed:
            self._drop(nonce)

    def uploaded(self, nonce: str) -> bytes | None:
        with self._changed:
            return self._page(nonce).upload

    def _page(self, nonce: str) -> Page:
        return self._pages.get(nonce) or Page()

    def _turn(self, page: Page) -> None:
        page.version += 1
        self._changed.notify_all()

    def _charge(self, nonce: str, count: int) -> None:
        page = self._pages.setdefault(nonce, Page())
        page.kept += count
        self._kept += count
        self._forget()
        if self._kept > self.limits.kept:
            page.kept -= count
            self._kept -= count
            raise Exhausted("limit: bytes kept")

    def _drop(self, nonce: str) -> None:
        page = self._page(nonce)
        if page.upload is not None:
            page.kept -= len(page.upload)
            self._kept -= len(page.upload)
            page.upload = None
            self._turn(page)

    def _forget(self) -> None:
        """Make room: the oldest first, but never a page with a conversation under way."""
        if self._fits():
            return
        for nonce in list(self._pages):
            if not any(seen.open for seen in self._pages[nonce].requests):
                self._kept -= self._pages.pop(nonce).kept
            if self._fits():
                return

    def _fits(self) -> bool:
        return self._kept <= self.limits.kept and len(self._pages) <= self.limits.nonces


def _cost(seen: Seen) -> int:
    texts = sum(len(name) + len(value) + FIELD_COST for name, value in seen.headers)
    return REQUEST_COST + len(seen.target) + texts

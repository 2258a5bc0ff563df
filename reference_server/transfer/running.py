"""The transfers that are under way at one server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reference_server.store.late import SharedDrafts


@dataclass(eq=False)
class Ticket:
    """One running transfer, begun `beside` others; `doomed` asks its thread to give up."""

    owner: str
    path: str
    beside: int = 0
    doomed: bool = False


@dataclass
class Running:
    """Who is running what; also what deviations never free, or share."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tickets: set[Ticket] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    leaked: list[object] = field(default_factory=list)
    drafts: SharedDrafts = field(default_factory=SharedDrafts)
    _uploads: int = 0

    def __post_init__(self) -> None:
        self._ended = threading.Condition(self._lock)

    @contextmanager
    def upload(self) -> Iterator[int]:
        """Count an upload while it lasts; yields how many there are now, this one included."""
        with self._lock:
            self._uploads += 1
            now = self._uploads
        try:
            yield now
        finally:
            with self._lock:
                self._uploads -= 1

    def enter(self, owner: str, path: str) -> Ticket:
        """Note a transfer that begins."""
        with self._lock:
            ticket = Ticket(owner, path, beside=len(self._tickets))
            self._tickets.add(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Note its end."""
        with self._lock:
            self._tickets.discard(ticket)
            self._ended.notify_all()

    def wait_until(self, enough: Callable[[int], bool], *, within: float) -> None:
        """Wait until the number of transfers is right, or the seconds are over."""
        with self._ended:
            self._ended.wait_for(lambda: enough(len(self._tickets)), within)

    def doom(self, owner: str) -> None:
        """Ask every transfer of an owner to give up."""
        with self._lock:
            for ticket in self._tickets:
                ticket.doomed = ticket.doomed or ticket.owner == owner

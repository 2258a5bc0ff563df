"""Tickets: what the head node puts into the URL of a redirect to the data node."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from reference_server.auth.identity import Identity, Scheme
from reference_server.auth.problems import BadToken

LIFETIME = 60.0
"""Seconds a ticket can be used."""

REPEATABLE = ("GET", "HEAD")
"""Downloads are fetched piece by piece at the redirected URL; an upload is made once."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom and what a ticket is for."""

    identity: Identity
    method: str
    path: str
    until: float


class TicketOffice:
    """Issues tickets at a head node and redeems them at its data node, in one process.

    A closed office (a server without data node) redeems none.
    """

    def __init__(
        self, *, is_open: bool = False, is_ready: Callable[[float], bool] = lambda age: True
    ) -> None:
        self.is_open = is_open
        self._is_ready = is_ready
        self._lock = threading.Lock()
        self._tickets: dict[str, Ticket] = {}

    def issue(self, identity: Identity, method: str, path: str) -> str:
        """A ticket for one request; `path` as it stands in the redirect."""
        code, now = secrets.token_urlsafe(18), time.monotonic()
        with self._lock:
            stale = [key for key, ticket in self._tickets.items() if ticket.until < now]
            for key in stale:
                del self._tickets[key]
            self._tickets[code] = Ticket(identity, method, path, now + LIFETIME)
        return code

    def unused(self, method: str, path: str) -> int:
        """How many tickets for such a request are out that nobody has come with yet."""
        now = time.monotonic()
        with self._lock:
            found = [(t.method, t.path) for t in self._tickets.values() if t.until >= now]
        return found.count((method, path))

    def redeem(self, code: str, method: str, path: str) -> Identity:
        """Whom the ticket stands for; raises BadToken."""
        with self._lock:
            ticket = self._tickets.get(code)
            if ticket is not None and ticket.method not in REPEATABLE:
                del self._tickets[code]
        if ticket is None or ticket.until < time.monotonic():
            raise BadToken("ticket is unknown, used or expired")
        if not self._is_ready(LIFETIME - (ticket.until - time.monotonic())):
            raise BadToken("ticket is not known yet")
        if (ticket.method, ticket.path) != (method, path):
            raise BadToken("ticket is for another request")
        return replace(ticket.identity, scheme=Scheme.TICKET, proof=())

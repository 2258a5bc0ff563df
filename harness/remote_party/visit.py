"""One connection to a far side, from its acceptance to its end."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.remote_party.answers import Addresses, Answerer, Ended
from harness.remote_party.desk import Desk
from harness.remote_party.limits import Budget, Exhausted, Limits, Meter
from harness.remote_party.line import Line, PeerClosed
from harness.remote_party.scenario import Scenario
from harness.remote_party.seen import Log, Seen
from harness.remote_party.told import PREFIX
from harness.wire.http1 import RequestReader

HANDSHAKE = 30.0
"""Seconds a TLS handshake may take."""

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CONTROL_DOOR = "tls"


@dataclass(frozen=True, slots=True)
class Host:
    """What all visits to one far side share."""

    log: Log
    addresses: Addresses
    limits: Limits
    budget: Budget
    desk: Desk | None
    said: Callable[[Seen], None]


@dataclass(slots=True)
class Visit:
    """One connection: the door it came through, who called, and its number."""

    host: Host
    door: str
    connection: socket.socket
    address: tuple[str, int]
    number: int

    def converse(self, tls: ssl.SSLContext | None) -> None:
        """Answer requests until either side has enough."""
        limits = self.host.limits
        self.connection.settimeout(HANDSHAKE)
        try:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self.connection = tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.connection.close()  # they did not trust us, or it was no TLS
            return
        line = Line(
            self.connection,
            Meter(limits.conversation, self.host.budget),
            deadline=time.monotonic() + limits.seconds,
            patience=limits.patience,
        )
        with contextlib.suppress(PeerClosed, Exhausted), contextlib.closing(line):
            while (reader := line.next_request()) is not None and self._answer(line, reader):
                line.keep(reader)

    def _answer(self, line: Line, reader: RequestReader) -> bool:
        """Serve one request; whether the connection can carry another."""
        target = reader.head.target if reader.head else ""
        desk = self.host.desk if self.door == CONTROL_DOOR else None
        if desk is not None and target.startswith(PREFIX):
            return desk.answer(line, reader)
        seen = self._seen(line, reader)
        scenario = self._scenario(seen)
        if scenario is None:
            seen.status = 404
            self.host.said(seen)
            line.send(NOT_FOUND)
            return False
        self.host.log.add(seen)
        return self._play(line, reader, seen, scenario)

    def _play(self, line: Line, reader: RequestReader, seen: Seen, scenario: Scenario) -> bool:
        try:
            Answerer(line, self.host.log, self.host.addresses).answer(seen, scenario, reader)
            seen.ended = "answered"
        except PeerClosed:
            seen.ended = "peer closed"
            return False
        except (Ended, Exhausted) as end:
            seen.ended = str(end)
            return False
        finally:
            seen.ended_at = time.monotonic()
            seen.problems = tuple(map(str, reader.problems))
            self.host.log.changed(seen.nonce)
            self.host.said(seen)
        return reader.complete

    def _seen(self, line: Line, reader: RequestReader) -> Seen:
        head = reader.head
        target = head.target if head else ""
        parts = target.split("/", 4)
        return Seen(
            nonce=parts[3] if len(parts) == 5 else "",
            method=head.method if head else "",
            target=target,
            headers=head.fields if head else (),
            at=time.monotonic(),
            door=self.door,
            connection=self.number,
            peer=self.address,
            client_subject=line.client_subject,
            agreed=line.agreed,
        )

    def _scenario(self, seen: Seen) -> Scenario | None:
        """What the target asks for; None if it asks for nothing that we may do."""
        parts = seen.target.split("/", 4)
        if len(parts) != 5 or parts[1] != "far":
            return None
        try:
            return self.host.addresses.seal.opened(parts[2], parts[3])
        except (ValueError, TypeError):
            return None

"""The scripted far side of a transfer: listens on several doors, misbehaves as its URLs say."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.remote_party.answers import Answerer, Ended
from harness.remote_party.line import Line, PeerClosed
from harness.remote_party.scenario import LONGEST, Scenario
from harness.remote_party.seen import Log, Seen
from harness.wire.http1 import RequestReader

MOST_CONNECTIONS = 256


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: a certificate (None: plain http), the address to listen on, the name to use.

    A door that is not ``open`` keeps its port to itself and refuses every connection.
    """

    cert: Path | None = None
    key: Path | None = None
    address: str = "127.0.0.1"
    host: str = "localhost"
    client_ca: Path | None = None
    open: bool = True


class RemoteParty:
    """Serves scenario URLs on every door until it is closed, and logs what it sees."""

    def __init__(self, doors: dict[str, Door]) -> None:
        self.log = Log()
        self._numbers = itertools.count(1)
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._closing = threading.Event()
        self._listeners: dict[str, socket.socket] = {}
        self.origins: dict[str, str] = {}
        for name, door in doors.items():
            self._open(name, door)

    def far(self, scenario: Scenario, *, door: str = "tls", name: str = "file.dat") -> FarFile:
        """A far file behaving as ``scenario`` says, under a URL nobody else has."""
        return FarFile(self, scenario, door, secrets.token_hex(8), name)

    def source(self, *, door: str = "tls", name: str = "file.dat", **manners: Any) -> FarFile:
        """A file that is there, to be pulled."""
        return self.far(Scenario(**manners), door=door, name=name)

    def destination(self, *, door: str = "tls", name: str = "file.dat", **manners: Any) -> FarFile:
        """A place where nothing is yet, to be pushed to."""
        return self.far(Scenario(**{"exists": False, **manners}), door=door, name=name)

    def close(self) -> None:
        """Stop listening; conversations under way end by themselves."""
        self._closing.set()
        for listener in self._listeners.values():
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _open(self, name: str, door: Door) -> None:
        listener = _bound(door)
        self._listeners[name] = listener
        scheme = "https" if door.cert else "http"
        self.origins[name] = f"{scheme}://{door.host}:{listener.getsockname()[1]}"
        if not door.open:
            return
        context = _context(door) if door.cert else None
        threading.Thread(
            target=self._accept, args=(name, listener, context), name=f"door-{name}", daemon=True
        ).start()

    def _accept(self, name: str, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while not self._closing.is_set():
            try:
                connection, address = listener.accept()
            except OSError:
                return
            if not self._room.acquire(blocking=False):
                connection.close()
                continue
            visit = _Visit(self, name, connection, address[:2], tls)
            threading.Thread(target=self._host, args=(visit,), daemon=True).start()

    def _host(self, visit: _Visit) -> None:
        try:
            visit.converse(next(self._numbers))
        finally:
            self._room.release()


@dataclass(slots=True)
class _Visit:
    """One connection from its acceptance to its end."""

    party: RemoteParty
    door: str
    connection: socket.socket
    address: tuple[str, int]
    tls: ssl.SSLContext | None

    def converse(self, number: int) -> None:
        self.connection.settimeout(30)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls is not None:
                self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.connection.close()  # they did not trust us, or it was no TLS
            return
        line = Line(self.connection, time.monotonic() + LONGEST)
        with contextlib.suppress(PeerClosed), contextlib.closing(line):
            while (reader := line.next_request()) is not None:
                if not self._answer(line, reader, number):
                    return

    def _answer(self, line: Line, reader: RequestReader, number: int) -> bool:
        """Serve one request; whether the connection can carry another."""
        seen, scenario = self._recognise(line, reader, number)
        self.party.log.add(seen)
        if scenario is None:
            line.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        try:
            Answerer(line, self.party.log, self.party.origins).answer(seen, scenario, reader)
            seen.ended = "answered"
        except (Ended, PeerClosed) as end:
            seen.ended = str(end) if isinstance(end, Ended) else "peer closed"
            return False
        finally:
            seen.ended_at = time.monotonic()
            seen.problems = tuple(map(str, reader.problems))
            self.party.log.changed()
        line.keep(reader)
        return reader.complete

    def _recognise(
        self, line: Line, reader: RequestReader, number: int
    ) -> tuple[Seen, Scenario | None]:
        head = reader.head
        target = head.target if head else ""
        parts = target.split("/", 4)
        seen = Seen(
            nonce=parts[3] if len(parts) == 5 else "",
            method=head.method if head else "",
            target=target,
            headers=head.fields if head else (),
            at=time.monotonic(),
            door=self.door,
            connection=number,
            peer=self.address,
            client_subject=line.client_subject,
        )
        try:
            return seen, Scenario.decode(parts[2]) if len(parts) == 5 else None
        except (ValueError, TypeError):
            return seen, None


@dataclass(frozen=True, slots=True)
class FarFile:
    """A file on the far side: its URL for the COPY, and all that happened to it."""

    party: RemoteParty
    scenario: Scenario
    door: str
    nonce: str
    name: str

    @property
    def url(self) -> str:
        return (
            f"{self.party.origins[self.door]}/far/{self.scenario.encode()}/{self.nonce}/{self.name}"
        )

    @property
    def content(self) -> bytes:
        """What a pull has to deliver."""
        return self.scenario.content

    @property
    def received(self) -> bytes | None:
        """What a push has completely delivered; None if nothing."""
        return self.party.log.uploaded(self.nonce)

    @property
    def requests(self) -> list[Seen]:
        return self.party.log.of(self.nonce)

    def asked(self, method: str) -> list[Seen]:
        """The requests of one method."""
        return [seen for seen in self.requests if seen.method == method]

    def wait(self, holds: Callable[[list[Seen]], bool], *, within: float) -> bool:
        return self.party.log.wait(self.nonce, holds, within)

    def needing(self, authorization: str) -> FarFile:
        """The same file, served only to requests with this Authorization value."""
        demanded = hashlib.sha256(authorization.encode()).hexdigest()
        return replace(self, scenario=replace(self.scenario, need=demanded))


def _bound(door: Door) -> socket.socket:
    """A socket on a free port, listening unless the door is to refuse everybody."""
    family = socket.AF_INET6 if ":" in door.address else socket.AF_INET
    if door.open:
        return socket.create_server((door.address, 0), family=family, backlog=128)
    mute = socket.socket(family, socket.SOCK_STREAM)
    mute.bind((door.address, 0))
    return mute


def _context(door: Door) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(str(door.cert), str(door.key))
    if door.client_ca is not None:
        place = "capath" if door.client_ca.is_dir() else "cafile"
        made.load_verify_locations(**{place: str(door.client_ca)})
        made.verify_mode = ssl.CERT_OPTIONAL
        made.verify_flags |= ssl.VerifyFlags.VERIFY_ALLOW_PROXY_CERTS
    return made

"""One request over a connection of its own, read byte by byte: for COPY and for exact bytes."""

from __future__ import annotations

import contextlib
import datetime
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from harness.client.bounds import too_much
from harness.client.tls import close_notify, context, describe
from harness.identity import X509
from harness.model import Body, Exchange, Headers, Interim, Piece, Tls
from harness.wire.http1 import ResponseReader, Stage

CONNECT_SECONDS = 30.0
READ_SIZE = 65536
LINGER_NOW = struct.pack("ii", 1, 0)
"""SO_LINGER that makes close() send RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class Route:
    """How to reach a server: where it listens, whom to trust, and who we are.

    ``address``, if given, is connected to in place of whatever the name resolves to first.
    """

    url: str
    ca: Path | None = None
    pair: X509 | None = None
    address: str = ""

    @property
    def waiting(self) -> bytes:
        return b""

    def connect(self, timeout: float = CONNECT_SECONDS) -> socket.socket:
        """An open connection, with TLS for https. Raises OSError (ssl.SSLError is one)."""
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        host = parts.hostname or ""
        place = (self.address or host, parts.port or (443 if secure else 80))
        try:
            plain = socket.create_connection(place, timeout)
        except UnicodeError:
            raise OSError(f"{host[:80]} is no host name") from None
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not secure:
            return plain
        try:
            return context(self.ca, self.pair).wrap_socket(plain, server_hostname=host)
        except OSError:
            plain.close()
            raise
        except ValueError:
            plain.close()
            raise OSError(f"{host[:80]} is no host name") from None


class Way(Protocol):
    """Something that yields a connection, and bytes of it that have been read already."""

    @property
    def waiting(self) -> bytes: ...

    def connect(self) -> socket.socket: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """The connection of an earlier request, used again (RFC 9112 section 9.3)."""

    connection: socket.socket | None
    waiting: bytes = b""

    def connect(self) -> socket.socket:
        if self.connection is None:
            raise ConnectionError("the server closed the connection before the next request")
        return self.connection


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: its line, its headers in order and case, and its body."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    version: str = "1.1"
    raw: bytes | None = field(default=None, repr=False)

    def head(self) -> bytes:
        """The bytes up to the empty line; ``raw``, if given, stands for the whole request."""
        if self.raw is not None:
            return self.raw
        parts = urlsplit(self.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"{self.method} {target} HTTP/{self.version}"]
        if not any(name.lower() == "host" for name, _ in self.headers):
            lines.append(f"Host: {parts.netloc}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Live:
    """An exchange under way: its answer can be watched, waited for, and cut off."""

    def __init__(self, ask: Ask, way: Way) -> None:
        self.ask = ask
        self.reader = ResponseReader(ask.method, ask.version)
        self.fault = ""
        self._began = self._heard = time.monotonic()
        self._started = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        self._received = 0
        self._socket: socket.socket | None = None
        self._tls: Tls | None = None
        self.peer = ""
        self.local = ""
        self._open(way)

    @property
    def began(self) -> float:
        """When the request began, in monotonic seconds: what arrival times are relative to."""
        return self._began

    @property
    def elapsed(self) -> float:
        """Seconds since the request began."""
        return time.monotonic() - self._began

    @property
    def quiet(self) -> float:
        """Seconds since the last byte of the answer."""
        return time.monotonic() - self._heard

    @property
    def over(self) -> bool:
        """Whether nothing more can come."""
        return self._socket is None or self.reader.stage in (Stage.COMPLETE, Stage.LOST)

    @property
    def body(self) -> bytes:
        return self.reader.body

    def send(self, data: bytes) -> None:
        """Send more bytes of the request; a refusal by the other side is kept as a fault."""
        if self._socket is None:
            return
        try:
            self._socket.sendall(data)
        except OSError as problem:
            self.fault = self.fault or f"while sending: {problem}"

    def end_sending(self) -> None:
        """Close our direction only, in good order: close_notify and FIN; reading goes on."""
        connection = self._socket
        if connection is None:
            return
        if isinstance(connection, ssl.SSLSocket):
            close_notify(connection)
        with contextlib.suppress(OSError):
            # SSLSocket's own shutdown() would throw the keys for reading away
            socket.socket.shutdown(connection, socket.SHUT_WR)

    def again(self, ask: Ask) -> Live:
        """The next request on the same connection; bytes beyond this answer are its answer's."""
        connection, self._socket = self._socket, None
        return Live(ask, Kept(connection, self.reader.hand_over()))

    def until(self, seen: Callable[[Live], bool], *, within: float) -> bool:
        """Read until ``seen`` holds; false if the answer ended or the time was over first."""
        deadline = time.monotonic() + within
        while not seen(self):
            if self.over or time.monotonic() >= deadline:
                return seen(self)
            self._read(deadline)
        return True

    def drain(self, *, within: float) -> Live:
        """Read on until the server ends the connection: what came too much is then known."""
        deadline = time.monotonic() + within
        while self._socket is not None and time.monotonic() < deadline:
            self._read(deadline)
        return self

    def finish(self, *, within: float, hopeless: Seen | None = None) -> Live:
        """Read to the end of the answer; too late is a fault, or sooner if it is ``hopeless``."""
        self.until(lambda live: live.over or (hopeless or _never)(live), within=within)
        if not self.over:
            waited = f"within {within:g} s" if self.elapsed >= within else f"in {self.quiet:.0f} s"
            self.fault = self.fault or f"no end of the answer {waited}"
        self.close()
        return self

    def close(self, *, abort: bool = False) -> None:
        """Close the connection: orderly (close_notify, FIN), or with a reset."""
        if self._socket is None:
            return
        connection, self._socket = self._socket, None
        with contextlib.suppress(OSError, ValueError):
            if abort:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOW)
            elif isinstance(connection, ssl.SSLSocket):
                connection.settimeout(0)  # send close_notify, do not wait for the answer
                connection.unwrap()
        connection.close()

    def exchange(self, endpoint: str) -> Exchange:
        """What happened so far, as evidence. It has no id yet."""
        reader, head = self.reader, self.reader.head
        return Exchange(
            id="",
            endpoint=endpoint,
            by="client",
            started=self._started,
            method=self.ask.method,
            url=self.ask.url,
            request_headers=self.ask.headers,
            request_body=Body.of(self.ask.body),
            request_version=self.ask.version,
            status=head.code if head else 0,
            reason=head.reason if head else "",
            version=head.version if head else "",
            headers=head.fields if head else (),
            interim=tuple(Interim(h.at, h.code, h.fields) for h in reader.interim),
            pieces=tuple(_piece(p.at, p.data) for p in reader.pieces),
            body=Body.of(reader.body),
            trailers=reader.trailers,
            framing=str(reader.framing or ""),
            complete=reader.complete,
            seconds=round(self.elapsed, 4),
            first_byte=reader.first_byte_at,
            fault=self.fault,
            problems=tuple(map(str, reader.problems)),
            tls=self._tls,
            peer=self.peer,
        )

    def _open(self, way: Way) -> None:
        try:
            connection = way.connect()
        except OSError as problem:
            self.fault = describe_fault(problem)
            return
        self._socket = connection
        self.peer = "{}:{}".format(*connection.getpeername()[:2])
        self.local = "{}:{}".format(*connection.getsockname()[:2])
        self._tls = describe(connection) if isinstance(connection, ssl.SSLSocket) else None
        self.send(self.ask.head() + (b"" if self.ask.raw is not None else self.ask.body))
        if way.waiting:
            self.reader.feed(way.waiting, self.elapsed)

    def _read(self, deadline: float) -> None:
        connection = self._socket
        if connection is None:
            return
        pending = isinstance(connection, ssl.SSLSocket) and connection.pending()
        wait = max(0.0, min(0.25, deadline - time.monotonic()))
        if not pending and not select.select([connection], [], [], wait)[0]:
            return
        try:
            data = _what_is_there(connection)
        except NOTHING_THERE:
            return
        except OSError as problem:
            data = b""
            self.fault = self.fault or f"while reading: {problem}"
        if data:
            self._heard = time.monotonic()
            self._received += len(data)
            self.reader.feed(data, self.elapsed)
            self.fault = self.fault or too_much(self._received)
        if not data or too_much(self._received):
            self.reader.close(self.elapsed)
            self.close()


NOTHING_THERE = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def _what_is_there(connection: socket.socket) -> bytes:
    """Read without waiting: what came over TLS may be a ticket only (RFC 8446 section 4.6.1)."""
    timeout = connection.gettimeout()
    connection.settimeout(0)
    try:
        return connection.recv(READ_SIZE)
    finally:
        connection.settimeout(timeout)


Seen = Callable[[Live], bool]


def _never(live: Live) -> bool:
    return False


def _piece(at: float, data: bytes) -> Piece:
    return Piece(round(at, 4), len(data), data[:512].decode("utf-8", "backslashreplace"), data)


def describe_fault(problem: OSError) -> str:
    """A transport error in one clause: refused, not resolved, timed out, or TLS."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"tls: certificate not verified: {problem.verify_message}"
    if isinstance(problem, ssl.SSLError):
        return f"tls: {problem.reason or problem}"
    if isinstance(problem, socket.gaierror):
        return f"the name cannot be resolved: {problem.strerror}"
    if isinstance(problem, TimeoutError):
        return "timed out"
    return str(problem.strerror or problem).lower()

"""One accepted connection: reading requests from it, and writing at the pace a scenario asks."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import time

from cryptography import x509

from harness.remote_party.limits import Exhausted, Meter
from harness.wire.http1 import RequestReader, Stage

READ_SIZE = 65536
TIGHT = 65536
"""Bytes of socket buffer in each direction where a scenario is slow."""

RESET = struct.pack("ii", 1, 0)


class PeerClosed(Exception):
    """The other side closed or reset the connection."""


class Line:
    """A connection to the active party, with deadlines on everything."""

    def __init__(
        self, connection: socket.socket, meter: Meter, *, deadline: float, patience: float
    ) -> None:
        self.meter = meter
        self._socket = connection
        self._deadline = deadline
        self._left = b""
        connection.settimeout(patience)

    @property
    def client_subject(self) -> str:
        """The subject of the client certificate, empty if none was shown."""
        if not isinstance(self._socket, ssl.SSLSocket):
            return ""
        der = self._socket.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(der).subject.rfc4514_string() if der else ""

    @property
    def agreed(self) -> str:
        """The protocol that was agreed on by ALPN (RFC 7301), empty if none was."""
        connection = self._socket
        found = connection.selected_alpn_protocol() if isinstance(connection, ssl.SSLSocket) else ""
        return found or ""

    def next_request(self) -> RequestReader | None:
        """The next request with a complete head; None when the peer has no more."""
        reader = RequestReader()
        data, self._left = self._left, b""
        while True:
            if data:
                reader.feed(data, time.monotonic())
            if reader.stage is Stage.LOST or reader.head is not None:
                return reader
            try:
                data = self._receive()
            except PeerClosed:
                return None

    def read_some(self, reader: RequestReader) -> None:
        """One more read of the body; raises PeerClosed."""
        reader.feed(self._receive(), time.monotonic())

    def keep(self, reader: RequestReader) -> None:
        """What came behind the request belongs to the next one."""
        self._left = reader.leftover

    def send(self, data: bytes) -> None:
        """Raises PeerClosed, or Exhausted when too much was sent already."""
        self.meter.spend(len(data))
        self._check_time()
        try:
            self._socket.sendall(data)
        except OSError as problem:
            raise PeerClosed(str(problem)) from problem

    def wait(self, seconds: float) -> None:
        """Do nothing for a while, but notice at once when the peer goes away.

        Nothing is read meanwhile: a body that is on its way has to feel that we hold back.
        """
        end = min(time.monotonic() + seconds, self._deadline)
        gone = select.poll()
        gone.register(self._socket, select.POLLRDHUP)
        if (left := end - time.monotonic()) > 0 and gone.poll(left * 1000):
            raise PeerClosed("end of stream")

    def tighten(self) -> None:
        """Small buffers: what a slow scenario sent, or has not read, is where the peer sees it."""
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, option, TIGHT)

    def notify(self) -> None:
        """Say, where there is TLS, that nothing follows; without waiting for an answer."""
        if isinstance(self._socket, ssl.SSLSocket):
            self._socket.settimeout(0)
            with contextlib.suppress(OSError, ValueError):
                self._socket.unwrap()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._socket.close()

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> bytes:
        self._check_time()
        try:
            data = self._socket.recv(READ_SIZE)
        except OSError as problem:
            raise PeerClosed(str(problem)) from problem
        if not data:
            raise PeerClosed("end of stream")
        self.meter.spend(len(data))
        return data

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise Exhausted("limit: seconds of a conversation")

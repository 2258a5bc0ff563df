"""One accepted connection: reading requests from it, and writing at the pace a scenario asks."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import time

from cryptography import x509

from harness.wire.http1 import RequestReader, Stage

READ_SIZE = 65536
SLICE = 0.05
"""Seconds between two looks at the peer while we hold back."""

RESET = struct.pack("ii", 1, 0)


class PeerClosed(Exception):
    """The other side closed or reset the connection."""


class Line:
    """A connection to the active party, with deadlines on everything."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._socket = connection
        self._deadline = deadline
        self._left = b""
        connection.settimeout(60)

    @property
    def client_subject(self) -> str:
        """The subject of the client certificate, empty if none was shown."""
        if not isinstance(self._socket, ssl.SSLSocket):
            return ""
        der = self._socket.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(der).subject.rfc4514_string() if der else ""

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
        try:
            self._socket.sendall(data)
        except OSError as problem:
            raise PeerClosed(str(problem)) from problem

    def wait(self, seconds: float) -> None:
        """Do nothing for a while, but notice at once when the peer goes away."""
        end = min(time.monotonic() + seconds, self._deadline)
        while (left := end - time.monotonic()) > 0:
            if select.select([self._socket], [], [], min(left, SLICE))[0]:
                self._left += self._receive()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._socket.close()

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> bytes:
        if time.monotonic() > self._deadline:
            raise PeerClosed("the conversation lasted too long")
        try:
            data = self._socket.recv(READ_SIZE)
        except OSError as problem:
            raise PeerClosed(str(problem)) from problem
        if not data:
            raise PeerClosed("end of stream")
        return data

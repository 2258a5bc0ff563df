"""TLS on a socket of ours: records are decrypted from, and gathered into, large pieces.

`ssl.SSLSocket` asks the kernel twice per record of 16 KiB. Here ciphertext moves in pieces of up
to half a MiB through memory BIOs (ADR 8); the methods mean what those of a socket mean, and the
exceptions are those of `ssl` for a socket that would block.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Any

Data = bytes | bytearray | memoryview
FIRST_READ = 1 << 14
MOST_READ = 1 << 19
"""Bytes of ciphertext asked for at once: little from a slow peer, since thousands must fit."""
PIECE = 1 << 18
"""Bytes encrypted before they are sent."""


class TlsSocket:
    """A socket that speaks TLS after `do_handshake`. For one thread at a time."""

    def __init__(
        self, sock: socket.socket, context: ssl.SSLContext, *, server_hostname: str | None = None
    ) -> None:
        self._sock = sock
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        is_server = context.protocol == ssl.PROTOCOL_TLS_SERVER
        wrapped = context.wrap_bio(
            self._in, self._out, server_side=is_server, server_hostname=server_hostname
        )
        self._tls: Any = wrapped._sslobj  # type: ignore[attr-defined]
        self._read_size = FIRST_READ
        self._unsent = memoryview(b"")
        self._accepted = 0
        self._ended = False
        self.broke_off = False  # the stream ended, and no close_notify said that it would

    def do_handshake(self) -> None:
        """Raises SSLWantReadError, SSLWantWriteError, SSLError, OSError; to be called again."""
        while True:
            try:
                self._tls.do_handshake()
                return self._flush()
            except ssl.SSLWantReadError:
                self._flush()
                if not self._refill():
                    raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "closed in the handshake") from None
            except ssl.SSLWantWriteError:
                raise
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._flush()  # the alert that says what is wrong
                raise

    def recv(self, limit: int) -> bytes:
        """Up to `limit` bytes, empty at the end of the stream."""
        buffer = bytearray(limit)
        with memoryview(buffer) as view:
            count = self.recv_into(view)
        return bytes(buffer[:count])

    def recv_into(self, view: memoryview) -> int:
        """As much as is there, waiting for the first byte only; 0 at the end of the stream."""
        filled = self._decrypt(view)
        while not filled and not self._ended:
            self._refill()
            filled = self._decrypt(view)
        return filled

    def send(self, data: Data) -> int:
        """Encrypt and send a piece; where that would block, call again with the same bytes."""
        if not self._accepted:
            with memoryview(data) as view:
                self._accepted = self._tls.write(view[:PIECE])
        self._flush()
        accepted, self._accepted = self._accepted, 0
        return accepted

    def sendall(self, data: Data) -> None:
        """Send everything, waiting as long as the timeout allows for each piece."""
        with memoryview(data) as view:
            sent = 0
            while sent < len(view):
                sent += self.send(view[sent:])

    def close_notify(self) -> None:
        """Say, without waiting, that nothing follows. What lies here unread is thrown away.

        `shutdown` looks for the peer's own mark; data there instead break the connection for it.
        """
        with contextlib.suppress(OSError, ValueError):
            with memoryview(bytearray(FIRST_READ)) as unread:
                while self._decrypt(unread):
                    pass
            with contextlib.suppress(ssl.SSLWantReadError):
                self._tls.shutdown()
            self._sock.settimeout(0)
            self._flush()

    def verified_chain(self) -> list[Any]:
        """The certificates OpenSSL verified, leaf first; documented from Python 3.13 only."""
        return list(self._tls.get_verified_chain() or ())

    @property
    def holds_something(self) -> bool:
        """Whether bytes of the peer were received that nobody has asked for."""
        return self._ended or bool(self._in.pending or self._tls.pending())

    def settimeout(self, seconds: float | None) -> None:
        self._sock.settimeout(seconds)

    def gettimeout(self) -> float | None:
        return self._sock.gettimeout()

    def setblocking(self, flag: bool) -> None:
        self._sock.setblocking(flag)

    def fileno(self) -> int:
        return self._sock.fileno()

    def getsockname(self) -> Any:
        return self._sock.getsockname()

    def shutdown(self, how: int) -> None:
        self._sock.shutdown(how)

    def close(self) -> None:
        self._sock.close()

    def _decrypt(self, view: memoryview) -> int:
        """What the ciphertext at hand amounts to, up to the size of the view."""
        filled, size, read = 0, len(view), self._tls.read
        try:
            while filled < size and not self._ended:
                count = read(size - filled, view[filled:])
                filled += count
                self._ended = not count
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLEOFError:
            self._ended = self.broke_off = True
        except ssl.SSLZeroReturnError:
            self._ended = True
        return filled

    def _refill(self) -> bool:
        """Receive ciphertext; False at its end. Raises SSLWantReadError when there is none."""
        try:
            data = self._sock.recv(self._read_size)
        except BlockingIOError:
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "nothing there yet") from None
        if not data:
            self._in.write_eof()
            return False
        if len(data) == self._read_size < MOST_READ:
            self._read_size *= 2
        self._in.write(data)
        return True

    def _flush(self) -> None:
        """Send all ciphertext there is; raises SSLWantWriteError."""
        try:
            while self._unsent or self._out.pending:
                if not self._unsent:
                    self._unsent = memoryview(self._out.read())
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
        except BlockingIOError:
            raise ssl.SSLWantWriteError(ssl.SSL_ERROR_WANT_WRITE, "no room yet") from None


Stream = socket.socket | TlsSocket
"""What a connection reads from and writes to."""


def close_notify(stream: Stream) -> None:
    """Mark the end of what we send, where the transport knows such a mark."""
    if isinstance(stream, TlsSocket):
        stream.close_notify()

"""What a connection has received and nobody has consumed yet."""

from __future__ import annotations

from reference_server.refusal import Refusal
from reference_server.wire.heads import (
    MAX_HEAD,
    HeadRules,
    RequestHead,
    head_end,
    parse_head,
)
from reference_server.wire.tls import Stream

READ_SIZE = 64 * 1024


class Inbox:
    """The receiving half of one connection, plain or TLS."""

    def __init__(self, sock: Stream, rules: HeadRules) -> None:
        self.sock = sock
        self._rules = rules
        self.held = bytearray()

    def fill(self) -> bool:
        """Receive once more; False at the end of the stream."""
        data = self.sock.recv(READ_SIZE)
        self.held += data
        return bool(data)

    def take(self, limit: int) -> bytes:
        """Up to `limit` bytes, waiting for at least one; empty at the end of the stream."""
        if not self.held and not self.fill():
            return b""
        taken = bytes(self.held[:limit])
        del self.held[:limit]
        return taken

    def read_into(self, view: memoryview) -> int:
        """Fill `view` from what is held or with one receive; 0 at the end of the stream.

        This is the bulk path: held bytes are only the few that came along with the head.
        """
        if not self.held:
            return self.sock.recv_into(view)
        count = min(len(view), len(self.held))
        view[:count] = self.held[:count]
        del self.held[:count]
        return count

    def give_back(self, data: bytes) -> None:
        """Put bytes that belong to the next request back in front."""
        self.held[:0] = data

    def read_head(self) -> RequestHead | None:
        """The next request head, None when the peer closed instead; raises Refusal."""
        while True:
            self.skip_blank_lines()
            end = head_end(self.held)
            if end:
                raw = bytes(self.held[:end])
                del self.held[:end]
                return parse_head(raw, self._rules)
            if len(self.held) > MAX_HEAD:
                raise Refusal(431, "request head too large", close=True)
            if not self.fill():
                self._check_end()
                return None

    def skip_blank_lines(self) -> None:
        """Drop empty lines before a request line (RFC 9112 section 2.2)."""
        while self.held[:2] == b"\r\n":
            del self.held[:2]

    def _check_end(self) -> None:
        if self.held.strip():
            raise Refusal(400, "request head ends early", close=True)

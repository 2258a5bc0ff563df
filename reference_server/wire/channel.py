"""The sending half of a connection during one answer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from reference_server.store import Block
from reference_server.wire.inbox import Inbox
from reference_server.wire.tls import Stream


@dataclass
class Channel:
    """Where an answer goes. `head` waits to be sent along with the first bytes of the body.

    `told` are the result lines that went this way, `markers` the latest markers.
    """

    sock: Stream
    inbox: Inbox
    chunked: bool
    head: bytes = b""
    told: list[str] = field(default_factory=list)
    markers: deque[str] = field(default_factory=lambda: deque(maxlen=8))

    def send(self, data: Block) -> None:
        """Write bytes as they are, the pending head in front; blocks until all is written."""
        if self.head:
            data, self.head = self.head + bytes(data), b""
        if data:
            self.sock.sendall(data)

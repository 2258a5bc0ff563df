"""Request bodies: of known length past h11, chunked through it (RFC 9112 sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterator

import h11

from reference_server.refusal import Refusal
from reference_server.wire.heads import RequestHead
from reference_server.wire.inbox import READ_SIZE, Inbox

BLOCK = 1 << 18
"""Size of the reused bulk buffer, bytes: it has to stay in a core's cache (ADR 8)."""
FIRST_BLOCK = 1 << 16
"""Size of a buffer before it has been filled once: thousands of slow streams must fit."""
SMALL = 256 * 1024
"""A body up to this size is drained after a refusal so that the connection can live on."""


def grown(buffer: memoryview, filled: int) -> memoryview:
    """The buffer for the next block: a large one once a smaller one was filled."""
    if filled < len(buffer) or len(buffer) >= BLOCK:
        return buffer
    return memoryview(bytearray(BLOCK))


class TruncatedBody(Exception):
    """The client went away before the end of the body that it had announced."""


class RequestBody:
    """The body of one request, read at most once and always block by block.

    `interim` is sent when the first byte is asked for, so a refusal that needs only the head
    is always the first answer (RFC 9110 section 10.1.1); empty when nothing is awaited.
    """

    def __init__(self, head: RequestHead, inbox: Inbox, interim: bytes) -> None:
        self.head = head
        self.inbox = inbox
        self.interim = interim
        self.started = False
        self.finished = not head.has_body
        self.document = b""
        self.ends_at_fault = False

    @property
    def is_awaited(self) -> bool:
        """Whether the client still holds the body back: nothing of it came along with the head."""
        return bool(self.interim) and not self.started and not self.inbox.held

    def start(self) -> None:
        """Announce that the body is wanted, once; bytes that are here already need no 100."""
        if self.started:
            return
        self.started = True
        if self.interim and not self.finished and not self.inbox.held:
            self.inbox.sock.sendall(self.interim)

    def blocks(self) -> Iterator[memoryview | bytes]:
        """The body in blocks that are valid until the next one; raises TruncatedBody."""
        if self.finished:
            return iter(())
        self.start()
        return self._chunked() if self.head.is_chunked else self._of_known_length()

    def read_all(self, limit: int) -> bytes:
        """The whole body; raises Refusal 413 beyond `limit` bytes."""
        parts = bytearray()
        for block in self.blocks():
            parts += block
            if len(parts) > limit:
                raise Refusal(413, "request body too large", close=True)
        self.document = bytes(parts)
        return self.document

    def _of_known_length(self) -> Iterator[memoryview]:
        left = self.head.content_length or 0
        buffer = memoryview(bytearray(min(FIRST_BLOCK, left)))
        while left:
            filled = self._fill(buffer[:left])
            if not filled:
                self.finished = True
                raise TruncatedBody
            left -= filled
            self.finished = not left
            yield buffer[:filled]
            buffer = grown(buffer, filled)

    def _fill(self, view: memoryview) -> int:
        """Fill the view as far as the stream goes."""
        filled = 0
        while filled < len(view):
            count = self.inbox.read_into(view[filled:])
            if not count:
                break
            filled += count
        return filled

    def _chunked(self) -> Iterator[bytes]:
        parser = h11.Connection(our_role=h11.SERVER)
        parser.receive_data(b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        parser.next_event()
        while not self.finished:
            event = self._next_event(parser)
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self.finished = True
                self.inbox.give_back(parser.trailing_data[0])
            else:
                self._feed(parser)

    def _feed(self, parser: h11.Connection) -> None:
        data = self.inbox.take(READ_SIZE)
        if not data:
            self.finished = True
            raise TruncatedBody
        parser.receive_data(data)

    def _next_event(self, parser: h11.Connection) -> object:
        try:
            return parser.next_event()
        except h11.RemoteProtocolError as problem:
            if self.ends_at_fault:
                return h11.EndOfMessage()
            raise Refusal(400, f"bad chunked body: {problem}", close=True) from None

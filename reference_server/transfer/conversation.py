"""HTTP/1.1 towards the far side: our own request bytes, heads and chunks read through h11."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import h11

from reference_server.refusal import Headers
from reference_server.transfer.far_side import FarSide
from reference_server.transfer.problems import TransferFailed
from reference_server.wire.bodies import FIRST_BLOCK, grown
from reference_server.wire.heads import MAX_HEAD, head_end

DRAINABLE = 64 * 1024
INTERIM_LIMIT = 20
"""Most interim answers (1xx) taken before one final answer."""


@dataclass(frozen=True, slots=True)
class FarResponse:
    """Head of a final answer of the far side."""

    status: int
    reason: str
    headers: Headers
    has_body: bool
    is_http10: bool = False

    def get(self, name: str) -> str | None:
        """Value of a field (names in lower case), repeated ones joined."""
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None

    @property
    def length(self) -> int | None:
        """Content-Length in bytes; raises TransferFailed when it is no number."""
        text = self.get("content-length")
        if text is None or self.is_chunked:
            return None
        if not text.isascii() or not text.isdigit():
            raise TransferFailed("far side sent a bad Content-Length")
        return int(text)

    @property
    def is_chunked(self) -> bool:
        return "chunked" in (self.get("transfer-encoding") or "").lower()

    @property
    def keeps_alive(self) -> bool:
        framed = not self.has_body or self.is_chunked or self.length is not None
        wishes = (self.get("connection") or "").lower()
        if self.is_http10:
            return framed and "keep-alive" in wishes
        return framed and "close" not in wishes

    @property
    def says(self) -> str:
        """Status and reason phrase, for failure lines."""
        return f"{self.status} {self.reason}".strip()


class Conversation:
    """Requests and answers on one connection, one after the other."""

    def __init__(self, far: FarSide) -> None:
        self.far = far
        self.reusable = True
        self.invited = False
        """Whether a 100 has come."""

    def send_head(self, method: str, headers: Headers) -> None:
        """Send a request head for the URL of the connection; `headers` bring the Host."""
        lines = [f"{method} {self.far.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.far.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def response(self, method: str) -> FarResponse:
        """The final answer; raises TransferFailed."""
        for _ in range(INTERIM_LIMIT):
            event = self._head()
            if isinstance(event, h11.Response):
                return _final(event, method)
        raise TransferFailed("far side sends interim answers for ever")

    def early_response(self, method: str, patience: float) -> FarResponse | None:
        """A final answer that comes before the body is sent; None for 100 or for silence.

        Waiting is bounded because a server may know nothing of Expect (RFC 9110 10.1.1).
        """
        deadline = time.monotonic() + patience
        while self._has_head() or self.far.await_bytes(deadline):
            if not self._has_head():
                continue
            event = self._head()
            if isinstance(event, h11.Response):
                return _final(event, method)
            if event.status_code == 100:
                self.invited = True
                return None
        return None

    def answered(self) -> bool:
        """Whether an answer has begun to arrive already."""
        return bool(self.far.held)

    def blocks(self, response: FarResponse) -> Iterator[memoryview]:
        """The body of an answer in blocks valid until the next one; raises TransferFailed."""
        if not response.has_body:
            return iter(())
        if response.is_chunked:
            return self._chunked()
        return self._plain(response.length)

    def drain(self, response: FarResponse) -> bool:
        """Read a small body away; whether the connection can be used again."""
        length = response.length
        if not response.keeps_alive or (length is not None and length > DRAINABLE):
            return False
        total = 0
        for block in self.blocks(response):
            total += len(block)
            if total > DRAINABLE:
                return False
        return True

    def _has_head(self) -> bool:
        return bool(head_end(self.far.held))

    def _head(self) -> h11.Response | h11.InformationalResponse:
        while not self._has_head():
            if len(self.far.held) > MAX_HEAD:
                raise TransferFailed("far side sent a head that is too large")
            if not self.far.fill():
                raise TransferFailed("far side closed the connection without an answer")
        end = head_end(self.far.held)
        raw = bytes(self.far.held[:end])
        del self.far.held[:end]
        return _parse(raw)

    def _plain(self, length: int | None) -> Iterator[memoryview]:
        """A body of known length, or one that ends with the connection."""
        left = length
        buffer = memoryview(bytearray(FIRST_BLOCK if left is None else min(FIRST_BLOCK, left)))
        while left is None or left > 0:
            count = self.far.gather_into(buffer if left is None else buffer[:left])
            if not count and left is None:
                # RFC 9112 section 9.8: complete only if a closure alert has been received
                if self.far.broke_off:
                    raise TransferFailed("far side broke off before the end of its answer")
                return
            if not count:
                raise TransferFailed("far side closed before the announced Content-Length")
            left = None if left is None else left - count
            yield buffer[:count]
            buffer = grown(buffer, count)

    def _chunked(self) -> Iterator[memoryview]:
        parser = _parser()
        parser.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        parser.next_event()
        while True:
            try:
                event = parser.next_event()
            except h11.RemoteProtocolError:
                raise TransferFailed("far side broke its chunked coding") from None
            if isinstance(event, h11.Data):
                yield memoryview(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                self.far.held[:0] = parser.trailing_data[0]
                return
            else:
                parser.receive_data(self._more())

    def _more(self) -> bytes:
        if not self.far.held and not self.far.fill():
            raise TransferFailed("far side closed before the last chunk")
        data = bytes(self.far.held)
        self.far.held.clear()
        return data


def _parser() -> h11.Connection:
    """h11 in the state in which it reads answers."""
    parser = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=MAX_HEAD + 1)
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    parser.send(h11.EndOfMessage())
    return parser


def _parse(raw: bytes) -> h11.Response | h11.InformationalResponse:
    parser = _parser()
    parser.receive_data(raw)
    try:
        event = parser.next_event()
    except h11.RemoteProtocolError as problem:
        raise TransferFailed(f"far side does not speak HTTP: {problem}") from None
    if not isinstance(event, h11.Response | h11.InformationalResponse):
        raise TransferFailed("far side does not speak HTTP")
    return event


def _final(event: h11.Response, method: str) -> FarResponse:
    return FarResponse(
        status=event.status_code,
        reason=event.reason.decode("latin-1"),
        headers=tuple((name.decode(), value.decode("latin-1")) for name, value in event.headers),
        has_body=method != "HEAD" and event.status_code not in (204, 304),
        is_http10=event.http_version == b"1.0",
    )

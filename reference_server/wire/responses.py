"""Answers: what a method hands back, and how it becomes bytes that are all our own."""

from __future__ import annotations

import http
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Protocol

from reference_server.refusal import Headers
from reference_server.wire.channel import Channel

LAST_CHUNK = b"0\r\n\r\n"
NO_BODY = frozenset({204, 304})


class Body(Protocol):
    """A body that writes itself. `length` in bytes; None means that only its end tells."""

    @property
    def length(self) -> int | None: ...

    def send(self, channel: Channel) -> None:
        """Write the head that the channel holds, then the body in the framing it asks for."""

    def close(self) -> None:
        """Release what the body holds, sent or not."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, header fields and body of a final answer."""

    status: int
    headers: Headers = ()
    body: bytes | Body = b""
    close: bool = field(default=False)

    @property
    def length(self) -> int | None:
        return len(self.body) if isinstance(self.body, bytes) else self.body.length


def text_response(status: int, text: str, headers: Headers = ()) -> Response:
    """A short plain-text answer."""
    typed = (("Content-Type", "text/plain; charset=utf-8"), *headers)
    return Response(status, typed, f"{text}\n".encode())


def reason(status: int) -> str:
    """The reason phrase of a status code."""
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def render_head(status: int, headers: Headers) -> bytes:
    """Status line and header fields as bytes, with the empty line that ends them."""
    lines = [f"HTTP/1.1 {status} {reason(status)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def standard_headers(name: str) -> Headers:
    """Date and Server (RFC 9110 sections 6.6.1 and 10.2.4)."""
    return (("Date", formatdate(usegmt=True)), ("Server", name))


def chunk(data: bytes) -> bytes:
    """One chunk of chunked transfer coding (RFC 9112 section 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)

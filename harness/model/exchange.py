"""One request and its answer, as seen on the wire: the evidence everything is judged by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

EXCERPT_LIMIT = 4096
"""Bytes of a body that are kept in the record; the length and hash of the whole stay."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A message body: its size and SHA-256, and the first bytes as text for a reader."""

    size: int
    sha256: str
    excerpt: str
    content: bytes | None = field(default=None, repr=False, metadata={"recorded": False})

    @classmethod
    def of(cls, content: bytes) -> Body:
        excerpt = content[:EXCERPT_LIMIT].decode("utf-8", "backslashreplace")
        return cls(len(content), hashlib.sha256(content).hexdigest(), excerpt, content)


NO_BODY = Body.of(b"")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the response body as it arrived: one HTTP chunk, or one read without chunking.

    ``at`` is seconds since the request began.
    """

    at: float
    size: int
    excerpt: str = ""
    content: bytes | None = field(default=None, repr=False, metadata={"recorded": False})


@dataclass(frozen=True, slots=True)
class Interim:
    """A 1xx answer that came before the final one."""

    at: float
    status: int
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Tls:
    """The security layer of the connection, as the side that recorded it saw the other."""

    version: str
    cipher: str
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back. ``status`` 0 means no status line arrived.

    ``by`` says who recorded it: ``client`` (the harness asked the endpoint) or ``remote-party``
    (the endpoint, as active party, asked our far side), or ``client-under-test`` (it asked a server
    of ours; credentials are fingerprints). ``fault`` is the transport error in words;
    ``problems`` are breaches of HTTP's grammar that were seen while reading.
    """

    id: str
    endpoint: str
    by: str
    started: str
    method: str
    url: str
    request_headers: Headers = ()
    request_body: Body = NO_BODY
    status: int = 0
    reason: str = ""
    version: str = ""
    headers: Headers = ()
    interim: tuple[Interim, ...] = ()
    pieces: tuple[Piece, ...] = ()
    body: Body = NO_BODY
    framing: str = ""
    complete: bool = False
    seconds: float = 0.0
    first_byte: float | None = None
    fault: str = ""
    problems: tuple[str, ...] = ()
    tls: Tls | None = None
    peer: str = ""
    note: str = ""
    request_version: str = "1.1"
    trailers: Headers = ()

    def header(self, name: str) -> str | None:
        """The value of a response header, several joined by a comma; None if it is absent."""
        return joined(self.headers, name)

    def named(self, identifier: str) -> Exchange:
        return replace(self, id=identifier)


def joined(headers: Headers, name: str) -> str | None:
    """All values of one header field joined as RFC 9110 section 5.3 says."""
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None

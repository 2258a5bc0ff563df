"""Strict reading of request heads (RFC 9112 sections 2, 3, 5 and 6.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import h11

from reference_server.refusal import Headers, Refusal

MAX_HEAD = 96 * 1024
"""Largest request head accepted, bytes. Tokens of several kB in several headers must fit."""
MAX_TARGET = 16 * 1024
_AUTHORITY = re.compile(
    r"(\[[0-9A-Za-z:._~!$&'()*+,;=%-]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]*)(:[0-9]*)?"
)
"""uri-host with port (RFC 9110 section 7.2, RFC 3986 section 3.2.2)."""
END_OF_HEAD = re.compile(rb"\n\r?\n")


class HeadRules(Protocol):
    """What a server makes of a request head; each problem is None if there is none."""

    def host_problem(self, hosts: list[str]) -> str | None:
        """What is wrong with the Host fields of an HTTP/1.1 request (RFC 9112 section 3.2)."""

    def framing_problem(self, codings: list[str], lengths: list[str]) -> str | None:
        """What is wrong with Transfer-Encoding beside Content-Length (RFC 9112 section 6.3)."""

    def head_as_read(self, raw: bytes) -> bytes:
        """The bytes that are parsed, of those that were received."""


@dataclass(frozen=True)
class RequestHead:
    """Request line and header fields, names and values exactly as they were spelt."""

    method: str
    target: str
    version: str
    headers: Headers

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        fields: dict[str, list[str]] = {}
        for name, value in self.headers:
            fields.setdefault(name.lower(), []).append(value)
        return fields

    def all(self, name: str) -> list[str]:
        """Every value of a header field, in the order received."""
        return self._by_name.get(name.lower(), [])

    def get(self, name: str) -> str | None:
        """The value of a header field; repeated fields are joined as RFC 9110 section 5.3 says."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def single(self, name: str) -> str | None:
        """The value of a field that may occur once only; raises Refusal 400 otherwise."""
        values = self.all(name)
        if len(values) > 1:
            raise Refusal(400, f"{name} given more than once")
        return values[0] if values else None

    @property
    def is_http10(self) -> bool:
        return self.version == "1.0"

    @cached_property
    def is_chunked(self) -> bool:
        """Whether a body in chunked transfer coding follows."""
        return bool(self.all("transfer-encoding"))

    @cached_property
    def content_length(self) -> int | None:
        """Announced length of the body in bytes, if any."""
        values = self.all("content-length")
        return int(values[0].split(",")[0]) if values else None

    @property
    def has_body(self) -> bool:
        return self.is_chunked or bool(self.content_length)


def head_end(received: bytearray) -> int:
    """Length of the head at the start of `received`, 0 if it is not complete yet."""
    found = END_OF_HEAD.search(received)
    return found.end() if found else 0


def one_host(hosts: list[str]) -> str | None:
    """The rule of RFC 9112 section 3.2: what is wrong with the Host fields, None if nothing."""
    if len(hosts) != 1:
        return "exactly one Host is needed"
    return None if _AUTHORITY.fullmatch(hosts[0]) else "Host is no host with port"


def parse_head(received: bytes, rules: HeadRules) -> RequestHead:
    """Read one complete head; raises Refusal (never a 5xx for what is malformed)."""
    _check_sizes(received)
    raw = rules.head_as_read(received)
    parser = h11.Connection(our_role=h11.SERVER, max_incomplete_event_size=MAX_HEAD + 1)
    parser.receive_data(_with_host(raw) if rules.host_problem([]) is None else raw)
    try:
        event = parser.next_event()
    except h11.RemoteProtocolError as problem:
        raise Refusal(_hint(problem, raw), f"bad request: {problem}", close=True) from None
    if not isinstance(event, h11.Request):
        raise Refusal(400, "bad request: no request line", close=True)
    head = RequestHead(
        method=event.method.decode("ascii"),
        target=event.target.decode("ascii"),
        version=event.http_version.decode("ascii"),
        headers=tuple(
            (name.decode("ascii"), value.decode("latin-1"))
            for name, value in event.headers.raw_items()
        ),
    )
    _check_framing(head, rules)
    return head


def _with_host(raw: bytes) -> bytes:
    """h11 insists on a Host; only a server that deviates wants to do without."""
    line, mark, rest = raw.partition(b"\n")
    return raw if b"\nhost:" in raw.lower() else line + mark + b"Host: localhost\r\n" + rest


def _check_sizes(raw: bytes) -> None:
    line_end = raw.find(b"\n")
    if line_end > MAX_TARGET:
        raise Refusal(414, "request target too long", close=True)
    if len(raw) > MAX_HEAD:
        raise Refusal(431, "request head too large", close=True)


def _hint(problem: h11.RemoteProtocolError, raw: bytes) -> int:
    """The status h11 suggests, kept only where it blames the client or a missing feature."""
    if problem.error_status_hint == 501 and b"chunked" not in raw.lower():
        return 501  # an unknown transfer coding, RFC 9112 section 6.1
    return problem.error_status_hint if 400 <= problem.error_status_hint < 500 else 400


def _check_framing(head: RequestHead, rules: HeadRules) -> None:
    """Refuse what could be framed in two ways (RFC 9112 sections 6.1 and 6.3)."""
    if head.version not in ("1.0", "1.1"):
        raise Refusal(505, "HTTP version not supported", close=True)
    ambiguous = rules.framing_problem(head.all("transfer-encoding"), head.all("content-length"))
    if ambiguous is not None:
        raise Refusal(400, ambiguous, close=True)
    if head.is_chunked and head.is_http10:
        raise Refusal(400, "Transfer-Encoding in an HTTP/1.0 request", close=True)
    problem = None if head.is_http10 else rules.host_problem(head.all("host"))
    if problem is not None:
        raise Refusal(400, problem, close=True)
    expect = head.get("expect")
    if expect is not None and not head.is_http10 and expect.lower() != "100-continue":
        raise Refusal(417, "unknown expectation", close=True)

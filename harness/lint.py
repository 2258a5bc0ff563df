"""Passive rules that hold for every answer of an endpoint, whatever it was asked for.

Each rule says which exchanges it concerns and what is wrong with one. It looks at every exchange
when it is recorded, with all its bytes; the check that comes last on an endpoint judges the sum.
Rules never ask anything and keep no more than a few exchanges as evidence.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from dataclasses import dataclass, field

from harness.model import Exchange
from harness.wire.byteranges import parse_byteranges, parse_content_range
from harness.wire.challenges import parse_challenges
from harness.wire.digests import Digest, parse_digest
from harness.wire.http1 import Http1Fault
from harness.wire.multistatus import parse_multistatus
from harness.wire.problem import SyntaxProblem
from harness.wire.redirects import CODES, resolve_location

MOST_EVIDENCE = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """``breach`` says in words what is wrong with an exchange it concerns; empty if nothing."""

    requirement: str
    expected: str
    concerns: Callable[[Exchange], bool]
    breach: Callable[[Exchange], str]


@dataclass(slots=True)
class Sum:
    """What one rule found at one endpoint: how many exchanges it concerned, and the bad ones."""

    seen: int = 0
    broken: int = 0
    worst: list[tuple[str, Exchange]] = field(default_factory=list)

    def __str__(self) -> str:
        texts = dict.fromkeys(text for text, _ in self.worst)
        return f"{self.broken} of {self.seen} answers break it: {'; '.join(texts)}"


class Lint:
    """Looks at exchanges as they are recorded; safe to call from any thread."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, Rule], Sum] = {}
        self._lock = threading.Lock()

    def look(self, exchange: Exchange) -> None:
        """Apply every rule to ``exchange``, if an endpoint answered it."""
        if exchange.by != "client" or not exchange.status:
            return
        for rule in RULES:
            if rule.concerns(exchange):
                self._count(rule, exchange, rule.breach(exchange))

    def of(self, endpoint: str, rule: Rule) -> Sum:
        with self._lock:
            return self._sums.setdefault((endpoint, rule), Sum())

    def _count(self, rule: Rule, exchange: Exchange, text: str) -> None:
        found = self.of(exchange.endpoint, rule)
        with self._lock:
            found.seen += 1
            if text:
                found.broken += 1
                known = {seen for seen, _ in found.worst}
                if len(found.worst) < MOST_EVIDENCE and text not in known:
                    found.worst.append((text, exchange))


def _no_challenge(exchange: Exchange) -> str:
    value = exchange.header("www-authenticate")
    if value is None:
        return f"401 to {exchange.method} without WWW-Authenticate"
    return _trouble(lambda: parse_challenges(value))


def _no_allow(exchange: Exchange) -> str:
    missing = exchange.header("allow") is None
    return f"405 to {exchange.method} without Allow" if missing else ""


def _body_of_head(exchange: Exchange) -> str:
    return _fault_among(exchange, (Http1Fault.BODY_NOT_ALLOWED, Http1Fault.STRAY_BYTES))


def _interim(exchange: Exchange) -> str:
    codes = ", ".join(str(i.status) for i in exchange.interim)
    return f"{codes} before the answer to HTTP/1.0" if codes else ""


def _no_location(exchange: Exchange) -> str:
    missing = exchange.header("location") is None
    return f"{exchange.status} without Location" if missing else ""


def _bad_location(exchange: Exchange) -> str:
    return _trouble(lambda: resolve_location(exchange.url, exchange.header("location") or ""))


def _accepted_oddly(exchange: Exchange) -> str:
    return "" if exchange.status in (201, 202, 204, 207) else f"COPY answered {exchange.status}"


def _bad_part(exchange: Exchange) -> str:
    value, kind = exchange.header("content-range"), exchange.header("content-type") or ""
    if value is None and not kind.lower().startswith("multipart/byteranges"):
        return "206 without Content-Range"
    if value is None:
        return _trouble(lambda: parse_byteranges(exchange.body.content or b"", kind))
    return _trouble(lambda: parse_content_range(value)) or _other_size(exchange, value)


def _other_size(exchange: Exchange, value: str) -> str:
    size, sent = parse_content_range(value).size, exchange.body.size
    whole = exchange.complete and exchange.method == "GET"
    return f"206 with {sent} bytes for {value}" if whole and sent != size else ""


def _bad_document(exchange: Exchange) -> str:
    return _trouble(lambda: parse_multistatus(exchange.body.content or b""))


SHA_NAMES = {"sha-1": "sha", "sha1": "sha", "sha256": "sha-256", "sha512": "sha-512"}
"""Names that are not registered, and what they should be (RFC 3230 section 4.1.1, RFC 5843)."""


def _digests(exchange: Exchange) -> tuple[Digest, ...]:
    try:
        return parse_digest(exchange.header("digest") or "").items
    except SyntaxProblem:
        return ()


def _digest_rule(requirement: str, expected: str, names: Container[str]) -> Rule:
    """Every value of these algorithms in any Digest field is encoded as it has to be."""

    def breach(exchange: Exchange) -> str:
        faults = (
            f"{d.algorithm} is not a registered name"
            if d.algorithm in SHA_NAMES
            else _trouble(d.decoded)
            for d in _digests(exchange)
            if d.algorithm in names
        )
        return next((fault for fault in faults if fault), "")

    def concerns(exchange: Exchange) -> bool:
        return any(d.algorithm in names for d in _digests(exchange))

    return Rule(requirement, expected, concerns, breach)


CHUNK_FAULTS = (
    Http1Fault.BAD_CHUNK_SIZE,
    Http1Fault.SPACE_AFTER_CHUNK_SIZE,
    Http1Fault.BAD_CHUNK_EXTENSION,
    Http1Fault.CHUNK_NOT_ENDED,
)


FRAMING_FAULTS = tuple(
    map(
        str,
        (
            *CHUNK_FAULTS,
            Http1Fault.NOT_A_STATUS_LINE,
            Http1Fault.ODD_STATUS_LINE,
            Http1Fault.ODD_STATUS_CODE,
            Http1Fault.NO_COLON,
            Http1Fault.BAD_FIELD_NAME,
            Http1Fault.SPACE_BEFORE_COLON,
            Http1Fault.CONTROL_CHARACTER,
            Http1Fault.OBS_FOLD,
            Http1Fault.LENGTH_AND_CODING,
            Http1Fault.BAD_LENGTH,
            Http1Fault.REPEATED_LENGTH,
            Http1Fault.DIFFERENT_LENGTHS,
            Http1Fault.CODING_NOT_ALLOWED,
            Http1Fault.CHUNKED_NOT_LAST,
            Http1Fault.STRAY_BYTES,
        ),
    )
)
"""What is wrong with any answer, by the words in which a breach is told (RFC 9112)."""


def _fault_among(exchange: Exchange, faults: tuple[Http1Fault, ...]) -> str:
    """The first of these breaches of HTTP/1.1's grammar that was seen while reading."""
    return next((p for p in exchange.problems if p.startswith(tuple(map(str, faults)))), "")


def _trouble(parse: Callable[[], object]) -> str:
    try:
        parse()
    except SyntaxProblem as problem:
        return str(problem)
    return ""


RULES: tuple[Rule, ...] = (
    Rule(
        "AUTH-016",
        "every 401 has WWW-Authenticate with a challenge",
        lambda x: x.status == 401,
        _no_challenge,
    ),
    Rule("DAV-020", "every 405 has Allow", lambda x: x.status == 405, _no_allow),
    Rule(
        "DAV-014",
        "no body in an answer to HEAD",
        lambda x: x.method == "HEAD" and bool(x.framing),
        _body_of_head,
    ),
    Rule(
        "REDIR-020",
        "no 1xx to an HTTP/1.0 client",
        lambda x: x.request_version == "1.0",
        _interim,
    ),
    Rule(
        "REDIR-001",
        "every redirect of a GET has a Location",
        lambda x: x.method == "GET" and x.status in CODES,
        _no_location,
    ),
    Rule(
        "REDIR-019",
        "Location is a URI reference",
        lambda x: x.status in CODES and x.header("location") is not None,
        _bad_location,
    ),
    Rule(
        "TPC-013",
        "202, 201, 204 or 207 to an accepted COPY",
        lambda x: x.method == "COPY" and 200 <= x.status < 300,
        _accepted_oddly,
    ),
    Rule(
        "MARK-029",
        "chunks as RFC 9112 section 7.1 says",
        lambda x: x.method == "COPY" and x.framing == "chunked",
        lambda x: _fault_among(x, CHUNK_FAULTS),
    ),
    Rule(
        "DAV-025",
        "every answer framed as RFC 9112 has it",
        lambda x: bool(x.framing) and x.method not in ("HEAD", "COPY"),  # DAV-014, MARK-029
        lambda x: next((p for p in x.problems if p.startswith(FRAMING_FAULTS)), ""),
    ),
    Rule("DAV-015", "every 206 says which bytes it holds", lambda x: x.status == 206, _bad_part),
    Rule(
        "PROP-001",
        "every 207 to PROPFIND is a multistatus document",
        lambda x: x.method == "PROPFIND" and x.status == 207,
        _bad_document,
    ),
    _digest_rule("CKSUM-005", "adler32 in 1 to 8 hexadecimal digits", {"adler32"}),
    _digest_rule("CKSUM-006", "md5 in base64 of 16 bytes", {"md5"}),
    _digest_rule(
        "CKSUM-007",
        "sha, sha-256 and sha-512, in base64",
        {"sha", "sha-256", "sha-512", *SHA_NAMES},
    ),
)
"""The table. A rule counts for its requirement beside the checks that provoke the case."""

"""The verifiers: each returns, or raises a Violation that says what was expected and what came."""

from __future__ import annotations

from collections.abc import Iterable

from harness import ledger
from harness.client.transfer import Transfer
from harness.model import Exchange
from harness.problems import Blocked, Violation
from harness.remote_party import FarFile

Evidence = Exchange | Transfer


def that(
    condition: bool,
    expected: str | Iterable[str],
    actual: object,
    *evidence: Evidence,
    severe: bool = False,
) -> None:
    """The general verifier. ``expected`` are all acceptable outcomes, in words.

    ``severe``: data lost or corrupted, or a secret leaked; such a violation fails on every level.
    """
    exchanges = _exchanges(evidence)
    ledger.verified(*exchanges)
    if not condition:
        raise Violation(_words(expected), _shown(actual), exchanges, severe=severe)


def preferably(
    condition: bool, expected: str | Iterable[str], actual: object, *evidence: Evidence
) -> None:
    """What the catalogue lets pass with a warning, also on a MUST; the check goes on."""
    exchanges = _exchanges(evidence)
    ledger.verified(*exchanges)
    if not condition:
        ledger.tolerate(Violation(_words(expected), _shown(actual), exchanges, tolerated=True))


def noted(text: str) -> None:
    """Record what was seen without judging it."""
    ledger.note(text)


def status(exchange: Exchange | Transfer, *codes: int, tolerated: Iterable[int] = ()) -> None:
    """The answer has one of ``codes``; one of ``tolerated`` passes with a warning."""
    seen = exchange.status
    allowed = tuple(tolerated)
    words = [f"status {code}" for code in codes]
    that(seen in (*codes, *allowed), words, _answer(exchange), exchange)
    preferably(seen not in allowed, words, _answer(exchange), exchange)


def success(transfer: Transfer) -> None:
    """The server says that the copy was made."""
    that(transfer.succeeded, "202 and the result line 'success: Created'", transfer, transfer)


def failure(transfer: Transfer, *, severe: bool = False) -> None:
    """The server clearly says that the copy was not made: by status or by result line."""
    words = ("an error status", "202 and a result line 'failure: ...'")
    that(transfer.failed, words, transfer, transfer, severe=severe and transfer.succeeded)


def not_success(transfer: Transfer, *, severe: bool = False) -> None:
    """The server does not claim that the copy was made."""
    that(not transfer.succeeded, "no success", transfer, transfer, severe=severe)


def refused(transfer: Transfer | Exchange, *codes: int) -> None:
    """The request is answered at once with an error status (4xx or 501, or one of ``codes``)."""
    seen = transfer.status
    wanted = [f"status {c}" for c in codes] or ["a 4xx status", "501"]
    that(
        seen in codes if codes else 400 <= seen < 500 or seen == 501,
        wanted,
        _answer(transfer),
        transfer,
    )


def denied(exchange: Exchange, *, handshake: bool = False) -> None:
    """Access is denied: 4xx; 5xx denies as well, but with a warning.

    ``handshake``: a TLS alert is an answer too, as for a bad client certificate, or the end of the
    connection, which often overtakes it; silence passes with a warning.
    """
    seen = exchange.status
    words = ["401", "403", "404", *(["a TLS alert"] if handshake else [])]
    that(seen >= 400 or (handshake and not seen), words, _answer(exchange), exchange)
    silent = not seen and "timed out" in exchange.fault
    preferably(seen < 500 and not silent, words, _answer(exchange), exchange)


def content(exchange: Exchange, wanted: bytes) -> None:
    """The answer delivers exactly ``wanted``; anything else is corrupted data."""
    body = exchange.body.content
    good = exchange.status in (200, 206) and body == wanted
    actual = f"{_answer(exchange)}, {exchange.body.size} bytes{_difference(body, wanted)}"
    that(good, f"200 and the {len(wanted)} bytes written before", actual, exchange, severe=True)


def arrived(copy: Transfer, far: FarFile, wanted: bytes) -> None:
    """A push brought exactly ``wanted`` to the far side; less under a success is lost data."""
    got = far.received
    shown = "nothing complete" if got is None else f"{len(got)} bytes{_difference(got, wanted)}"
    actual = f"{copy}; the far side has {shown}"
    expected = f"the {len(wanted)} bytes of the file at the far side"
    that(got == wanted, expected, actual, copy, severe=copy.succeeded)


def control(condition: bool, what: str, *evidence: Evidence) -> None:
    """A positive control: if it fails the check cannot judge, and is BLOCKED."""
    if not condition:
        raise Blocked(what, _exchanges(evidence))


def _difference(body: bytes | None, wanted: bytes) -> str:
    if body is None or body == wanted or len(body) != len(wanted):
        return ""
    first = next(i for i, (a, b) in enumerate(zip(body, wanted, strict=True)) if a != b)
    return f", differing from byte {first} on"


def _answer(exchange: Evidence) -> str:
    if isinstance(exchange, Transfer):
        return str(exchange)
    return f"{exchange.status} {exchange.reason}".strip() if exchange.status else exchange.fault


def _exchanges(evidence: Iterable[Evidence]) -> tuple[Exchange, ...]:
    return tuple(e.exchange if isinstance(e, Transfer) else e for e in evidence)


def _words(expected: str | Iterable[str]) -> tuple[str, ...]:
    return (expected,) if isinstance(expected, str) else tuple(expected)


def _shown(actual: object) -> str:
    return actual if isinstance(actual, str) else str(actual)

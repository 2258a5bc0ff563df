"""Performance markers of an answer, placed in time, for a drawing.

This reader only draws: it takes what it can and judges nothing. The strict parser is elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.model import Exchange

# A marker that is never closed ends where the next one begins.
MARKER = re.compile(r"Perf Marker(.*?)(?:\nEnd\b|(?=Perf Marker)|\Z)", re.DOTALL)
RESULT = re.compile(r"^(success|failure|aborted)\b.*$", re.IGNORECASE | re.MULTILINE)
FIELD = re.compile(r"^[ \t]*([A-Za-z ]+?)[ \t]*:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
LONGEST_SILENCE = 30.0
"""Seconds between two markers after which a client may give up (MARK-004)."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker: seconds since the request, bytes moved on all stripes so far, its fields."""

    at: float
    bytes: int
    stripe: str
    stripes: str
    timestamp: str


@dataclass(frozen=True, slots=True)
class Progress:
    """All markers of an answer, and the result line with its time of arrival."""

    markers: tuple[Marker, ...]
    result: str
    ended: float


def progress(exchange: Exchange) -> Progress | None:
    """The markers an answer carried; None when it carried none."""
    text = "".join(piece.excerpt for piece in exchange.pieces)
    moved: dict[str, int] = {}
    found = tuple(_marker(match, moved, exchange) for match in MARKER.finditer(text))
    result = _result(text)
    arrived = _arrival(exchange, result.start() if result else len(text) - 1)
    return Progress(found, result.group() if result else "", arrived) if found else None


def _marker(match: re.Match[str], moved: dict[str, int], exchange: Exchange) -> Marker:
    fields = {key.lower(): value for key, value in FIELD.findall(match.group(1))}
    stripe = fields.get("stripe index", "0")
    number = fields.get("stripe bytes transferred", "")
    # Not str.isdigit: that also accepts superscripts, which int() refuses.
    if re.fullmatch(r"[0-9]{1,18}", number):
        moved[stripe] = int(number)
    return Marker(
        at=_arrival(exchange, match.end() - 1),
        bytes=sum(moved.values()),
        stripe=stripe,
        stripes=fields.get("total stripe count", "?"),
        timestamp=fields.get("timestamp", "?"),
    )


def _result(text: str) -> re.Match[str] | None:
    *_, last = [None, *RESULT.finditer(text)]
    return last


def _arrival(exchange: Exchange, position: int) -> float:
    """When the character at ``position`` of the joined excerpts arrived."""
    for piece in exchange.pieces:
        position -= len(piece.excerpt)
        if position < 0:
            return piece.at
    return exchange.seconds

"""Where a message ends, by its head (RFC 9112 §6.3)."""

from __future__ import annotations

import re

from harness.wire.http1.body import Framing
from harness.wire.http1.faults import Http1Fault
from harness.wire.http1.head import Head, RequestHead, ResponseHead
from harness.wire.problem import Note, preview

Framed = tuple[Framing, int]

# RFC 9110 §8.6: Content-Length = 1*DIGIT; a number of more digits is no size of anything
_LENGTH = re.compile(r"[0-9]{1,19}")


def response_framing(
    head: ResponseHead, *, method: str, sent_version: str, notes: list[Note]
) -> Framed:
    """Framing and length of a final response to a `method` request sent as HTTP/`sent_version`."""
    where = head.end
    coding = head.get("transfer-encoding")
    if coding is not None and sent_version == "1.0":
        notes.append(Note(Http1Fault.CODING_TO_HTTP10, where, preview(coding)))
    note_bodiless_fields(head, notes)
    framed = _framing(head, notes)
    if method == "HEAD" or head.code in (101, 204, 304):
        return Framing.NONE, 0
    return framed or (Framing.CLOSE, 0)


def request_framing(head: RequestHead, notes: list[Note]) -> Framed | None:
    """Framing and length of a request; None where its end cannot be known.

    A request without Content-Length and Transfer-Encoding has no body (RFC 9112 §6.3 point 7); one
    whose last coding is not chunked, or whose length is invalid, cannot be delimited at all.
    """
    if head.version != "1.0" and not head.all("host"):
        notes.append(Note(Http1Fault.NO_HOST, head.end))
    if len(head.all("host")) > 1:
        notes.append(Note(Http1Fault.SEVERAL_HOSTS, head.end))
    framed = _framing(head, notes)
    if framed or head.all("transfer-encoding") or head.all("content-length"):
        return framed
    return Framing.NONE, 0


def note_bodiless_fields(head: ResponseHead, notes: list[Note]) -> None:
    """1xx and 204 carry neither Content-Length nor Transfer-Encoding (RFC 9110 §8.6)."""
    if head.code >= 200 and head.code != 204:
        return
    if head.all("content-length"):
        notes.append(Note(Http1Fault.LENGTH_NOT_ALLOWED, head.end, str(head.code)))
    if head.all("transfer-encoding"):
        notes.append(Note(Http1Fault.CODING_NOT_ALLOWED, head.end, str(head.code)))


def _framing(head: Head, notes: list[Note]) -> Framed | None:
    codings = head.tokens("transfer-encoding")
    if not head.all("transfer-encoding"):
        length = _length(head, notes)
        return None if length is None else (Framing.LENGTH, length)
    where, text = head.end, preview(", ".join(codings))
    if head.version == "1.0":
        notes.append(Note(Http1Fault.CODING_IN_HTTP10, where, text))
    if head.all("content-length"):
        notes.append(Note(Http1Fault.LENGTH_AND_CODING, where, text))
    if any(coding != "chunked" for coding in codings):
        notes.append(Note(Http1Fault.UNKNOWN_CODING, where, text))
    if codings[-1:] == ("chunked",):
        return Framing.CHUNKED, 0
    notes.append(Note(Http1Fault.CHUNKED_NOT_LAST, where, text))
    return None


def _length(head: Head, notes: list[Note]) -> int | None:
    """The length, where one can be known (RFC 9110 §8.6 lets a recipient merge equal values)."""
    values = [part.strip(" \t") for line in head.all("content-length") for part in line.split(",")]
    if not values:
        return None
    where, text = head.end, preview(", ".join(values))
    if not all(_LENGTH.fullmatch(value) for value in values):
        notes.append(Note(Http1Fault.BAD_LENGTH, where, text))
        return None
    if len(values) > 1:
        notes.append(Note(Http1Fault.REPEATED_LENGTH, where, text))
    if len({int(value) for value in values}) > 1:
        notes.append(Note(Http1Fault.DIFFERENT_LENGTHS, where, text))
        return None
    return int(values[0])

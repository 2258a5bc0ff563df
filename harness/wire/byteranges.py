"""Partial content: Content-Range and multipart/byteranges (RFC 9110 §14)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message

from harness.wire.problem import Fault, SyntaxProblem


class RangeFault(Fault):
    """What can be wrong with partial content."""

    BAD_RANGE = "Content-Range is malformed", "rfc9110 §14.4"
    REVERSED = "range ends before it begins", "rfc9110 §14.4"
    BEYOND_END = "range reaches beyond the complete length", "rfc9110 §14.4"
    NOT_MULTIPART = "media type is not multipart/byteranges with a boundary", "rfc9110 §14.6"
    NO_PART = "no part between the boundaries", "rfc9110 §14.6"
    BAD_DELIMITER = "delimiter line is malformed", "rfc2046 §5.1.1"
    NO_END = "closing delimiter is missing", "rfc2046 §5.1.1"
    NO_CONTENT_RANGE = "part without Content-Range", "rfc9110 §14.6"
    WRONG_SIZE = "part has another size than its Content-Range", "rfc9110 §14.6"


_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.ASCII | re.IGNORECASE)
_UNSATISFIED = re.compile(r"bytes \*/(\d+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """Positions of the first and last byte, both None if unsatisfied; `length` None for `*`."""

    first: int | None
    last: int | None
    length: int | None

    @property
    def size(self) -> int:
        """Bytes in the range, 0 if it is unsatisfied."""
        return 0 if self.first is None or self.last is None else self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart/byteranges body."""

    headers: tuple[tuple[str, str], ...]
    content_range: ContentRange
    data: bytes = field(repr=False)


def parse_content_range(value: str) -> ContentRange:
    """Read a Content-Range field. Raises `SyntaxProblem`."""
    if match := _UNSATISFIED.fullmatch(value):
        return ContentRange(None, None, int(match.group(1)))
    match = _RANGE.fullmatch(value)
    if match is None:
        raise SyntaxProblem(RangeFault.BAD_RANGE, 0, value)
    first, last = int(match.group(1)), int(match.group(2))
    length = None if match.group(3) == "*" else int(match.group(3))
    if last < first:
        raise SyntaxProblem(RangeFault.REVERSED, 0, value)
    if length is not None and last >= length:
        raise SyntaxProblem(RangeFault.BEYOND_END, 0, value)
    return ContentRange(first, last, length)


def parse_byteranges(body: bytes, content_type: str) -> tuple[Part, ...]:
    """Read a multipart/byteranges body. Raises `SyntaxProblem`."""
    delimiter = b"\r\n--" + _boundary(content_type)
    # RFC 2046 §5.1.1: the CR LF belongs to the delimiter; the first one may open the body
    preamble, *sections = (b"\r\n" + body).split(delimiter)
    if not sections:
        raise SyntaxProblem(RangeFault.NO_PART)
    position = len(preamble)
    parts = []
    for section in sections[:-1]:
        parts.append(_part(section, position))
        position += len(delimiter) + len(section)
    if not sections[-1].startswith(b"--"):
        raise SyntaxProblem(RangeFault.NO_END, position)
    if not parts:
        raise SyntaxProblem(RangeFault.NO_PART, position)
    return tuple(parts)


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_boundary()
    if message.get_content_type() != "multipart/byteranges" or not boundary:
        raise SyntaxProblem(RangeFault.NOT_MULTIPART, 0, content_type)
    return boundary.encode("utf-8")


def _part(section: bytes, position: int) -> Part:
    padding, newline, rest = section.partition(b"\r\n")
    if padding.strip(b" \t") or not newline:
        raise SyntaxProblem(RangeFault.BAD_DELIMITER, position)
    head, _, data = (b"\r\n" + rest).partition(b"\r\n\r\n")
    headers = []
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        headers.append((name, value.strip(" \t")))
    ranges = [value for name, value in headers if name.lower() == "content-range"]
    if len(ranges) != 1:
        raise SyntaxProblem(RangeFault.NO_CONTENT_RANGE, position)
    content_range = parse_content_range(ranges[0])
    if content_range.size != len(data):
        raise SyntaxProblem(RangeFault.WRONG_SIZE, position, ranges[0])
    return Part(tuple(headers), content_range, data)

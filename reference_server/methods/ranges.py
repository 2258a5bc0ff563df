"""Range (RFC 9110 section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reference_server.behaviour import Behaviour

MAX_RANGES = 1000
_SPEC = re.compile(r"(\d{0,19})-(\d{0,19})")
"""Offsets of 64 bits: what is longer makes the field no byte range."""


class Unsatisfiable(Exception):
    """No range of the request lies within the object."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an object: the offsets of its first byte and of the first byte after it."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start

    @property
    def inclusive(self) -> str:
        """As Content-Range writes it."""
        return f"{self.start}-{self.stop - 1}"


def parse_ranges(text: str | None, size: int, behaviour: Behaviour) -> list[Span]:
    """Ranges asked for, empty when the whole is to be sent; raises Unsatisfiable.

    A field that is no byte range is ignored, as is one with absurdly many ranges.
    """
    unit, _, specs = (text or "").partition("=")
    if unit.strip().lower() != "bytes":
        return []
    found = [_SPEC.fullmatch(item.strip()) for item in specs.split(",")]
    if not all(match and match.group() != "-" for match in found) or len(found) > MAX_RANGES:
        return []
    spans = [_span(match.group(1), match.group(2), size, behaviour) for match in found if match]
    inside = [span for span in spans if span is not None]
    if not inside:
        raise Unsatisfiable
    return inside


def _span(first: str, last: str, size: int, behaviour: Behaviour) -> Span | None:
    if not first:  # a suffix: the last so many bytes
        length = min(int(last), size)
        return Span(size - length, size) if length else None
    start = int(first)
    stop = min(behaviour.range_end(int(last)), size) if last else size
    return Span(start, stop) if start < min(size, stop) else None

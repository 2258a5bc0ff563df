"""Text that came from elsewhere, made harmless for the medium it is written to."""

from __future__ import annotations

import re
from datetime import datetime

# XML 1.0 section 2.2 allows no other control characters; a terminal obeys ESC sequences.
CONTROL = re.compile(
    r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)
BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """``text`` with control and direction characters spelt out as ``\\x1b`` or ``\\u202e``."""
    return BIDI.sub(_spelt, CONTROL.sub(_spelt, text))


def line(text: str) -> str:
    """``text`` on one line, harmless to a terminal."""
    return visible(re.sub(r"\s*[\r\n]+\s*", " ", text.strip()).replace("\t", " "))


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _spelt(match: re.Match[str]) -> str:
    number = ord(match.group())
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def size(number: float) -> str:
    """Bytes for a reader, in decimal units: ``14.0 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def moment(stamp: str) -> str:
    """An ISO stamp as ``2026-11-21 22:30:05 UTC``; another text stays as it is."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return at.strftime("%Y-%m-%d %H:%M:%S ") + (at.tzname() or "")


def duration(start: str, end: str) -> str:
    """The time between two ISO stamps: ``2 min 05 s``; empty where one of them is none."""
    try:
        seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except (ValueError, TypeError):
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"

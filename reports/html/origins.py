"""Where a requirement comes from, with a link where the document has a public address."""

from __future__ import annotations

import re
from dataclasses import dataclass

RFC = re.compile(r"rfc ?(\d{3,5})(?:\s*§\s*([A-Z]?[\d.]*\d))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """A source in words, and its address or nothing."""

    words: str
    url: str = ""


def origin(text: str) -> Origin:
    """``rfc4918 §9.8.4`` becomes a link; anything else stays text."""
    match = RFC.match(text)
    if match is None:
        return Origin(text)
    number, section = match.groups()
    kind = "section" if section and section[0].isdigit() else "appendix"
    anchor = f"#{kind}-{section}" if section else ""
    words = f"RFC {number}{f' {kind} {section}' if section else ''}{text[match.end() :]}"
    return Origin(words, f"https://www.rfc-editor.org/rfc/rfc{number}.html{anchor}")

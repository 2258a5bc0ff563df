"""Where requirements come from, and the public link where there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RFC = re.compile(r"rfc(\d+)")
_SECTION = re.compile(r"§(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True)
class Document:
    """A source of requirements. `key` is the first word of an origin, e.g. `rfc4918`."""

    key: str
    title: str

    def link(self, place: str = "") -> str | None:
        """The public address of a place in an RFC; other documents have none of their own."""
        rfc = _RFC.fullmatch(self.key)
        if rfc is None:
            return None
        section = _SECTION.match(place)
        anchor = f"#section-{section.group(1)}" if section else ""
        return f"https://www.rfc-editor.org/rfc/rfc{rfc.group(1)}{anchor}"


def split_origin(origin: str) -> tuple[str, str]:
    """Document key and place of an origin: `rfc4918 §9.8` gives `rfc4918` and `§9.8`."""
    key, _, place = origin.partition(" ")
    return key, place

"""Where a requirement comes from, with a link where the document has a public address."""

from __future__ import annotations

import re
from dataclasses import dataclass

RFC = re.compile(r"rfc ?(\d{3,5})(?:\s*§\s*([A-Z]?[\d.]*\d))?", re.IGNORECASE)

DOCUMENTS = {
    "tpc-details": "HTTP-TPC technical details",
    "dcache-webdav": "dCache WebDAV",
    "xrootd-tpc": "XRootD HTTP-TPC",
    "doma-dcache": "DOMA dCache configuration",
    "xrootd-s3": "XRootD before S3",
    "gridsite-delegation": "GridSite delegation",
    "practice": "Seen in practice",
}
"""Short words for the documents of the catalogue; another key is shown as it is."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A source in words, and its address or nothing."""

    words: str
    url: str = ""


def origin(text: str) -> Origin:
    """``rfc4918 §9.8.4`` becomes a link; ``tpc-details Response`` names its document."""
    match = RFC.match(text)
    if match is None:
        key, _, place = text.partition(" ")
        known = DOCUMENTS.get(key)
        return Origin(f"{known}, {place}".removesuffix(", ") if known else text)
    number, section = match.groups()
    kind = "section" if section and section[0].isdigit() else "appendix"
    anchor = f"#{kind}-{section}" if section else ""
    words = f"RFC {number}{f' {kind} {section}' if section else ''}{text[match.end() :]}"
    return Origin(words, f"https://www.rfc-editor.org/rfc/rfc{number}.html{anchor}")

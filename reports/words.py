"""How verdicts look: a glyph, a word and a tone each, so that colour never speaks alone."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Verdict


@dataclass(frozen=True, slots=True)
class Look:
    """A verdict for a reader: glyph, word, the tone of its colour, its letter in filters."""

    glyph: str
    word: str
    tone: str
    letter: str


LOOKS: dict[Verdict, Look] = {
    Verdict.VIOLATED: Look("✗", "violated", "fail", "V"),
    Verdict.INCONCLUSIVE: Look("◆", "inconclusive", "blocked", "I"),
    Verdict.MET_WITH_WARNINGS: Look("▲", "met with warnings", "warn", "W"),
    Verdict.MET: Look("✓", "met", "pass", "M"),
    Verdict.NOT_APPLICABLE: Look("\N{EN DASH}", "not applicable", "na", "A"),
    Verdict.NOT_TESTED: Look("○", "not tested", "untested", "T"),
}
"""All verdicts, the worst first."""

SEVERITY: dict[Verdict, int] = {verdict: place for place, verdict in enumerate(LOOKS)}

FAMILIES: dict[str, str] = {
    "TPC": "Third-party copy",
    "MARK": "Performance markers",
    "CANCEL": "Cancellation",
    "DELEG": "Delegation",
    "CRED": "Credential header",
    "MAC": "Macaroons",
    "AUTH": "Authentication",
    "REDIR": "Redirection",
    "CKSUM": "Checksums",
    "INTEG": "Integrity",
    "PROP": "Properties",
    "XATTR": "Extended attributes",
    "DIR": "Directory pages",
    "META": "Metalink",
    "DAV": "Base WebDAV",
    "S3": "S3 gateway",
    "XRDTPC": "xroot third-party copy",
    "SITE": "Site conditions",
}
"""Areas of the catalogue in words; an unknown one is shown by its code."""


def area(family: str) -> str:
    return FAMILIES.get(family, family)


def count(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``, ``0 checks``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

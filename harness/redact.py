"""The one place that keeps secrets out of everything that is written.

Two nets: every secret the run knows is replaced wherever its text turns up, in each form it may
take; and fields that carry secrets by their name are masked even if nobody registered the value.
"""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Iterable

SHORTEST = 6
"""Shorter texts are not searched for: they would mask ordinary words."""

_HEADER_NAMES = r"(?:transferheader)?(?:(?:proxy-)?authorization|cookie|set-cookie)"
_MEMBER_NAMES = r"(?:macaroon|(?:access|refresh|subject)_token|client_secret)"
_NAMED_HEADER = re.compile(
    rf"(?i)(\b{_HEADER_NAMES}\b[\"']?\s*[:,]\s*[\"']?\s*(?:(?:bearer|basic|negotiate)\s+)?)([^\s\"',\\]+)"
)
_NAMED_QUERY = re.compile(
    r"(?i)([?&;](?:authz|access_token|x-amz-signature)=)(?:Bearer%20)?([^&\s\"'\\<>#]+)"
)
_NAMED_MEMBER = re.compile(rf"(?i)(\\?\"{_MEMBER_NAMES}\\?\"\s*:\s*\\?\")([^\"\\]+)")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?")
_MASK = "[redacted]"


class Secret(str):
    """A text that shows as ``***`` wherever it is only described, not used."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Redactor:
    """Knows the secrets of a run and takes them out of any text."""

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def register(self, secret: str, name: str = "secret") -> Secret:
        """Remember ``secret`` under ``name``; it is masked as ``[redacted:name]`` from now on."""
        for form in _forms(secret.strip()):
            self._forms.setdefault(form, name)
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._pattern = (
            re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        )
        return Secret(secret)

    def clean(self, text: str) -> str:
        """``text`` with every known secret and every field that is secret by name masked."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda m: f"[redacted:{self._forms[m.group()]}]", text)
        text = _NAMED_HEADER.sub(_keep_label, text)
        text = _NAMED_QUERY.sub(_keep_label, text)
        text = _NAMED_MEMBER.sub(_keep_label, text)
        return _JWT.sub(_MASK, text)

    def leaks(self, text: str) -> bool:
        """Whether a known secret still stands in ``text``."""
        return self._pattern is not None and self._pattern.search(text) is not None


def _keep_label(match: re.Match[str]) -> str:
    value = match.group(2)
    return match.group(1) + (value if value.startswith(("[redacted", "$")) else _MASK)


def _forms(secret: str) -> Iterable[str]:
    """The texts by which ``secret`` might be found: raw, quoted, base64, and its beginning."""
    if len(secret) < SHORTEST:
        return
    raw = secret.encode()
    yield secret
    yield urllib.parse.quote(secret, safe="")
    yield urllib.parse.quote_plus(secret)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # base64 of a longer text holds ours at one of three alignments
        for before, skip in ((b"", 0), (b"x", 2), (b"xx", 3)):
            core = encode(before + raw).decode()[skip:].rstrip("=")[:-1]
            if len(core) >= SHORTEST:
                yield core
    if len(secret) > 24:
        yield secret[:16]

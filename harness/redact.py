"""The one place that keeps secrets out of everything that is written.

Three nets: every secret the run knows is replaced wherever its text turns up, in each form it may
take; fields that carry secrets by their name are masked even if nobody registered the value; and
so is what has the shape of a token.
"""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Iterable

SHORTEST = 6
"""Shorter texts are not searched for: they would mask ordinary words."""

PIECE = 8
"""Bytes of the pieces by which a text is searched for all known secrets at once."""

_MEMBER_NAMES = r"(?:macaroon|(?:access|refresh|subject)_token|client_secret)"
_NAMED_HEADER = re.compile(
    r"(?i)((?:authorization|cookie)\b[\"']?\s*[:,]\s*[\"']?\s*(?:(?:bearer|basic|negotiate)\s+)?)([^\s\"',\\]+)"
)
"""Also with something before the name, as in Set-Cookie and TransferHeaderAuthorization."""
_NAMED_QUERY = re.compile(
    r"(?i)([?&;](?:authz|access_token|x-amz-signature)=)(?:Bearer%20)?([^&\s\"'\\<>#]+)"
)
_NAMED_MEMBER = re.compile(rf"(?i)(\\?\"{_MEMBER_NAMES}\\?\"\s*:\s*\\?\")([^\"\\]+)")
_NAMED = (
    (("authorization", "cookie"), _NAMED_HEADER),
    (("authz", "access_token", "x-amz-signature"), _NAMED_QUERY),
    (("macaroon", "_token", "client_secret"), _NAMED_MEMBER),
)
"""Fields that are secret by name, and what a text has that names one."""
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?")
_MACAROON = re.compile(
    r"(?:MD[A-Z](?<=\bMD[A-Z])|Ag[EI](?<=\bAg[EI]))[A-Za-z0-9+/_-]{40,}"  # no search begins with \b
)
"""Base64 of a version 1 packet, or of version 2 with its first field, and enough to hold a key."""
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[A-Za-z0-9+/=:,\s-]|\\+[nr])*")
"""PEM, also inside a JSON string, and also where its end was cut off."""
_MORE_OF_IT = "[A-Za-z0-9._~+/=-]*"
_BEGINNING = 16
"""Characters of a secret whose beginning alone is masked, with whatever follows: logs cut tokens
short, and a token that a holder has narrowed begins like the one it was made from."""
_MASK = "[redacted]"


class Secret(str):
    """A text that shows as ``***`` wherever it is only described, not used."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Redactor:
    """Knows the secrets of a run and takes them out of any text."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._by_piece: dict[int, set[str]] = {}
        self._short: set[str] = set()

    def register(self, secret: str, name: str = "secret") -> Secret:
        """Remember ``secret`` under ``name``; it is masked as ``[redacted:name]`` from now on."""
        for form in _forms(secret.strip()):
            self._names.setdefault(form, name)
            self._find(form)
        return Secret(secret)

    def clean(self, text: str) -> str:
        """``text`` with every known secret and every field that is secret by name masked."""
        found = self._candidates(text)
        if found:
            text = re.sub("|".join(map(_expression, found)), self._label, text)
        lower = text.lower()
        for signs, fields in _NAMED:  # most texts have none of the signs, and that is soon seen
            if any(sign in lower for sign in signs):
                text = fields.sub(_keep_label, text)
        text = _PRIVATE_KEY.sub("[redacted:private key]", text) if "-----BEGIN" in text else text
        text = _JWT.sub(_MASK, text) if "eyJ" in text else text
        return _MACAROON.sub(_MASK, text)

    def leaks(self, text: str) -> bool:
        """Whether a known secret still stands in ``text``."""
        return bool(self._candidates(text))

    def _find(self, form: str) -> None:
        """In any text ``form`` has one of its first pieces at a multiple of PIECE."""
        raw = form.encode()
        if len(raw) < 2 * PIECE - 1:
            self._short.add(form)
            return
        for start in range(PIECE):
            for piece in _pieces(raw[start : start + PIECE]):
                self._by_piece.setdefault(piece, set()).add(form)

    def _candidates(self, text: str) -> list[str]:
        """The known forms that stand in ``text``, the longest first.

        A run knows hundreds of tokens: only those are searched for of which a piece was seen.
        """
        seen = _pieces(text.encode(errors="surrogatepass")) & self._by_piece.keys()
        forms = self._short.union(*(self._by_piece[piece] for piece in seen))
        return sorted((form for form in forms if form in text), key=len, reverse=True)

    def _label(self, match: re.Match[str]) -> str:
        known = match.group()
        return f"[redacted:{self._names.get(known) or self._names[known[:_BEGINNING]]}]"


def _pieces(raw: bytes) -> set[int]:
    """Its pieces, as numbers: a set of them is made much faster than one of texts."""
    return set(memoryview(raw)[: len(raw) // PIECE * PIECE].cast("Q"))


def _expression(form: str) -> str:
    return re.escape(form) + (_MORE_OF_IT if len(form) == _BEGINNING else "")


def _keep_label(match: re.Match[str]) -> str:
    value = match.group(2)
    if value.startswith("$"):  # a variable of the shell in a curl line
        return match.group()
    label, closed, _ = value.partition("]")  # what is left behind a label belongs to the secret
    return match.group(1) + (label + closed if value.startswith("[redacted") else _MASK)


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
    if len(secret) > _BEGINNING + 8:
        yield secret[:_BEGINNING]

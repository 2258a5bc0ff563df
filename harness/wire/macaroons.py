"""Macaroons: what is inside a token, and tokens changed for the better or the worse.

The signature is a chain of HMAC-SHA256: every holder can add a caveat (`with_caveats`), nobody can
take one away, change one or move one. The methods named `without_`, `with_changed_`,
`with_reversed_` and `with_flipped_` make such broken tokens, which a server has to refuse.
pymacaroons is not used here because a packet of length zero makes its reader loop for ever, and
these bytes come from the endpoint; the tests compare with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field, replace

from harness.wire.macaroon_formats import (
    VERSION2,
    Caveat,
    MacaroonFault,
    Parts,
    read_version1,
    read_version2,
    write_version1,
    write_version2,
)
from harness.wire.problem import Note, SyntaxProblem

__all__ = ["Caveat", "Macaroon", "MacaroonFault", "make_macaroon", "parse_macaroon", "split_caveat"]

_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*")
# libmacaroons derives the root key with this fixed key, padded with zeros to 32 bytes
_KEY_GENERATOR = b"macaroons-key-generator".ljust(32, b"\0")


@dataclass(frozen=True, slots=True)
class Macaroon:
    """A token taken apart. `version` is 1 or 2; the signature is never shown."""

    version: int
    location: str | None
    identifier: bytes
    caveats: tuple[Caveat, ...]
    signature: bytes = field(repr=False)
    notes: tuple[Note, ...] = field(default=(), compare=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """The caveats as texts, in order."""
        return tuple(caveat.text for caveat in self.caveats)

    def values(self, key: str) -> tuple[str, ...]:
        """The values of all caveats `key:value` of that key, in order."""
        prefix = f"{key}:"
        return tuple(text.removeprefix(prefix) for text in self.texts if text.startswith(prefix))

    def serialise(self) -> str:
        """The token as text. It is a secret: register it before it gets anywhere."""
        location = None if self.location is None else self.location.encode("utf-8")
        parts = Parts(location, self.identifier, self.caveats, self.signature)
        raw = write_version1(parts) if self.version == 1 else write_version2(parts)
        return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")

    def with_caveats(self, *texts: str) -> Macaroon:
        """A weaker token with further caveats, validly signed."""
        caveats, signature = list(self.caveats), self.signature
        for text in texts:
            caveats.append(Caveat(text.encode("utf-8")))
            signature = _hmac(signature, caveats[-1].identifier)
        return replace(self, caveats=tuple(caveats), signature=signature)

    def without_caveat(self, index: int = -1) -> Macaroon:
        """A forged token: one caveat is gone, the signature is the old one."""
        kept = list(self.caveats)
        del kept[index]
        return replace(self, caveats=tuple(kept))

    def with_changed_caveat(self, index: int, text: str) -> Macaroon:
        """A forged token: one caveat says something else, the signature is the old one."""
        changed = list(self.caveats)
        changed[index] = Caveat(text.encode("utf-8"))
        return replace(self, caveats=tuple(changed))

    def with_reversed_caveats(self) -> Macaroon:
        """A forged token: the caveats in reverse order, the signature is the old one."""
        return replace(self, caveats=self.caveats[::-1])

    def with_flipped_signature(self) -> Macaroon:
        """A forged token: the last bit of the signature is flipped."""
        last = self.signature[-1] ^ 1
        return replace(self, signature=self.signature[:-1] + bytes([last]))


def make_macaroon(*, key: bytes, location: str, identifier: str, version: int = 1) -> Macaroon:
    """A token as a foreign issuer with that root key would make it, still without caveats."""
    name = identifier.encode("utf-8")
    return Macaroon(version, location, name, (), _hmac(_hmac(_KEY_GENERATOR, key), name))


def parse_macaroon(token: str) -> Macaroon:
    """Take a token apart. Raises `SyntaxProblem`, which never quotes the token."""
    raw, notes = _decoded(token)
    version = 2 if raw.startswith(VERSION2) else 1
    parts = read_version2(raw) if version == 2 else read_version1(raw)
    location = None if parts.location is None else parts.location.decode("utf-8", "replace")
    return Macaroon(version, location, parts.identifier, parts.caveats, parts.signature, notes)


def split_caveat(text: str) -> tuple[str, str]:
    """Key and value of a caveat `key:value`. Raises `SyntaxProblem`."""
    key, colon, value = text.partition(":")
    if not colon:
        raise SyntaxProblem(MacaroonFault.NO_COLON, 0, text)
    if not key:
        raise SyntaxProblem(MacaroonFault.NO_KEY, 0, text)
    return key, value


def _decoded(token: str) -> tuple[bytes, tuple[Note, ...]]:
    text = token.rstrip("=")
    notes = [Note(MacaroonFault.PADDED, len(text))] if text != token else []
    if not _URL_SAFE.fullmatch(text):
        notes.append(Note(MacaroonFault.NOT_URL_SAFE, 0))
    standard = text.replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise SyntaxProblem(MacaroonFault.NOT_BASE64) from None
    return raw, tuple(notes)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()

"""Macaroons: chained HMACs and the two serialised forms of libmacaroons (versions 1 and 2)."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import zip_longest

KEY_GENERATOR = b"macaroons-key-generator".ljust(32, b"\0")
MAX_CAVEATS = 200
_EOS, _LOCATION, _IDENTIFIER, _VERIFIER, _SIGNATURE = 0, 1, 2, 4, 6


class BadMacaroon(Exception):
    """Text that is not a macaroon."""


@dataclass(frozen=True, slots=True)
class Macaroon:
    """Location, identifier, caveats and the signature over both.

    `verifiers` has an item for each caveat: None, or what makes it one of a third party.
    """

    location: str
    identifier: bytes
    caveats: tuple[str, ...]
    signature: bytes
    verifiers: tuple[bytes | None, ...] = ()

    @classmethod
    def create(cls, root_key: bytes, identifier: bytes, location: str) -> Macaroon:
        """A macaroon without caveats."""
        derived = hmac.digest(KEY_GENERATOR, root_key, "sha256")
        return cls(location, identifier, (), hmac.digest(derived, identifier, "sha256"))

    @property
    def has_third_party(self) -> bool:
        """Whether a third party has to agree."""
        return any(verifier is not None for verifier in self.verifiers)

    @property
    def own_caveats(self) -> tuple[str, ...]:
        """The first-party caveats, which the issuer judges itself."""
        pairs = zip_longest(self.caveats, self.verifiers)
        return tuple(caveat for caveat, verifier in pairs if verifier is None)

    def with_caveat(self, caveat: str, verifier: bytes | None = None) -> Macaroon:
        """The macaroon with one caveat more: anybody who holds it can do that."""
        signed = caveat.encode()
        if verifier is not None:  # libmacaroons, macaroon_hash2
            parts = (hmac.digest(self.signature, part, "sha256") for part in (verifier, signed))
            signed = b"".join(parts)
        signature = hmac.digest(self.signature, signed, "sha256")
        return replace(self, caveats=(*self.caveats, caveat), signature=signature)

    def expected_signature(self, root_key: bytes) -> bytes:
        """The signature it must have if it comes from the holder of the key."""
        made = Macaroon.create(root_key, self.identifier, self.location)
        for caveat, verifier in zip_longest(self.caveats, self.verifiers):
            made = made.with_caveat(caveat, verifier)
        return made.signature

    def binary(self) -> bytes:
        """Version 1: packets of a length in hex, a key and a value."""
        packets = [_packet(b"location", self.location.encode())]
        packets.append(_packet(b"identifier", self.identifier))
        packets += [_packet(b"cid", caveat.encode()) for caveat in self.caveats]
        return b"".join([*packets, _packet(b"signature", self.signature)])


def url_text(binary: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(binary).rstrip(b"=").decode("ascii")


def parse(text: str) -> Macaroon:
    """Read either version; raises BadMacaroon."""
    try:
        # the field's libraries also write the other alphabet, with padding
        bare = text.rstrip("=").translate(str.maketrans("+/", "-_"))
        padded = bare + "=" * (-len(bare) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        found = _parse_v2(raw[1:]) if raw[:1] == b"\x02" else _parse_v1(raw)
    except (binascii.Error, ValueError, IndexError, KeyError, UnicodeError):
        raise BadMacaroon("not a macaroon") from None
    if len(found.signature) != sha256().digest_size or len(found.caveats) > MAX_CAVEATS:
        raise BadMacaroon("not a macaroon")
    return found


def _packet(key: bytes, value: bytes) -> bytes:
    body = key + b" " + value + b"\n"
    return b"%04x" % (len(body) + 4) + body


def _parse_v1(raw: bytes) -> Macaroon:
    fields: list[tuple[bytes, bytes]] = []
    while raw:
        size = int(raw[:4], 16)
        key, space, value = raw[4:size].partition(b" ")
        if size < 6 or len(raw) < size or not space or not value.endswith(b"\n"):
            raise ValueError("bad packet")
        fields.append((key, value[:-1]))
        raw = raw[size:]
    keys = [key for key, _ in fields]
    if keys[:2] != [b"location", b"identifier"] or keys[-1] != b"signature":
        raise ValueError("bad order of packets")
    caveats: list[str] = []
    verifiers: list[bytes | None] = []
    for key, value in fields[2:-1]:
        if key == b"cid":
            caveats.append(value.decode())
            verifiers.append(None)
        elif key == b"vid":
            verifiers[-1] = value
        elif key != b"cl":
            raise ValueError("unknown packet")
    location, identifier, signature = fields[0][1].decode(), fields[1][1], fields[-1][1]
    return Macaroon(location, identifier, tuple(caveats), signature, tuple(verifiers))


def _parse_v2(raw: bytes) -> Macaroon:
    head, raw = _section(raw)
    caveats: list[str] = []
    verifiers: list[bytes | None] = []
    while raw[0] != _EOS:
        section, raw = _section(raw)
        caveats.append(section[_IDENTIFIER].decode())
        verifiers.append(section.get(_VERIFIER))
    (kind, signature), rest = _field(raw[1:])
    if kind != _SIGNATURE or rest or _IDENTIFIER not in head:
        raise ValueError("bad end")
    location = head.get(_LOCATION, b"").decode()
    return Macaroon(location, head[_IDENTIFIER], tuple(caveats), signature, tuple(verifiers))


def _section(raw: bytes) -> tuple[dict[int, bytes], bytes]:
    found: dict[int, bytes] = {}
    while raw[0] != _EOS:
        (kind, value), raw = _field(raw)
        found[kind] = value
    return found, raw[1:]


def _field(raw: bytes) -> tuple[tuple[int, bytes], bytes]:
    kind, raw = _varint(raw)
    size, raw = _varint(raw)
    if len(raw) < size:
        raise ValueError("field ends early")
    return (kind, raw[:size]), raw[size:]


def _varint(raw: bytes) -> tuple[int, bytes]:
    value = 0
    for position in range(5):
        value |= (raw[position] & 0x7F) << (7 * position)
        if raw[position] < 0x80:
            return value, raw[position + 1 :]
    raise ValueError("bad varint")

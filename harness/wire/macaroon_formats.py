"""The two binary formats of a macaroon (libmacaroons, doc/format.txt).

Version 1 is a run of packets, each four hexadecimal digits of length (themselves included) and
`key SP value LF`. Version 2 is the byte 2, then fields of type, length and data, in sections that
end with a zero byte. Every length comes from the endpoint, so each is checked before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.wire.problem import Fault, SyntaxProblem

_FORMAT = "dcache-webdav Requesting macaroons"
_CAVEATS = "dcache-webdav Understanding dCache caveats"
_LENGTH = re.compile(rb"[0-9A-Fa-f]{4}")
_LOCATION, _IDENTIFIER, _VERIFICATION, _SIGNATURE = 1, 2, 4, 6
VERSION2 = b"\x02"


class MacaroonFault(Fault):
    """What can be wrong with a macaroon. No note quotes the token."""

    NOT_BASE64 = "not base64", _FORMAT
    NOT_URL_SAFE = "base64 alphabet not safe in a URL", _FORMAT
    PADDED = "base64 with padding", _FORMAT
    BAD_PACKET = "packet is malformed or too short", _FORMAT
    BAD_ORDER = "packet missing or in the wrong place", _FORMAT
    BAD_SIGNATURE = "signature does not have 32 bytes", _FORMAT
    NO_COLON = "caveat without colon", _CAVEATS
    NO_KEY = "caveat without key", _CAVEATS


@dataclass(frozen=True, slots=True)
class Caveat:
    """One caveat. `location` and `verification` only occur in third-party caveats."""

    identifier: bytes
    location: bytes | None = None
    verification: bytes | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The caveat as text; bytes that are no UTF-8 appear as `\\xNN`."""
        return self.identifier.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Parts:
    """What both formats hold."""

    location: bytes | None
    identifier: bytes
    caveats: tuple[Caveat, ...]
    signature: bytes = field(repr=False)


class _Fields:
    """Typed fields of a token with one field of look-ahead."""

    def __init__(self, fields: Iterator[tuple[int | bytes, bytes, int]]) -> None:
        self._fields = list(fields)
        self._next = 0

    def take(self, kind: int | bytes) -> bytes | None:
        """The data of the next field if it is of that kind, else None."""
        if self._next < len(self._fields) and self._fields[self._next][0] == kind:
            self._next += 1
            return self._fields[self._next - 1][1]
        return None

    def demand(self, kind: int | bytes) -> bytes:
        data = self.take(kind)
        if data is None:
            raise SyntaxProblem(MacaroonFault.BAD_ORDER, self.where)
        return data

    @property
    def where(self) -> int:
        """The offset of the next field, or of the end of the last one."""
        if self._next < len(self._fields):
            return self._fields[self._next][2]
        return self._fields[-1][2] if self._fields else 0

    def end(self) -> None:
        if self._next < len(self._fields):
            raise SyntaxProblem(MacaroonFault.BAD_ORDER, self.where)


def read_version1(raw: bytes) -> Parts:
    """Take version 1 apart. Raises `SyntaxProblem`."""
    fields = _Fields(_packets(raw))
    location = fields.take(b"location")
    identifier = fields.demand(b"identifier")
    caveats = []
    while (cid := fields.take(b"cid")) is not None:
        verification = fields.take(b"vid")
        caveats.append(Caveat(cid, fields.take(b"cl"), verification))
    signature = fields.demand(b"signature")
    return _ended(Parts(location, identifier, tuple(caveats), signature), fields)


def read_version2(raw: bytes) -> Parts:
    """Take version 2 apart. Raises `SyntaxProblem`."""
    fields = _Fields(_typed_fields(raw))
    location = fields.take(_LOCATION)
    identifier = fields.demand(_IDENTIFIER)
    fields.demand(0)
    caveats = []
    while fields.take(0) is None:
        place = fields.take(_LOCATION)
        cid = fields.demand(_IDENTIFIER)
        caveats.append(Caveat(cid, place, fields.take(_VERIFICATION)))
        fields.demand(0)
    signature = fields.demand(_SIGNATURE)
    return _ended(Parts(location, identifier, tuple(caveats), signature), fields)


def _ended(parts: Parts, rest: _Fields) -> Parts:
    """The parts, if nothing follows them and the signature is one of HMAC-SHA-256."""
    rest.end()
    if len(parts.signature) != 32:
        raise SyntaxProblem(MacaroonFault.BAD_SIGNATURE, rest.where)
    return parts


def _packets(raw: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    position = 0
    while position < len(raw):
        digits = raw[position : position + 4]
        if not _LENGTH.fullmatch(digits):
            raise SyntaxProblem(MacaroonFault.BAD_PACKET, position)
        packet = raw[position + 4 : position + int(digits, 16)]
        key, space, value = packet.partition(b" ")
        if len(packet) + 4 != int(digits, 16) or not space or not value.endswith(b"\n"):
            raise SyntaxProblem(MacaroonFault.BAD_PACKET, position)
        yield key, value[:-1], position
        position += int(digits, 16)


def _typed_fields(raw: bytes) -> Iterator[tuple[int, bytes, int]]:
    position = 1
    while position < len(raw):
        start, kind = position, raw[position]
        position += 1
        if kind == 0:
            yield 0, b"", start
            continue
        length, position = _varint(raw, position)
        data = raw[position : position + length]
        if len(data) != length:
            raise SyntaxProblem(MacaroonFault.BAD_PACKET, start)
        yield kind, data, start
        position += length


def _varint(raw: bytes, position: int) -> tuple[int, int]:
    """A base-128 number of at most five bytes, the least significant first."""
    value = 0
    for index, byte in enumerate(raw[position : position + 5]):
        value |= (byte & 127) << (7 * index)
        if byte < 128:
            return value, position + index + 1
    raise SyntaxProblem(MacaroonFault.BAD_PACKET, position)


def write_version1(parts: Parts) -> bytes:
    """The inverse of `read_version1`. A packet holds 65,000 bytes at most."""
    fields = [(b"location", parts.location), (b"identifier", parts.identifier)]
    for caveat in parts.caveats:
        fields += [
            (b"cid", caveat.identifier),
            (b"vid", caveat.verification),
            (b"cl", caveat.location),
        ]
    fields.append((b"signature", parts.signature))
    packets = (key + b" " + data + b"\n" for key, data in fields if data is not None)
    return b"".join(b"%04x%s" % (len(packet) + 4, packet) for packet in packets)


def write_version2(parts: Parts) -> bytes:
    """The inverse of `read_version2`."""
    raw = VERSION2 + _section([(_LOCATION, parts.location), (_IDENTIFIER, parts.identifier)])
    for caveat in parts.caveats:
        raw += _section(
            [
                (_LOCATION, caveat.location),
                (_IDENTIFIER, caveat.identifier),
                (_VERIFICATION, caveat.verification),
            ]
        )
    return raw + b"\0" + _section([(_SIGNATURE, parts.signature)])[:-1]


def _section(fields: list[tuple[int, bytes | None]]) -> bytes:
    raw = b""
    for kind, data in fields:
        if data is not None:
            raw += bytes([kind]) + _encoded_varint(len(data)) + data
    return raw + b"\0"


def _encoded_varint(value: int) -> bytes:
    raw = bytearray()
    while value > 127:
        raw.append(value & 127 | 128)
        value >>= 7
    raw.append(value)
    return bytes(raw)

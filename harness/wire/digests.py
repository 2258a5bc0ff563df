"""Checksums in headers: Digest and Want-Digest (RFC 3230), Content-MD5 (RFC 1864), and
Repr-Digest and Want-Repr-Digest (RFC 9530).

Values are compared as bytes, so neither the case nor dropped leading zeros of a hexadecimal
adler32 matter (reading adopted; IANA allows 1 to 8 digits), and an element is split at its first
equals sign only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import http_sf

from harness.wire.problem import Fault, Note, SyntaxProblem


class DigestFault(Fault):
    """What can be wrong with a digest."""

    NO_EQUALS = "element without '='", "rfc3230 §4.1.1"
    BAD_ALGORITHM = "algorithm is not a token", "rfc3230 §4.1.1"
    EMPTY = "no element", "rfc3230 §4.3.2"
    REPEATED = "algorithm given twice", "rfc3230 §4.3.2"
    NOT_HEX = "adler32 is not 1 to 8 hexadecimal digits", "rfc3230 §4.1.1 (IANA ADLER32)"
    NOT_BASE64 = "value is not base64", "rfc3230 §4.1.1"
    HEX_NOT_BASE64 = "value is hexadecimal instead of base64", "rfc3230 §4.1.1"
    WRONG_LENGTH = "value has another length than the algorithm's", "rfc3230 §4.1.1"
    BAD_QUALITY = "q-value is not 0 to 1 with three digits", "rfc9110 §12.4.2"
    NOT_A_DICTIONARY = "not a structured dictionary", "rfc9530 §3"
    NOT_BYTES = "member is not a byte sequence", "rfc9530 §3"
    NOT_A_PREFERENCE = "preference is not an integer from 0 to 10", "rfc9530 §4"


SIZES = {"adler32": 4, "md5": 16, "sha": 20, "sha-256": 32, "sha-512": 64}
"""Bytes of the algorithms known here, under their registered names in lower case."""

_HASHLIB = {"md5": "md5", "sha": "sha1", "sha-256": "sha256", "sha-512": "sha512"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ADLER32 = re.compile(r"[0-9A-Fa-f]{1,8}")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Digest:
    """One checksum. `algorithm` in lower case, `text` as written, `where` its offset."""

    algorithm: str
    text: str
    where: int = 0

    def decoded(self) -> bytes:
        """The raw checksum; `SyntaxProblem` if it is not encoded as its algorithm demands.

        An unknown algorithm's value is taken as text.
        """
        return decode(self.algorithm, self.text, self.where)

    def matches(self, data: bytes) -> bool:
        """Whether it is the checksum of `data`. Raises as `decoded`; `LookupError` if unknown."""
        return self.decoded() == compute(self.algorithm, data)


@dataclass(frozen=True, slots=True)
class Digests:
    """All checksums of a field, with what was odd."""

    items: tuple[Digest, ...]
    notes: tuple[Note, ...] = ()

    def get(self, algorithm: str) -> Digest | None:
        """The first checksum of that algorithm, in any case; None if there is none."""
        wanted = algorithm.lower()
        return next((item for item in self.items if item.algorithm == wanted), None)


@dataclass(frozen=True, slots=True)
class Wish:
    """One element of Want-Digest (`weight` 0 to 1) or Want-Repr-Digest (0 to 10)."""

    algorithm: str
    weight: float


def parse_digest(value: str) -> Digests:
    """Read a Digest field, several fields being joined by commas. Raises `SyntaxProblem`."""
    items: list[Digest] = []
    notes: list[Note] = []
    for where, element in _elements(value):
        name, equals, text = element.partition("=")
        algorithm = name.rstrip(" \t").lower()
        if not equals:
            raise SyntaxProblem(DigestFault.NO_EQUALS, where, element)
        if not _TOKEN.fullmatch(algorithm):
            raise SyntaxProblem(DigestFault.BAD_ALGORITHM, where, element)
        if any(item.algorithm == algorithm for item in items):
            notes.append(Note(DigestFault.REPEATED, where, algorithm))
        items.append(Digest(algorithm, text.strip(" \t"), where))
    return Digests(tuple(items), tuple(notes))


def parse_want_digest(value: str) -> tuple[Wish, ...]:
    """Read a Want-Digest field: algorithms with q-values, in their order."""
    wishes = []
    for where, element in _elements(value):
        name, *parameters = (part.strip(" \t") for part in element.split(";"))
        if not _TOKEN.fullmatch(name):
            raise SyntaxProblem(DigestFault.BAD_ALGORITHM, where, element)
        weight = 1.0
        for parameter in parameters:
            key, _, text = parameter.partition("=")
            if key.lower() != "q" or not _QUALITY.fullmatch(text):
                raise SyntaxProblem(DigestFault.BAD_QUALITY, where, element)
            weight = float(text)
        wishes.append(Wish(name.lower(), weight))
    return tuple(wishes)


def parse_repr_digest(value: str) -> Digests:
    """Read a Repr-Digest or Content-Digest field; the texts of the result are base64."""
    items = []
    for algorithm, member in _dictionary(value).items():
        if not isinstance(member, bytes):
            raise SyntaxProblem(DigestFault.NOT_BYTES, 0, algorithm)
        items.append(Digest(algorithm, base64.b64encode(member).decode("ascii")))
    return Digests(tuple(items))


def parse_want_repr_digest(value: str) -> tuple[Wish, ...]:
    """Read a Want-Repr-Digest or Want-Content-Digest field."""
    wishes = []
    for algorithm, member in _dictionary(value).items():
        if not isinstance(member, int) or isinstance(member, bool) or not 0 <= member <= 10:
            raise SyntaxProblem(DigestFault.NOT_A_PREFERENCE, 0, algorithm)
        wishes.append(Wish(algorithm, float(member)))
    return tuple(wishes)


def parse_content_md5(value: str) -> bytes:
    """The 16 raw bytes of a Content-MD5 field. Raises `SyntaxProblem`."""
    return decode("md5", value.strip(" \t"))


def decode(algorithm: str, text: str, where: int = 0) -> bytes:
    """The raw bytes of a checksum as RFC 3230 writes it. Raises `SyntaxProblem`."""
    name = algorithm.lower()
    if name == "adler32":
        if not _ADLER32.fullmatch(text):
            raise SyntaxProblem(DigestFault.NOT_HEX, where, text)
        return int(text, 16).to_bytes(4, "big")
    size = SIZES.get(name)
    if size is None:
        return text.encode("utf-8")
    if len(text) == 2 * size and _HEX.fullmatch(text):
        raise SyntaxProblem(DigestFault.HEX_NOT_BASE64, where, text)
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SyntaxProblem(DigestFault.NOT_BASE64, where, text) from None
    if len(raw) != size:
        raise SyntaxProblem(DigestFault.WRONG_LENGTH, where, text)
    return raw


def encode(algorithm: str, raw: bytes) -> str:
    """A checksum as RFC 3230 writes it: adler32 in eight lower-case digits, others in base64."""
    return raw.hex() if algorithm.lower() == "adler32" else base64.b64encode(raw).decode("ascii")


def digest_field(algorithm: str, data: bytes | Iterable[bytes]) -> str:
    """A Digest field with the checksum of `data`, e.g. `adler32=03da0195`."""
    return f"{algorithm}={encode(algorithm, compute(algorithm, data))}"


def repr_digest_field(algorithm: str, data: bytes | Iterable[bytes]) -> str:
    """A Repr-Digest field with the checksum of `data`, e.g. `sha-256=:...:`."""
    encoded = base64.b64encode(compute(algorithm, data)).decode("ascii")
    return f"{algorithm.lower()}=:{encoded}:"


def compute(algorithm: str, data: bytes | Iterable[bytes]) -> bytes:
    """The raw checksum of bytes, or of an iterable of pieces. `LookupError` if unknown."""
    name = algorithm.lower()
    pieces = (data,) if isinstance(data, bytes) else data
    if name == "adler32":
        value = 1
        for piece in pieces:
            value = zlib.adler32(piece, value)
        return value.to_bytes(4, "big")
    if name not in _HASHLIB:
        raise LookupError(f"cannot compute {algorithm!r}; known are {', '.join(SIZES)}")
    state = hashlib.new(_HASHLIB[name], usedforsecurity=False)
    for piece in pieces:
        state.update(piece)
    return state.digest()


def _elements(value: str) -> list[tuple[int, str]]:
    """The elements of a comma-separated list with their offsets; empty ones are left out."""
    found, position = [], 0
    for part in value.split(","):
        element = part.strip(" \t")
        if element:
            found.append((position + part.index(element), element))
        position += len(part) + 1
    if not found:
        raise SyntaxProblem(DigestFault.EMPTY, 0, value)
    return found


def _dictionary(value: str) -> dict[str, object]:
    try:
        parsed = http_sf.parse(value.encode("utf-8"), tltype="dictionary")
    except http_sf.StructuredFieldError as error:
        raise SyntaxProblem(DigestFault.NOT_A_DICTIONARY, error.position or 0, value) from error
    if not isinstance(parsed, dict) or not parsed:
        raise SyntaxProblem(DigestFault.EMPTY, 0, value)
    return {name: member[0] for name, member in parsed.items() if isinstance(member, tuple)}

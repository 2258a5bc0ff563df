"""Digests of objects: RFC 3230 and RFC 9530 names, values and header fields."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from zlib_ng import zlib_ng

from reference_server.store import Block, Draft, Reader

ADLER32 = "adler32"
ADLER32_SIZE = 4
HASHES = {"md5": "md5", "sha": "sha1", "sha-256": "sha256", "sha-512": "sha512"}
"""RFC 3230 name -> name of the function. Names as registered by IANA, in lower case."""
ALGORITHMS = (ADLER32, *HASHES)
REPR_NAMES = {
    "sha-256": "sha-256",
    "sha-512": "sha-512",
    "md5": "md5",
    "sha": "sha",
    "adler": ADLER32,
    "adler32": ADLER32,
}
"""Keys of Repr-Digest -> RFC 3230 name. RFC 9530 section 7.2 registers `adler`; the WLCG extension
for data integrity takes both spellings."""
_HEX_ADLER = re.compile(r"[0-9A-Fa-f]{1,8}")


class _Running(Protocol):
    def update(self, data: Block, /) -> None: ...


class Hasher:
    """Digests of a stream, several at once; values in hex by RFC 3230 name."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        wanted = set(algorithms)
        self._adler: int | None = 1 if ADLER32 in wanted else None
        self._hashes = {
            name: hashlib.new(HASHES[name], usedforsecurity=False)
            for name in HASHES
            if name in wanted
        }

    def update(self, block: Block) -> None:
        """Add the next bytes of the stream."""
        if self._adler is not None:
            self._adler = zlib_ng.adler32(block, self._adler)
        for running in self._hashes.values():
            running.update(block)

    def values(self) -> dict[str, str]:
        """What the bytes so far amount to."""
        found = {name: running.hexdigest() for name, running in self._hashes.items()}
        if self._adler is not None:
            found[ADLER32] = f"{self._adler:08x}"
        return found


def wire_value(algorithm: str, hex_value: str) -> str:
    """A value as the Digest field wants it: adler32 in hex, the rest in base64 (RFC 3230 4.1.1)."""
    if algorithm == ADLER32:
        return hex_value
    return base64.b64encode(bytes.fromhex(hex_value)).decode("ascii")


def hex_value(algorithm: str, text: str) -> str | None:
    """The inverse of `wire_value`; None for what is not a value of the algorithm."""
    if algorithm == ADLER32:
        return f"{int(text, 16):08x}" if _HEX_ADLER.fullmatch(text) else None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    size = hashlib.new(HASHES[algorithm], usedforsecurity=False).digest_size
    return raw.hex() if len(raw) == size else None


def content_md5_in_hex(text: str) -> str | None:
    """A Content-MD5 field (RFC 1864) in hex, None when it is not one."""
    return hex_value("md5", text.strip())


def parse_digests(text: str) -> dict[str, str]:
    """The values of a Digest field that we can compare, in hex; others are passed over."""
    found: dict[str, str] = {}
    for item in text.split(","):
        name, _, value = item.strip().partition("=")
        algorithm = name.strip().lower()
        if algorithm in ALGORITHMS:
            known = hex_value(algorithm, value.strip())
            if known is not None:
                found[algorithm] = known
    return found


def parse_repr_digests(text: str, names: Mapping[str, str] = REPR_NAMES) -> dict[str, str]:
    """The values of a Repr-Digest field (RFC 9530 section 3: a dictionary of byte sequences)."""
    found: dict[str, str] = {}
    for item in text.split(","):
        name, _, value = item.strip().partition("=")
        if name in names and len(value) > 1 and value[0] == value[-1] == ":":
            known = _raw_in_hex(names[name], value[1:-1])
            if known is not None:
                found[names[name]] = known
    return found


def repr_value(hex_digest: str) -> str:
    """A value as Repr-Digest wants it: all algorithms alike, adler32 too."""
    return f":{base64.b64encode(bytes.fromhex(hex_digest)).decode('ascii')}:"


def _raw_in_hex(algorithm: str, text: str) -> str | None:
    """The base64 of a digest in hex; None for what is no value of the algorithm."""
    if algorithm != ADLER32:
        return hex_value(algorithm, text)
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return raw.hex() if len(raw) == ADLER32_SIZE else None


def parse_wishes(text: str) -> list[str]:
    """Algorithms of a Want-Digest field by preference; q=0 leaves one out (RFC 3230 4.3.1)."""
    weighted: list[tuple[float, int, str]] = []
    for position, item in enumerate(text.split(",")):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = _weight(parameters)
        if name and weight > 0:
            weighted.append((-weight, position, name.lower()))
    return [name for _, _, name in sorted(weighted)]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def digests_of(reader: Reader, algorithms: Iterable[str]) -> dict[str, str]:
    """Digests of an object, from its record where known; what is computed is kept."""
    wanted = list(algorithms)
    record = reader.record()
    missing = [name for name in wanted if name not in record.digests]
    if missing:
        computed = compute(reader, reader.entry.size, missing)
        reader.amend(lambda now: replace(now, digests={**now.digests, **computed}))
        record = replace(record, digests={**record.digests, **computed})
    return {name: record.digests[name] for name in wanted}


def compute(
    content: Reader | Draft, stop: int, algorithms: Iterable[str], *, start: int = 0
) -> dict[str, str]:
    """Digests of the bytes from `start` up to `stop`."""
    hasher = Hasher(algorithms)
    buffer = memoryview(bytearray(min(1 << 20, stop - start)))
    offset = start
    while offset < stop:
        count = content.read_into(buffer[: stop - offset], offset)
        if not count:
            break
        hasher.update(buffer[:count])
        offset += count
    return hasher.values()

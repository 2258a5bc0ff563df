"""Which digests there are, and how they are written."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.digests import wire_value
from reference_server.personalities.registry import difference


@difference("adler32-only", of=("storm",), source="CKSUM-007: algorithm not offered")
class Adler32Only(Behaviour):
    """The only algorithm is adler32."""

    def known_algorithm(self, name: str) -> bool:
        return name == "adler32"


@difference("adler32-without-leading-zeros", of=("dpm",), source="CKSUM-005")
class Adler32WithoutLeadingZeros(Behaviour):
    """adler32 is written without leading zeros."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        if algorithm != "adler32":
            return wire_value(algorithm, hex_digest)
        return hex_digest.lstrip("0") or "0"


@difference("adler32-in-upper-case", of=("xrootd5",), source="CKSUM-005")
class Adler32InUpperCase(Behaviour):
    """adler32 is written in upper case."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        text = wire_value(algorithm, hex_digest)
        return text.upper() if algorithm == "adler32" else text


@difference("algorithms-in-upper-case", of=("dpm",), source="CKSUM-011")
class AlgorithmsInUpperCase(Behaviour):
    """Names of algorithms are written in upper case: they compare without regard to it."""

    def digest_name(self, algorithm: str) -> str:
        return algorithm.upper()

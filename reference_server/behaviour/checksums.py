"""Seams of digests as a passive server: Want-Digest, Digest, Content-MD5."""

from __future__ import annotations

from collections.abc import Mapping

from reference_server.digests import (
    ADLER32,
    ALGORITHMS,
    REPR_NAMES,
    content_md5_in_hex,
    parse_wishes,
    wire_value,
)
from reference_server.refusal import Refusal
from reference_server.store import Record

STORED_ALWAYS = (ADLER32,)


class ChecksumSeams:
    """Decisions about checksums of stored objects (RFC 3230, RFC 9530, RFC 1864)."""

    def answers_want_digest(self, method: str) -> bool:
        """Whether the answer to GET, HEAD or PUT carries a Digest that was wished for."""
        return True

    def wished(self, text: str) -> list[str]:
        """Algorithms wished for, best first, in lower case."""
        return parse_wishes(text)

    def known_algorithm(self, name: str) -> bool:
        return name in ALGORITHMS

    def unknown_wishes(self, names: list[str]) -> None:
        """No wished algorithm is known: the request succeeds all the same, without Digest."""

    def digest_at_hand(self, algorithm: str, method: str) -> bool:
        """Whether a known algorithm is answered now; computing on demand takes what it takes."""
        return True

    def digest_age(self, seconds: float) -> bool:
        """Whether an object stored so many seconds ago already has its digest."""
        return True

    def digest_outlives_request(self) -> bool:
        """Whether an answer without Digest gets that of the answer before on its connection."""
        return False

    def digest_name(self, algorithm: str) -> str:
        return algorithm

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        """A value as the Digest field wants it."""
        return wire_value(algorithm, hex_digest)

    def digest_of_size(self, size: int, span: tuple[int, int]) -> tuple[int, int]:
        """The bytes a Digest speaks of: all of them, also in a partial answer."""
        return (0, size)

    def digests_to_keep(self, old: Record | None, computed: dict[str, str]) -> dict[str, str]:
        """Digests stored with new content: those of the new content."""
        return computed

    def digests_while_storing(self, wished: list[str]) -> list[str]:
        """Algorithms computed during an upload."""
        return [*STORED_ALWAYS, *(name for name in wished if name in ALGORITHMS)]

    def content_md5(self, text: str) -> str | None:
        """A Content-MD5 field in hex, None to ignore it; raises Refusal for a bad one."""
        value = content_md5_in_hex(text)
        if value is None:
            raise Refusal(400, "Content-MD5 is not base64 of 16 bytes")
        return value

    def md5_mismatch(self, expected: str, actual: str) -> None:
        """The data are not those the client meant; returning means to store them."""
        raise Refusal(400, f"Checksum mismatch (expected=[2:{expected}], actual=[2:{actual}])")

    def stores_before_md5_check(self) -> bool:
        return False

    def request_digest_problem(self, text: str) -> str | None:
        """Why a Digest request field cannot be honoured: none, an unknown one is passed over."""
        return None

    def digest_request_mismatch(self) -> None:
        raise Refusal(400, "Digest does not match the data")

    def repr_names(self) -> Mapping[str, str]:
        """Keys of a Repr-Digest that a request may name, and the algorithms they stand for."""
        return REPR_NAMES

    def repr_digest_mismatch(self) -> None:
        """The body is not what its Repr-Digest says; returning means to store it."""
        raise Refusal(412, "Repr-Digest does not match the data")

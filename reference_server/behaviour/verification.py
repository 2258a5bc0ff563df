"""Seams of integrity: what is asked of the far side and what a contradiction means."""

from __future__ import annotations

from collections.abc import Iterable

from reference_server.digests import ADLER32

PULL_WISHES = "adler32,md5;q=0.5,sha-256;q=0.4,sha-512;q=0.3,sha;q=0.2"
REPR_WISHES = {"sha-256": 5, "sha-512": 2}

NOT_YET = frozenset({202, 404})
LOOKS = 4
"""A far side may need a moment to show what it stored: so often it is asked."""


class VerificationSeams:
    """Decisions about sizes and digests of a transfer (HTTP-TPC, RequireChecksumVerification)."""

    def digest_wishes(self) -> str | None:
        """Value of Want-Digest on GET and HEAD; None asks for nothing."""
        return PULL_WISHES

    def repr_wishes(self, client_told: Iterable[str]) -> str:
        """Value of Want-Repr-Digest: a dictionary of preferences, the client's digest first."""
        wanted = dict.fromkeys(map(_repr_name, client_told), 9)
        return ", ".join(f"{name}={weight}" for name, weight in {**REPR_WISHES, **wanted}.items())

    def verifies_agreed_digest(self) -> bool:
        """Whether the bytes are looked at though client and source told the same (rule b)."""
        return True

    def compares_with_client(self, *, source_told: bool) -> bool:
        """Whether the bytes must have the digest that the client told (rules b and c)."""
        return True

    def digest_on_put(self, text: str, size: int) -> str | None:
        """Repr-Digest of a push: that of the COPY, so that the destination can verify."""
        return text

    def asks_digest_by_head(self) -> bool:
        """Whether a pull without usable digest in the GET asks once more, by HEAD."""
        return True

    def takes_digest_of_head(self) -> bool:
        """Whether what such a HEAD tells is made use of."""
        return True

    def pull_mismatch_is_fatal(self, *, required: bool) -> bool:
        """A contradicting digest fails a pull whatever RequireChecksumVerification says."""
        return True

    def pull_without_digest_is_fatal(self, *, required: bool) -> bool:
        return required

    def digest_is_missing(self, understood: dict[str, str], raw: str) -> bool:
        """Whether nothing comparable was told; an unknown algorithm is nothing (INTEG-009)."""
        return not understood

    def digests_agree(self, algorithm: str, ours: str, theirs: str) -> bool:
        """Compare two values in hex; adler32 by its number (AMB-E06)."""
        if algorithm == ADLER32:
            return int(ours, 16) == int(theirs, 16)
        return ours == theirs

    def verifies_push(self, *, required: bool) -> bool:
        """Whether the far side is asked what it has after a push."""
        return True

    def looks_again(self, status: int, *, has_length: bool, looks: int) -> bool:
        """Whether a push asks by HEAD once more: what was stored may not be to be seen yet."""
        return status in NOT_YET and looks < LOOKS

    def sizes_agree(self, ours: int, theirs: int) -> bool:
        return ours == theirs

    def push_mismatch_is_fatal(self, *, required: bool) -> bool:
        """A contradicting digest fails a push whatever RequireChecksumVerification says."""
        return True

    def push_without_digest_is_fatal(self, *, required: bool) -> bool:
        return required

    def head_after_push_is_fatal(self, status: int, *, required: bool) -> bool:
        """Whether a HEAD that is refused fails the push: a missing object always does."""
        return required or status in (404, 410)

    def deletes_unverified_push(self) -> bool:
        return True


def _repr_name(algorithm: str) -> str:
    """The key that RFC 9530 registers."""
    return "adler" if algorithm == ADLER32 else algorithm

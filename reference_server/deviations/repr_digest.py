"""Deviations of RFC 9530 in transfers and uploads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reference_server.behaviour import Behaviour
from reference_server.deviations.registry import deviation
from reference_server.digests import REPR_NAMES


@deviation(
    "client-digest-not-computed",
    breaks=("INTEG-022",),
    seen_in="DEV-D132 a reading of the WLCG extension for data integrity",
)
class ClientDigestNotComputed(Behaviour):
    """The Repr-Digest of a COPY is compared only where the source tells a digest too."""

    def compares_with_client(self, *, source_told: bool) -> bool:
        return source_told


@deviation(
    "agreed-digest-trusted",
    breaks=("INTEG-023",),
    seen_in="DEV-D131 XRootD 6.0 (pull request 2595)",
)
class AgreedDigestTrusted(Behaviour):
    """Where client and source tell a digest of the same algorithm, the bytes are not looked at."""

    def verifies_agreed_digest(self) -> bool:
        return False


@deviation(
    "repr-digest-not-forwarded",
    breaks=("INTEG-024",),
    seen_in="DEV-D133 XRootD 6.0 (State::SetupHeaders)",
)
class ReprDigestNotForwarded(Behaviour):
    """The Repr-Digest of a COPY does not go on the PUT."""

    def digest_on_put(self, text: str, size: int) -> str | None:
        return None


@deviation(
    "repr-digest-only-with-content",
    breaks=("INTEG-024",),
    seen_in="DEV-D133 XRootD 6.0 (State::SetupHeaders)",
)
class ReprDigestOnlyWithContent(Behaviour):
    """The Repr-Digest of a COPY goes on the PUT of files that are not empty."""

    def digest_on_put(self, text: str, size: int) -> str | None:
        return text if size else None


@deviation("wrong-repr-digest-stored", breaks=("INTEG-025",), seen_in="DEV-D134 dCache #7862")
class WrongReprDigestStored(Behaviour):
    """A PUT is stored although its Repr-Digest says other bytes."""

    def repr_digest_mismatch(self) -> None:
        return None


@deviation("repr-digest-knows-no-adler32", breaks=("INTEG-025",), seen_in="DEV-D135")
class ReprDigestKnowsNoAdler32(Behaviour):
    """Repr-Digest knows adler only by the name that is registered."""

    def repr_names(self) -> Mapping[str, str]:
        return {name: known for name, known in REPR_NAMES.items() if name != "adler32"}


@deviation("want-repr-digest-with-weights", breaks=("INTEG-026",), seen_in="DEV-D130 dCache 12.0")
class WantReprDigestWithWeights(Behaviour):
    """Want-Repr-Digest is written as Want-Digest is."""

    def repr_wishes(self, client_told: Iterable[str]) -> str:
        return "sha-512,sha-256;q=0.5"

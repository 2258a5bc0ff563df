"""Further deviations of digests: their spelling, their order, dCache's property."""

from __future__ import annotations

import base64

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Refusal

UNREAD = along("the property tells nothing that could be compared", "CKSUM-016", "CKSUM-025")


@deviation("md5-of-hex-in-base64", breaks=("CKSUM-006",))
class Md5OfHexInBase64(Behaviour):
    """An md5 is sent as the base64 of its hexadecimal form."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        if algorithm != "md5":
            return super().digest_value(algorithm, hex_digest)
        return base64.b64encode(hex_digest.encode()).decode()


@deviation("first-wish-wins", breaks=("CKSUM-009",))
class FirstWishWins(Behaviour):
    """The q-values of Want-Digest are read only to leave out those of 0."""

    def wished(self, text: str) -> list[str]:
        best = set(super().wished(text))
        names = (item.partition(";")[0].strip().lower() for item in text.split(","))
        return [name for name in names if name in best]


@deviation("weighted-wishes-unread", breaks=("CKSUM-009",))
class WeightedWishesUnread(Behaviour):
    """A Want-Digest with q-values is not understood."""

    def wished(self, text: str) -> list[str]:
        return [] if ";" in text else super().wished(text)


@deviation("sha-512-unknown", breaks=("CKSUM-008",))
class Sha512Unknown(Behaviour):
    """Of dCache's algorithms sha-512 is not known."""

    def known_algorithm(self, name: str) -> bool:
        return name != "sha-512" and super().known_algorithm(name)


@deviation("content-md5-garbage-crashes", breaks=("CKSUM-022",))
class ContentMd5GarbageCrashes(Behaviour):
    """A Content-MD5 that cannot be read ends in 500."""

    def content_md5(self, text: str) -> str | None:
        try:
            return super().content_md5(text)
        except Refusal:
            raise Refusal(500, "internal error") from None


@deviation("content-md5-told-as-actual", breaks=("CKSUM-023",))
class ContentMd5ToldAsActual(Behaviour):
    """The text of a mismatch names the expected md5 twice."""

    def md5_mismatch(self, expected: str, actual: str) -> None:
        super().md5_mismatch(expected, expected)


@deviation("checksums-property-in-hex", breaks=("CKSUM-024",), also=UNREAD)
class ChecksumsPropertyInHex(Behaviour):
    """The property Checksums has every value in hexadecimal."""

    def checksums_text(self, shown: list[str], known: dict[str, str]) -> str:
        return ",".join(f"{name}={value}" for name, value in known.items())


@deviation("checksums-property-with-blanks", breaks=("CKSUM-024",), also=UNREAD)
class ChecksumsPropertyWithBlanks(Behaviour):
    """The items of the property Checksums are separated by blanks."""

    def checksums_text(self, shown: list[str], known: dict[str, str]) -> str:
        return " ".join(shown)


@deviation("checksums-property-empty", breaks=("CKSUM-026",), also=UNREAD)
class ChecksumsPropertyEmpty(Behaviour):
    """The property Checksums is there and empty."""

    def checksums_text(self, shown: list[str], known: dict[str, str]) -> str:
        return ""


@deviation("push-mismatch-fatal-only-for-true", breaks=("INTEG-013",), seen_in="DEV-D119")
class PushMismatchFatalOnlyForTrue(Behaviour):
    """RequireChecksumVerification: false switches off all comparison of a push."""

    def push_mismatch_is_fatal(self, *, required: bool) -> bool:
        return required


@deviation(
    "digest-of-the-answer-before",
    breaks=("CKSUM-031",),
    also=along("a request without any known wish gets a Digest", "CKSUM-012"),
    seen_in="DEV-D125 XRootD before 5.5.4",
)
class DigestOfTheAnswerBefore(Behaviour):
    """An answer without Digest gets that of the answer before on its connection."""

    def digest_outlives_request(self) -> bool:
        return True

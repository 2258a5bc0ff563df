"""Deviations of checksums as a passive server."""

from __future__ import annotations

import base64

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.digests import ADLER32, content_md5_in_hex, wire_value
from reference_server.refusal import Refusal
from reference_server.store import Record

NO_HEAD = "a HEAD without Digest cannot be verified against"


@deviation(
    "no-digest-on-head",
    breaks=("CKSUM-001", "CKSUM-014"),
    also=along(
        NO_HEAD, "CKSUM-005", "CKSUM-006", "CKSUM-007", "CKSUM-011", "CKSUM-013", "CKSUM-016"
    ),
)
class NoDigestOnHead(Behaviour):
    """Want-Digest is ignored on HEAD."""

    def answers_want_digest(self, method: str) -> bool:
        return method != "HEAD"


@deviation(
    "no-digest-on-get",
    breaks=("CKSUM-002",),
    also=along("a GET without Digest cannot be compared", "CKSUM-016"),
)
class NoDigestOnGet(Behaviour):
    """Want-Digest is ignored on GET."""

    def answers_want_digest(self, method: str) -> bool:
        return method != "GET"


@deviation("no-digest-on-put", breaks=("CKSUM-003",), seen_in="catalogue mutant")
class NoDigestOnPut(Behaviour):
    """Want-Digest is ignored on PUT."""

    def answers_want_digest(self, method: str) -> bool:
        return method != "PUT"


@deviation(
    "digest-of-nothing",
    breaks=("CKSUM-001", "CKSUM-002", "CKSUM-003"),
    also=along(
        "every checksum is that of an empty file", "CKSUM-005", "CKSUM-016", "CKSUM-024", "TPC-050"
    ),
)
class DigestOfNothing(Behaviour):
    """Every adler32 is that of an empty file."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        return "00000001" if algorithm == ADLER32 else wire_value(algorithm, hex_digest)


@deviation(
    "adler32-in-base64",
    breaks=("CKSUM-005",),
    seen_in="DEV-D123 XRootD, DPM",
    also=along(
        "the value cannot be read",
        "CKSUM-001",
        "CKSUM-002",
        "CKSUM-003",
        "CKSUM-016",
        "CKSUM-017",
        "CKSUM-024",
        "CKSUM-025",
    ),
)
class Adler32InBase64(Behaviour):
    """An adler32 is sent in base64."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        return base64.b64encode(bytes.fromhex(hex_digest)).decode("ascii")


@deviation(
    "adler32-in-decimal",
    breaks=("CKSUM-005",),
    also=along(
        "the value is another one in hex",
        "CKSUM-001",
        "CKSUM-002",
        "CKSUM-003",
        "CKSUM-016",
        "CKSUM-024",
    ),
)
class Adler32InDecimal(Behaviour):
    """An adler32 is sent in decimal."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        return (
            str(int(hex_digest, 16)) if algorithm == ADLER32 else wire_value(algorithm, hex_digest)
        )


@deviation(
    "md5-in-hex",
    breaks=("CKSUM-006",),
    seen_in="DEV-D123 XRootD, DPM",
    also=along("md5 cannot be read", "CKSUM-013", "CKSUM-024"),
)
class Md5InHex(Behaviour):
    """An md5 is sent in hexadecimal."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        return hex_digest if algorithm == "md5" else wire_value(algorithm, hex_digest)


@deviation("sha-1-named-so", breaks=("CKSUM-007",), seen_in="catalogue mutant")
class Sha1NamedSo(Behaviour):
    """The algorithm sha is called sha-1 on the wire."""

    def digest_name(self, algorithm: str) -> str:
        return "sha-1" if algorithm == "sha" else algorithm


@deviation(
    "sha-256-in-hex", breaks=("CKSUM-007",), also=along("sha-256 cannot be read", "CKSUM-009")
)
class Sha256InHex(Behaviour):
    """A sha-256 is sent in hexadecimal."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        return hex_digest if algorithm == "sha-256" else wire_value(algorithm, hex_digest)


@deviation("wishes-without-weights", breaks=("CKSUM-009", "CKSUM-010"), seen_in="catalogue mutant")
class WishesWithoutWeights(Behaviour):
    """The q-values of Want-Digest are ignored and the last name is best."""

    def wished(self, text: str) -> list[str]:
        names = [item.partition(";")[0].strip().lower() for item in text.split(",")]
        return [name for name in reversed(names) if name]


@deviation("q-zero-is-wanted", breaks=("CKSUM-010",), seen_in="catalogue mutant")
class QZeroIsWanted(Behaviour):
    """An algorithm with q=0 is wanted most."""

    def wished(self, text: str) -> list[str]:
        return Behaviour().wished(text.replace("q=0,", "q=1,"))


@deviation("wishes-case-sensitive", breaks=("CKSUM-011",), seen_in="DEV-D121 EOS, davix")
class WishesCaseSensitive(Behaviour):
    """Algorithm names in Want-Digest are known in lower case only."""

    def wished(self, text: str) -> list[str]:
        lower = ",".join(item for item in text.split(",") if item == item.lower())
        return Behaviour().wished(lower)


@deviation("unknown-wish-refused", breaks=("CKSUM-012",), seen_in="catalogue mutant")
class UnknownWishRefused(Behaviour):
    """A Want-Digest without any known algorithm is answered 400."""

    def unknown_wishes(self, names: list[str]) -> None:
        raise Refusal(400, "unknown digest algorithm")


@deviation(
    "wished-digest-forgotten",
    breaks=("CKSUM-013",),
    also=along("only adler32 is known later", "CKSUM-006", "CKSUM-009"),
)
class WishedDigestForgotten(Behaviour):
    """A digest that a PUT asked for is not known to a later HEAD."""

    def digest_at_hand(self, algorithm: str, method: str) -> bool:
        return method != "HEAD" or algorithm == ADLER32


@deviation("digest-of-the-range", breaks=("CKSUM-015",), seen_in="catalogue mutant")
class DigestOfTheRange(Behaviour):
    """The Digest of a partial answer is that of the part."""

    def digest_of_size(self, size: int, span: tuple[int, int]) -> tuple[int, int]:
        return span


@deviation("digest-by-path", breaks=("CKSUM-016",), seen_in="catalogue mutant")
class DigestByPath(Behaviour):
    """A replaced file keeps the checksums of its old content."""

    def digests_to_keep(self, old: Record | None, computed: dict[str, str]) -> dict[str, str]:
        return computed if old is None else old.digests


@deviation("adler32-of-empty-is-zero", breaks=("CKSUM-017",), seen_in="catalogue mutant")
class Adler32OfEmptyIsZero(Behaviour):
    """The adler32 of an empty file is 00000000."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        is_empty = algorithm == ADLER32 and hex_digest == "00000001"
        return "00000000" if is_empty else wire_value(algorithm, hex_digest)


@deviation("content-md5-in-hex", breaks=("CKSUM-018",), seen_in="DEV-D128 dCache")
class ContentMd5InHex(Behaviour):
    """Content-MD5 is expected in hexadecimal."""

    def content_md5(self, text: str) -> str:
        if len(text.strip()) != 32:
            raise Refusal(400, "Content-MD5 is not hexadecimal")
        return text.strip().lower()


@deviation(
    "content-md5-ignored",
    breaks=("CKSUM-019", "CKSUM-020", "CKSUM-021"),
    seen_in="catalogue mutant",
)
class ContentMd5Ignored(Behaviour):
    """Data that contradict Content-MD5 are stored."""

    def md5_mismatch(self, expected: str, actual: str) -> None:
        return None


@deviation("content-md5-mismatch-crashes", breaks=("CKSUM-019",), seen_in="catalogue mutant")
class ContentMd5MismatchCrashes(Behaviour):
    """Data that contradict Content-MD5 end in 500."""

    def md5_mismatch(self, expected: str, actual: str) -> None:
        raise Refusal(500, "internal error")


@deviation("content-md5-mismatch-kept", breaks=("CKSUM-020",), seen_in="DEV-D134 dCache #7862")
class ContentMd5MismatchKept(Behaviour):
    """Data that contradict Content-MD5 are refused and kept."""

    def stores_before_md5_check(self) -> bool:
        return True


@deviation("content-md5-garbage-ignored", breaks=("CKSUM-022",), seen_in="catalogue mutant")
class ContentMd5GarbageIgnored(Behaviour):
    """A Content-MD5 that cannot be read is ignored."""

    def content_md5(self, text: str) -> str | None:
        return content_md5_in_hex(text)


@deviation("digest-in-request-refused", breaks=("CKSUM-027",), seen_in="catalogue mutant")
class DigestInRequestRefused(Behaviour):
    """A PUT with a Digest field is refused."""

    def request_digest_problem(self, text: str) -> str | None:
        return "Digest is not understood"


@deviation(
    "checksums-property-writable",
    breaks=("CKSUM-025",),
    also=along("a protected property is said to be changed", "PROP-015", "PROP-016"),
)
class ChecksumsPropertyWritable(Behaviour):
    """PROPPATCH reports a change of the Checksums property as done."""

    def protected_property_status(self, is_checksums: bool) -> str:
        return "200 OK" if is_checksums else "403 Forbidden"

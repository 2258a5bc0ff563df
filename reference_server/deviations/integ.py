"""Deviations of transfer integrity."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation

PULLED = (
    "TPC-002",
    "TPC-024",
    "TPC-025",
    "TPC-041",
    "TPC-035",
    "TPC-023",
    "REDIR-015",
    "TPC-016",
    "TPC-017",
    "TPC-009",
    "INTEG-032",
    "TPC-004",
    "TPC-039",
    "TPC-066",
    "DELEG-013",
    "CRED-005",
    "AUTH-017",
)
"""Entries that compare a pulled file with what its source sent."""


@deviation(
    "last-byte-lost",
    breaks=("INTEG-001",),
    also=along("every pulled file is one byte short", PULLED),
)
class LastByteLost(Behaviour):
    """The last byte of a short block is not stored."""

    def block_to_store(self, block: memoryview, *, stored: int) -> memoryview | bytes:
        return block[:-1] if len(block) % 4096 else block


@deviation(
    "pull-stored-twice",
    breaks=("INTEG-001",),
    also=along("every pulled file holds its data twice", PULLED),
)
class PullStoredTwice(Behaviour):
    """Every received block is stored twice."""

    def block_to_store(self, block: memoryview, *, stored: int) -> memoryview | bytes:
        return bytes(block) * 2


@deviation("long-pull-cut", breaks=("INTEG-001",), seen_in="new with the check")
class LongPullCut(Behaviour):
    """Of a pulled file the first 64 MiB are stored."""

    def block_to_store(self, block: memoryview, *, stored: int) -> memoryview | bytes:
        return block[: max(0, (64 << 20) - stored)]


@deviation(
    "push-cut-to-blocks",
    breaks=("INTEG-002",),
    also=along("only whole blocks of 4 KiB are sent", "TPC-003", "REDIR-016", "TPC-049")
    | along("no push of an odd size ends in success", "INTEG-010", "INTEG-012")
    | along("no pushed file is whole", "TPC-009", "TPC-065", "TPC-067", "CRED-013", "MAC-046"),
)
class PushCutToBlocks(Behaviour):
    """A push sends whole blocks of 4 KiB only."""

    def size_to_push(self, size: int) -> int:
        return size - size % 4096


@deviation(
    "short-body-accepted",
    breaks=("INTEG-003", "CANCEL-008"),
    seen_in="DEV-D081",
    also=along("a broken pull ends in success", "MARK-021", "MARK-023", "INTEG-032"),
)
class ShortBodyAccepted(Behaviour):
    """A source that closes too early counts as complete."""

    def incomplete_body_is_fine(self) -> bool:
        return True


@deviation("break-is-the-end", breaks=("INTEG-032",), seen_in="DEV-D081")
class BreakIsTheEnd(Behaviour):
    """A body that ends with the connection is complete whether or not TLS was closed in order."""

    def takes_break_for_end(self) -> bool:
        return True


@deviation(
    "digest-never-asked",
    breaks=("INTEG-004",),
    seen_in="DEV-D129 StoRM, XRootD, Pelican",
    also=along("where a checksum is demanded none was asked for", "INTEG-010"),
)
class DigestNeverAsked(Behaviour):
    """No request to the far side carries Want-Digest."""

    def digest_wishes(self) -> str | None:
        return None


@deviation(
    "pull-mismatch-ignored", breaks=("INTEG-005", "INTEG-006", "INTEG-021"), seen_in="DEV-D020"
)
class PullMismatchIgnored(Behaviour):
    """A pull succeeds although the remote digest contradicts the data."""

    def pull_mismatch_is_fatal(self, *, required: bool) -> bool:
        return False


@deviation("pull-mismatch-fatal-only-for-true", breaks=("INTEG-006",), seen_in="DEV-D119")
class PullMismatchFatalOnlyForTrue(Behaviour):
    """RequireChecksumVerification: false switches off all comparison of a pull."""

    def pull_mismatch_is_fatal(self, *, required: bool) -> bool:
        return required


@deviation("missing-digest-accepted", breaks=("INTEG-007", "INTEG-009"), seen_in="DEV-D020 StoRM")
class MissingDigestAccepted(Behaviour):
    """A pull that requires a checksum succeeds without one."""

    def pull_without_digest_is_fatal(self, *, required: bool) -> bool:
        return False


@deviation(
    "missing-digest-always-fatal",
    breaks=("INTEG-008", "INTEG-009"),
    also=along(
        "a source without digests serves no pull",
        "TPC-002",
        "TPC-004",
        "TPC-009",
        "TPC-023",
        "TPC-024",
        "TPC-025",
        "TPC-032",
        "TPC-034",
        "TPC-035",
        "TPC-040",
        "TPC-041",
        "TPC-049",
        "INTEG-001",
        "REDIR-015",
        "CRED-005",
        "CRED-006",
        "CRED-007",
        "CANCEL-003",
        "CANCEL-009",
        "MARK-020",
        "MAC-046",
        "AUTH-017",
    ),
)
class MissingDigestAlwaysFatal(Behaviour):
    """A pull fails without a remote checksum although none is required."""

    def pull_without_digest_is_fatal(self, *, required: bool) -> bool:
        return True


@deviation(
    "unknown-digest-is-enough",
    breaks=("INTEG-009",),
    seen_in="catalogue mutant",
    also=along("anything called Digest is enough where one is demanded", "INTEG-007", "INTEG-014"),
)
class UnknownDigestIsEnough(Behaviour):
    """A digest of an unknown algorithm counts as verification."""

    def digest_is_missing(self, understood: dict[str, str], raw: str) -> bool:
        return not raw and not understood


@deviation(
    "digests-compared-as-text",
    breaks=("INTEG-010",),
    seen_in="DEV-D120 davix, StoRM",
    also=along("a digest that is written otherwise counts as a mismatch", "TPC-049"),
)
class DigestsComparedAsText(Behaviour):
    """An adler32 that begins with a zero never agrees."""

    def digests_agree(self, algorithm: str, ours: str, theirs: str) -> bool:
        return ours == theirs and not theirs.startswith("0")


@deviation(
    "push-not-verified",
    breaks=("INTEG-011",),
    seen_in="DEV-D114 XRootD, DPM, StoRM",
    also=along(
        "what is not looked at cannot be found wrong", "INTEG-013", "INTEG-014", "INTEG-015"
    ),
)
class PushNotVerified(Behaviour):
    """A push is not verified."""

    def verifies_push(self, *, required: bool) -> bool:
        return False


@deviation("push-size-ignored", breaks=("INTEG-012",), seen_in="catalogue mutant")
class PushSizeIgnored(Behaviour):
    """A wrong size at the far side does not fail a push."""

    def sizes_agree(self, ours: int, theirs: int) -> bool:
        return True


@deviation("push-mismatch-ignored", breaks=("INTEG-013",), seen_in="catalogue mutant")
class PushMismatchIgnored(Behaviour):
    """A push succeeds although the remote digest contradicts the file."""

    def push_mismatch_is_fatal(self, *, required: bool) -> bool:
        return False


@deviation("push-true-not-enforced", breaks=("INTEG-014",), seen_in="catalogue mutant")
class PushTrueNotEnforced(Behaviour):
    """A push that requires a checksum succeeds without one."""

    def push_without_digest_is_fatal(self, *, required: bool) -> bool:
        return False


@deviation(
    "push-false-not-honoured",
    breaks=("INTEG-014",),
    seen_in="DEV-D112 dCache before 5.1",
    also=along(
        "a destination without digests serves no push",
        "TPC-003",
        "TPC-033",
        "TPC-049",
        "INTEG-002",
        "REDIR-016",
        "MAC-046",
    ),
)
class PushFalseNotHonoured(Behaviour):
    """A push fails without a remote checksum although none is required."""

    def push_without_digest_is_fatal(self, *, required: bool) -> bool:
        return True


@deviation("checksum-wish-garbage-ignored", breaks=("INTEG-018",), seen_in="DEV-D021")
class ChecksumWishGarbageIgnored(Behaviour):
    """A RequireChecksumVerification that cannot be read ends in 500."""

    def checksum_required(self, text: str | None) -> bool:
        return {"true": True, "false": False, "none": False}[str(text).lower()]


@deviation(
    "head-tells-no-size",
    breaks=("INTEG-019", "DAV-014"),
    seen_in="catalogue mutant",
    also=along("whatever arrives here is told to be empty", "TPC-050", "REDIR-002", "INTEG-001"),
)
class HeadTellsNoSize(Behaviour):
    """HEAD answers Content-Length: 0."""

    def reported_size(self, size: int, *, is_head: bool) -> int:
        return 0 if is_head else size


@deviation(
    "digest-only-later",
    breaks=("INTEG-020",),
    seen_in="catalogue mutant",
    also=along("a fresh file has no digest", "CKSUM-001", "CKSUM-002", "CKSUM-013", "CKSUM-016")
    | along("nothing has a digest while it is new", "CKSUM-005", "CKSUM-006", "CKSUM-011"),
)
class DigestOnlyLater(Behaviour):
    """An object has no digest during its first ten seconds."""

    def digest_age(self, seconds: float) -> bool:
        return seconds > 10


@deviation(
    "head-after-push-ignored",
    breaks=("INTEG-015",),
    also=along("a HEAD that leads nowhere is passed over as well", "INTEG-014"),
    seen_in="catalogue mutant",
)
class HeadAfterPushIgnored(Behaviour):
    """A push succeeds although the object cannot be found afterwards."""

    def head_after_push_is_fatal(self, status: int, *, required: bool) -> bool:
        return False


@deviation("half-written-file-shown", breaks=("INTEG-028",), seen_in="catalogue mutant")
class HalfWrittenFileShown(Behaviour):
    """The beginning of a pulled file stands under its name while the rest is on its way."""

    def shows_unfinished(self) -> bool:
        return True


@deviation("copies-share-a-draft", breaks=("INTEG-029",), seen_in="DEV-D194")
class CopiesShareADraft(Behaviour):
    """Two pulls to one path at once write into one temporary file."""

    def copies_share_a_draft(self) -> bool:
        return True


@deviation(
    "failed-pull-removes-file", breaks=("INTEG-030",), seen_in="DEV-D091 XRootD before 5.7.2"
)
class FailedPullRemovesFile(Behaviour):
    """A pull that fails removes what is at its path, whoever put it there meanwhile."""

    def failed_pull_removes_file(self) -> bool:
        return True

"""Deviations of the COPY request: what is checked and accepted."""

from __future__ import annotations

from typing import NoReturn

from reference_server.auth.identity import Activity
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import STREAM, WORKING_PULL, WORKING_PUSH, along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Refusal
from reference_server.store import Record, Store
from reference_server.transfer.order import Direction
from reference_server.transfer.remote_url import BadUrl, RemoteUrl


@deviation(
    "third-party-copy-unknown",
    breaks=("TPC-001", "SITE-014"),
    also=along("no COPY of any kind succeeds", WORKING_PULL, WORKING_PUSH, STREAM, "TPC-013")
    | along("nothing takes the transfers of this door", "SITE-001", "SITE-007")
    | along("its control is a COPY that works", "TPC-031", "TPC-036", "TPC-044")
    | along(
        "no COPY is known, so none is refused for its credential",
        "DELEG-008",
        "CRED-003",
        "CRED-004",
        "CRED-013",
        "AUTH-019",
    ),
    seen_in="DEV-D026",
)
class ThirdPartyCopyUnknown(Behaviour):
    """A COPY with a remote URL is answered 501."""

    def offers_third_party_copy(self) -> bool:
        return False


@deviation(
    "push-as-local-copy",
    breaks=("TPC-003", "TPC-051"),
    also=along("nothing ever reaches a remote destination", WORKING_PUSH, "TPC-031", "TPC-045")
    | along("no destination elsewhere is asked", "TPC-001", "TPC-009", "TPC-036")
    | along("no push leaves the server", "DELEG-014", "CRED-013", "INTEG-010"),
    seen_in="DEV-D003 Pelican POSIXv2",
)
class PushAsLocalCopy(Behaviour):
    """A push is carried out as a copy to the path of its URL on this server."""

    def is_local(self, *, own_authority: bool, bare: bool, direction: Direction) -> bool:
        return direction is Direction.PUSH or (own_authority and bare)


@deviation("source-wins", breaks=("TPC-005",), seen_in="DEV-D001 XRootD before 6.1")
class SourceWins(Behaviour):
    """With both Source and Destination given, the pull is carried out."""

    def chosen_remote(self, source: str, destination: str) -> tuple[Direction, str]:
        return Direction.PULL, source


@deviation("destination-wins", breaks=("TPC-005",))
class DestinationWins(Behaviour):
    """With both Source and Destination given, the push is carried out."""

    def chosen_remote(self, source: str, destination: str) -> tuple[Direction, str]:
        return Direction.PUSH, destination


@deviation("copy-of-nothing-crashes", breaks=("TPC-006",))
class CopyOfNothingCrashes(Behaviour):
    """A COPY that names no other side ends in 500."""

    def neither_remote(self) -> NoReturn:
        raise Refusal(500, "internal error")


@deviation(
    "named-after-source",
    breaks=("TPC-004",),
    also=along(
        "the copy lands elsewhere",
        "TPC-002",
        "TPC-009",
        "TPC-023",
        "TPC-066",
        "TPC-024",
        "TPC-025",
        "TPC-035",
        "TPC-049",
        "INTEG-001",
        "TPC-016",
        "TPC-021",
        "TPC-022",
        "MAC-046",
        "AUTH-017",
    )
    | along("the copy is not where it was asked for", "TPC-039", "TPC-044")
    | along(
        "no pulled file is where it was asked for",
        "DELEG-013",
        "CRED-005",
        "REDIR-015",
        "INTEG-008",
        "INTEG-010",
        "INTEG-032",
    ),
)
class NamedAfterSource(Behaviour):
    """A pulled file gets the last element of the Source URL as its name."""

    def target_path(self, path: str, remote: RemoteUrl) -> str:
        return path.rpartition("/")[0] + "/" + (remote.path.rpartition("/")[2] or "unnamed")


@deviation("bad-url-succeeds", breaks=("TPC-008", "TPC-011", "TPC-053"))
class BadUrlSucceeds(Behaviour):
    """A remote URL that cannot be used is accepted and reported as copied."""

    def remote_url(self, text: str) -> RemoteUrl | None:
        try:
            return RemoteUrl.parse(text)
        except BadUrl:
            return None


@deviation(
    "accepted-with-200",
    breaks=("TPC-013",),
    also=along("the stream no longer follows a 202", "MARK-001"),
    seen_in="DEV-D031 dCache before 5.1",
)
class AcceptedWith200(Behaviour):
    """An accepted COPY is answered 200."""

    def accepted_status(self) -> int:
        return 200


NOTHING_HAPPENS = "no transfer takes place at all"


@deviation(
    "created-before-the-copy",
    breaks=("TPC-016",),
    also=along(
        NOTHING_HAPPENS,
        WORKING_PULL,
        STREAM,
        "TPC-012",
        "TPC-021",
        "TPC-029",
        "TPC-030",
        "TPC-031",
        "CANCEL-008",
        "INTEG-003",
        "INTEG-032",
        "INTEG-005",
        "INTEG-006",
        "INTEG-007",
        "TPC-038",
        "TPC-014",
        "AUTH-021",
        "INTEG-004",
        "INTEG-027",
    )
    | along(
        "a success is claimed before anything was tried", "TPC-001", "TPC-036", "TPC-039", "TPC-053"
    )
    | along("no copy is made", "DELEG-013", "DELEG-014", "CRED-013", "SITE-007"),
)
class CreatedBeforeTheCopy(Behaviour):
    """A COPY to a new path is answered 201 without a body and without a copy."""

    def status_without_stream(self, *, exists: bool) -> int | None:
        return None if exists else 201


@deviation(
    "replaced-by-nothing",
    breaks=("TPC-017", "TPC-024", "TPC-025"),
    also=along(
        "an existing target keeps its content",
        "TPC-003",
        "TPC-045",
        WORKING_PUSH,
        "TPC-031",
        "INTEG-012",
        "INTEG-013",
        "INTEG-015",
        "INTEG-011",
        "TPC-026",
        "CANCEL-002",
        "CANCEL-003",
        "TPC-038",
    )
    | along("a copy onto a file is always wrong", "TPC-001", "TPC-051")
    | along("no PUT ever comes to a destination", "TPC-009", "TPC-036", "TPC-039")
    | along("a file that is replaced is lost", "DELEG-014", "CRED-013", "AUTH-021", "INTEG-010"),
)
class ReplacedByNothing(Behaviour):
    """A COPY of or onto an existing file is answered 204 and does nothing."""

    def status_without_stream(self, *, exists: bool) -> int | None:
        return 204 if exists else None


@deviation("self-copy-empties", breaks=("TPC-019", "TPC-054"), seen_in="DEV-D004 XRootD 5.9.7")
class SelfCopyEmpties(Behaviour):
    """A resource copied onto itself is emptied, and success is reported."""

    def self_copy(self, path: str, store: Store) -> None:
        store.draft().publish(path, Record(), replace=True)


@deviation("missing-parent-created", breaks=("TPC-020",), seen_in="DEV-D036 XRootD")
class MissingParentCreated(Behaviour):
    """A pull creates the collections that are missing above its target."""

    def missing_parent(self, path: str) -> bool:
        return True


@deviation("missing-parent-crashes", breaks=("TPC-020",), seen_in="DEV-D036 dCache before 2021")
class MissingParentCrashes(Behaviour):
    """A pull below a missing collection ends in 500."""

    def missing_parent(self, path: str) -> bool:
        raise Refusal(500, "internal error")


@deviation(
    "overwrite-f-ignored",
    breaks=("TPC-021", "TPC-022", "TPC-026"),
    seen_in="DEV-D136 Pelican",
    also=along("a copy within the server replaces its destination too", "DAV-032"),
)
class OverwriteFIgnored(Behaviour):
    """Overwrite: F replaces an existing file."""

    def overwrite_conflict(self, value: str, *, exists: bool) -> bool:
        return False


@deviation("overwrite-f-answered-500", breaks=("TPC-022",), seen_in="DEV-D035 dCache")
class OverwriteFAnswered500(Behaviour):
    """An existing target with Overwrite: F is answered 500."""

    def overwrite_conflict_status(self) -> int:
        return 500


@deviation("overwrite-f-always-refused", breaks=("TPC-023",))
class OverwriteFAlwaysRefused(Behaviour):
    """Overwrite: F is refused even where nothing exists."""

    def overwrite_conflict(self, value: str, *, exists: bool) -> bool:
        return value == "F"


@deviation(
    "overwrite-t-refused",
    breaks=("TPC-024",),
    also=along("an existing target can never be replaced", "CANCEL-003", "TPC-031")
    | along("a copy within the server is refused too", "DAV-032"),
)
class OverwriteTRefused(Behaviour):
    """An existing target is refused whatever Overwrite says."""

    def overwrite_conflict(self, value: str, *, exists: bool) -> bool:
        return exists


@deviation(
    "overwrite-defaults-to-f",
    breaks=("TPC-025",),
    seen_in="catalogue mutant",
    also=along("a MOVE without Overwrite is refused, too", "DAV-008")
    | along("the control copies onto a file without Overwrite", "TPC-031"),
)
class OverwriteDefaultsToF(Behaviour):
    """A missing Overwrite header is taken for F."""

    def overwrite_value(self, text: str | None) -> str:
        return text or "F"


@deviation("push-ignores-overwrite-f", breaks=("TPC-026",), seen_in="DEV-D116 XRootD, dCache")
class PushIgnoresOverwriteF(Behaviour):
    """A push with Overwrite: F replaces what is at the far side."""

    def checks_far_target(self, *, may_overwrite: bool) -> bool:
        return False


@deviation("overwrite-garbage-is-t", breaks=("TPC-027",), seen_in="DEV-D022")
class OverwriteGarbageIsT(Behaviour):
    """An Overwrite header that is neither T nor F is taken for T."""

    def overwrite_value(self, text: str | None) -> str:
        return "F" if text == "F" else "T"


@deviation("streams-hint-refused", breaks=("TPC-041",), seen_in="DEV-D019")
class StreamsHintRefused(Behaviour):
    """X-Number-Of-Streams above 1 is refused."""

    def number_of_streams(self, text: str | None) -> int:
        if text is not None and text.strip() not in ("0", "1"):
            raise Refusal(400, "several streams are not supported")
        return 1


@deviation(
    "pull-needs-no-write-right",
    breaks=("TPC-043", "TPC-044"),
    seen_in="DEV-D199",
    also=along(
        "nothing checks who may pull",
        "TPC-046",
        "MAC-046",
        "AUTH-018",
        "AUTH-019",
        "MAC-026",
        "MAC-032",
        "MAC-034",
        "AUTH-013",
    )
    | along("a COPY may write what a PUT may not", "AUTH-024"),
)
class PullNeedsNoWriteRight(Behaviour):
    """A pull does not ask whether the requester may write."""

    def needed_for_pull(self, *, exists: bool) -> tuple[Activity, ...]:
        return (Activity.READ_METADATA,)


@deviation(
    "pull-overwrites-without-right",
    breaks=("TPC-044",),
    also=along("a COPY may replace what a PUT may not", "AUTH-024"),
)
class PullOverwritesWithoutRight(Behaviour):
    """A pull onto an existing file asks for no right to overwrite it."""

    def needed_for_pull(self, *, exists: bool) -> tuple[Activity, ...]:
        return (Activity.UPLOAD,)


@deviation(
    "push-needs-no-read-right",
    breaks=("TPC-045",),
    seen_in="DEV-D199",
    also=along("nothing checks who may push", "TPC-046", "MAC-046", "MAC-032"),
)
class PushNeedsNoReadRight(Behaviour):
    """A push does not ask whether the requester may read the file."""

    def needed_for_push(self) -> tuple[Activity, ...]:
        return ()


@deviation(
    "refused-late",
    breaks=("TPC-046",),
    seen_in="catalogue mutant",
    also=along(
        "the refusal is a failure line instead of a status", "AUTH-018", "TPC-019", "MAC-032"
    )
    | along("a refusal comes behind a 202", "AUTH-019"),
)
class RefusedLate(Behaviour):
    """A COPY without permission is accepted and fails later."""

    def authorises_before_accepting(self) -> bool:
        return False


@deviation(
    "push-of-missing-file-sends-nothing",
    breaks=("TPC-047",),
    also=along("a push of a missing file is accepted", "DAV-024"),
)
class PushOfMissingFileSendsNothing(Behaviour):
    """A push of a file that does not exist creates an empty one at the far side."""

    def missing_push_source(self) -> None:
        return None

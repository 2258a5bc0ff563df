"""Seams of the COPY request: what is checked before a transfer is accepted."""

from __future__ import annotations

from typing import NoReturn

from reference_server.auth.identity import Activity
from reference_server.refusal import Headers, Refusal
from reference_server.store import Store
from reference_server.transfer.order import Direction
from reference_server.transfer.remote_url import BadUrl, RemoteUrl

MAX_STREAMS = 64
PREFIX = "transferheader"
FRAMING = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Fields that belong to the data request itself; a client's wish for them is refused."""


class CopySeams:
    """Decisions about a COPY before its first byte moves."""

    def offers_third_party_copy(self) -> bool:
        return True

    def chosen_remote(self, source: str, destination: str) -> tuple[Direction, str]:
        """What to do when both are given: exactly one of them is a valid request."""
        raise Refusal(400, "both Source and Destination given")

    def neither_remote(self) -> NoReturn:
        """What to do with a COPY that names no other side."""
        raise Refusal(400, "neither Source nor Destination given")

    def recognises(self, spelt: str) -> bool:
        """Whether Source and Destination are known in this spelling (RFC 9110 section 5.1)."""
        return True

    def own_file(self, text: str) -> bytes | None:
        """Content of a source that is no URL of another server: there is none."""
        return None

    def remote_url(self, text: str) -> RemoteUrl | None:
        """The far side's URL; raises Refusal for what cannot be one. None: pretend to be done."""
        try:
            return RemoteUrl.parse(text)
        except BadUrl as problem:
            raise Refusal(400, str(problem)) from None

    def is_local(self, *, own_authority: bool, bare: bool, direction: Direction) -> bool:
        """Whether this is the COPY of RFC 4918: our own URL, no credential for a far side."""
        return own_authority and bare

    def self_copy(self, path: str, store: Store) -> None:
        """A resource copied onto itself, under whatever name of this server.

        Returning would mean that the copy is reported as done.
        """
        raise Refusal(403, "source and destination are the same resource")

    def target_path(self, path: str, remote: RemoteUrl) -> str:
        """Local name of what is pulled: the request's own path, whatever the source is called."""
        return path

    def overwrite_value(self, text: str | None) -> str:
        """T or F; absent means T, anything else is refused."""
        if text is None:
            return "T"
        if text not in ("T", "F"):
            raise Refusal(400, "Overwrite is neither T nor F")
        return text

    def overwrite_conflict(self, value: str, *, exists: bool) -> bool:
        """Whether Overwrite forbids the copy."""
        return value == "F" and exists

    def overwrite_conflict_status(self) -> int:
        return 412

    def removes_target_first(self) -> bool:
        """Whether a pull's target is removed before Overwrite is looked at."""
        return False

    def keeps_old_tail(self) -> bool:
        """Whether what is pulled is written over the beginning of an older file."""
        return False

    def shows_unfinished(self) -> bool:
        """Whether what has been pulled so far stands under the final name already."""
        return False

    def copies_share_a_draft(self) -> bool:
        """Whether two pulls to one path write into one file before it is published."""
        return False

    def failed_pull_removes_file(self) -> bool:
        """Whether a pull that fails removes what is at its path, whoever put it there."""
        return False

    def publishes_pull_late(self) -> bool:
        """Whether success is reported before the file is there."""
        return False

    def needed_for_pull(self, *, exists: bool) -> tuple[Activity, ...]:
        """What the requester must be allowed to do on the target of a pull."""
        return (Activity.UPLOAD, Activity.DELETE) if exists else (Activity.UPLOAD,)

    def needed_for_push(self) -> tuple[Activity, ...]:
        """What the requester must be allowed to do on the source of a push."""
        return (Activity.DOWNLOAD,)

    def accepts_anonymous_copy(self) -> bool:
        return False

    def authorises_before_accepting(self) -> bool:
        """Whether a missing right is an error status (True) or a late failure line."""
        return True

    def is_told_late(self, status: int) -> bool:
        """Whether a refusal that needs no rights to be checked becomes a failure line after 202."""
        return False

    def missing_push_source(self) -> None:
        """The file to push does not exist; returning means to push an empty one."""
        raise Refusal(404, "no such file to push")

    def missing_parent(self, path: str) -> bool:
        """A pull below a missing collection; True: make it, False: pretend to have copied."""
        raise Refusal(409, "parent collection does not exist")

    def transfer_field(self, name: str) -> str | None:
        """Name of a COPY field without TransferHeader; None for a field that has no prefix."""
        return name[len(PREFIX) :] if name.lower().startswith(PREFIX) else None

    def transfer_value(self, value: str) -> str:
        """Value of a transfer header: opaque, passed on as it is."""
        return value

    def transfer_field_problem(self, name: str, value: str) -> str | None:
        """Why a transfer header cannot be honoured (HTTP-TPC leaves it open; AMB-D08)."""
        if not name:
            return "TransferHeader without a name"
        if name.lower() in FRAMING:
            return f"TransferHeader{name} would break the data request"
        return None

    def number_of_streams(self, text: str | None) -> int:
        """A hint: large values are ignored, text that is no number is refused."""
        if text is None:
            return 1
        if not (text.isascii() and text.isdigit()):
            raise Refusal(400, "X-Number-Of-Streams is not a number")
        wish = int(text[:9])
        return wish if 1 <= wish <= MAX_STREAMS else 1

    def checksum_required(self, text: str | None) -> bool:
        """RequireChecksumVerification; absent means false here (AMB-E01)."""
        if text is None:
            return False
        if text.lower() not in ("true", "false"):
            raise Refusal(400, "RequireChecksumVerification is neither true nor false")
        return text.lower() == "true"

    def status_without_stream(self, *, exists: bool) -> int | None:
        """A status that replaces acceptance, without any transfer; right is none."""
        return None

    def accepted_status(self) -> int:
        return 202

    def accepted_fields(self) -> Headers:
        """Fields of the acceptance beside its type: none, no digest is known then."""
        return ()

    def stream_media_type(self) -> str:
        """Content-Type of the progress stream; an empty text leaves the field out."""
        return "text/perf-marker-stream"

"""Deviations of how a COPY is answered: accepted, refused, or neither."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import STREAM, WORKING_PULL, WORKING_PUSH, along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers, Refusal
from reference_server.transfer.remote_url import RemoteUrl

FAILING = along(
    "no COPY of any kind ends in a failure, nor in a success",
    "TPC-012",
    "TPC-029",
    "TPC-030",
    "TPC-031",
    "TPC-036",
    "TPC-039",
    "TPC-044",
    "TPC-051",
    "TPC-053",
    "MARK-015",
)


@deviation("copy-of-nothing-accepted", breaks=("TPC-006",), seen_in="DEV-D002 Pelican, dCache")
class CopyOfNothingAccepted(Behaviour):
    """A COPY that names no other side is answered 202."""

    def neither_remote(self) -> NoReturn:
        raise Refusal(202, "nothing to copy")


@deviation(
    "accepted-with-102",
    breaks=("TPC-013",),
    also=along("no COPY has a final status", WORKING_PULL, WORKING_PUSH, STREAM, "TPC-001")
    | FAILING
    | along(
        "no COPY is answered to the end",
        "DELEG-013",
        "DELEG-014",
        "CRED-002",
        "CRED-013",
        "INTEG-032",
    ),
)
class AcceptedWith102(Behaviour):
    """An accepted COPY is answered 102, and no other status follows."""

    def accepted_status(self) -> int:
        return 102


@deviation(
    "copy-is-an-empty-multistatus",
    breaks=("TPC-018",),
    also=along("no transfer takes place at all", WORKING_PULL, WORKING_PUSH, STREAM, "TPC-001")
    | FAILING
    | along("no copy is made", "DELEG-013", "DELEG-014", "CRED-002", "CRED-013", "INTEG-032"),
)
class CopyIsAnEmptyMultistatus(Behaviour):
    """A COPY is answered 207 without a body, and nothing is transferred."""

    def status_without_stream(self, *, exists: bool) -> int | None:
        return 207


@deviation(
    "accepted-without-stream",
    breaks=("MARK-001", "MARK-019", "TPC-028"),
    also=along("no transfer takes place at all", WORKING_PULL, WORKING_PUSH, STREAM, "TPC-001")
    | FAILING
    | along(
        "no copy comes to an end",
        "DELEG-013",
        "DELEG-014",
        "CRED-002",
        "CRED-013",
        "INTEG-032",
        "SITE-007",
    ),
)
class AcceptedWithoutStream(Behaviour):
    """A COPY is answered 202 with an empty body, and nothing follows."""

    def status_without_stream(self, *, exists: bool) -> int | None:
        return 202


@deviation("missing-parent-pretended", breaks=("TPC-020",))
class MissingParentPretended(Behaviour):
    """A pull below a missing collection is reported as done, and nothing is stored."""

    def missing_parent(self, path: str) -> bool:
        return False


@deviation(
    "overwrite-f-answered-200",
    breaks=("TPC-021", "TPC-022"),
    also=along("a COPY is answered 200", "TPC-013"),
)
class OverwriteFAnswered200(Behaviour):
    """An existing target with Overwrite: F is kept, and the COPY answered 200."""

    def overwrite_conflict_status(self) -> int:
        return 200


@deviation(
    "target-removed-then-refused",
    breaks=("TPC-021",),
    also=along("Overwrite: F in another spelling removes it, too", "TPC-035"),
    seen_in="DEV-D137 dCache, StoRM",
)
class TargetRemovedThenRefused(Behaviour):
    """The target of a pull is removed first, then Overwrite: F is looked at."""

    def removes_target_first(self) -> bool:
        return True


@deviation(
    "old-tail-kept-by-pull",
    breaks=("TPC-024",),
    also=along("no Overwrite at all means the same", "TPC-025"),
)
class OldTailKeptByPull(Behaviour):
    """A pull of a shorter file leaves the end of the old one behind."""

    def keeps_old_tail(self) -> bool:
        return True


@deviation(
    "control-fields-case-sensitive",
    breaks=("TPC-035",),
    seen_in="DEV-D006 XRootD before 5.7, dCache before 4.0",
)
class ControlFieldsCaseSensitive(Behaviour):
    """Source and Destination are recognised in exactly this spelling."""

    def recognises(self, spelt: str) -> bool:
        return spelt in ("Source", "Destination")


@deviation("no-delegate-refused", breaks=("TPC-042",))
class NoDelegateRefused(Behaviour):
    """X-No-Delegate is answered 400."""

    def copy_fields_passed_on(self, copy_headers: Headers) -> Headers:
        if "x-no-delegate" in {name.lower() for name, _ in copy_headers}:
            raise Refusal(400, "unknown field")
        return ()


@deviation(
    "http-source-becomes-https",
    breaks=("TPC-010",),
    also=along("the control, a plain source that is not barred, cannot be pulled", "TPC-059"),
)
class HttpSourceBecomesHttps(Behaviour):
    """The scheme http of a remote URL is taken for https."""

    def remote_url(self, text: str) -> RemoteUrl | None:
        return super().remote_url(text.replace("http://", "https://", 1))


@deviation("copy-tells-a-wrong-digest", breaks=("CKSUM-004",))
class CopyTellsAWrongDigest(Behaviour):
    """The acceptance of every COPY has the adler32 of no file."""

    def accepted_fields(self) -> Headers:
        return (("Digest", "adler32=00000000"),)


@deviation("first-transfer-header-only", breaks=("TPC-034",))
class FirstTransferHeaderOnly(Behaviour):
    """Of several transfer headers only the first is sent."""

    def transfer_headers_on(self, method: str, headers: Headers) -> Headers:
        return headers[:1]


@deviation("tokens-must-be-macaroons", breaks=("TPC-040",))
class TokensMustBeMacaroons(Behaviour):
    """A forwarded credential that is a JWT is refused."""

    def transfer_field_problem(self, name: str, value: str) -> str | None:
        is_jwt = name.lower() == "authorization" and value.count(".") == 2
        return "not a macaroon" if is_jwt else super().transfer_field_problem(name, value)


@deviation("authorization-twice-after-redirect", breaks=("REDIR-018",))
class AuthorizationTwiceAfterRedirect(Behaviour):
    """After a redirect to another host the forwarded Authorization is sent twice."""

    def after_redirect(self, headers: Headers, *, same_origin: bool) -> Headers:
        secrets = tuple(item for item in headers if item[0].lower() == "authorization")
        return headers if same_origin else (*headers, *secrets)


@deviation(
    "repeated-transfer-header-dropped", breaks=("TPC-055",), seen_in="DEV-D008 StoRM, dCache"
)
class RepeatedTransferHeaderDropped(Behaviour):
    """Of transfer headers with one name the first alone is sent."""

    def transfer_headers_on(self, method: str, headers: Headers) -> Headers:
        names = [name.lower() for name, _ in headers]
        first = [names.index(name) == place for place, name in enumerate(names)]
        return tuple(itertools.compress(headers, first))


@deviation("redirect-page-stored", breaks=("INTEG-027",), seen_in="DEV-D079 XRootD")
class RedirectPageStored(Behaviour):
    """A redirect that leads nowhere is taken for the file."""

    def is_delivered(self, status: int) -> bool:
        return status < 400


@deviation("own-files-are-a-source", breaks=("TPC-053",), seen_in="DEV-D023 XRootD before 5.9.3")
class OwnFilesAreASource(Behaviour):
    """A file: URL as Source reads a file of the server's machine."""

    def own_file(self, text: str) -> bytes | None:
        url = urlsplit(text)
        return Path(url.path).read_bytes() if url.scheme == "file" else None


@deviation(
    "success-before-publication",
    breaks=("TPC-002", "INTEG-001"),
    also=along(
        "for half a second a pulled file is not there",
        WORKING_PULL,
        "TPC-016",
        "TPC-017",
        "TPC-021",
        "TPC-039",
        "TPC-044",
        "INTEG-032",
    )
    | along("the file is not there when success is told", "DELEG-013"),
    seen_in="DEV-D075 XRootD before 5.1",
)
class SuccessBeforePublication(Behaviour):
    """Success is reported half a second before the file is there."""

    def publishes_pull_late(self) -> bool:
        return True


@deviation(
    "put-stored-later",
    breaks=("DAV-010",),
    also=along("what was replaced comes back", "DAV-011")
    | along("what was just uploaded is not there", "TPC-003", "DAV-014", "DAV-024")
    | along("what was just uploaded is not there yet", "REDIR-011", "CKSUM-005"),
)
class PutStoredLater(Behaviour):
    """An upload of more than 64 KiB is acknowledged half a second before it is there."""

    def stores_upload_late(self, size: int) -> bool:
        return size > 1 << 16

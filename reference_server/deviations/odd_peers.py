"""Deviations of the active party towards far sides that are right, but unlike most."""

from __future__ import annotations

import re

from reference_server.behaviour import Behaviour
from reference_server.behaviour.copying import FRAMING
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers
from reference_server.transfer.remote_url import RemoteUrl


@deviation("token-follows-into-the-clear", breaks=("REDIR-022",), seen_in="DEV-D164 dCache #3736")
class TokenFollowsIntoTheClear(Behaviour):
    """A redirect from https to http is followed with all transfer headers."""

    def in_the_clear(self, headers: Headers) -> Headers | None:
        return headers


@deviation(
    "unreachable-is-awaited",
    breaks=("TPC-012",),
    also=along("a far side that is barred is one that cannot be reached", "TPC-059"),
    seen_in="DEV-D025 dCache before 5.0",
)
class UnreachableIsAwaited(Behaviour):
    """A pull from a source that cannot be reached sends markers for an hour before it fails."""

    def waits_for_unreachable(self) -> float:
        return 3600.0


@deviation(
    "protocol-offered-not-spoken", breaks=("TPC-067",), seen_in="DEV-D099 XRootD before 5.6.9"
)
class ProtocolOfferedNotSpoken(Behaviour):
    """HTTP/2 is offered to far sides by ALPN, and HTTP/1.1 spoken."""

    def protocols_offered(self) -> tuple[str, ...]:
        return ("h2", "http/1.1")


@deviation("remote-slashes-merged", breaks=("TPC-009",), seen_in="DEV-D170")
class RemoteSlashesMerged(Behaviour):
    """Slashes in a row in the remote path become one."""

    def request_target(self, url: RemoteUrl) -> str:
        return re.sub("/+", "/", url.path) + url.target[len(url.path) :]


@deviation("remote-last-slash-dropped", breaks=("TPC-009",), seen_in="DEV-D170")
class RemoteLastSlashDropped(Behaviour):
    """A slash at the end of the remote path is not sent."""

    def request_target(self, url: RemoteUrl) -> str:
        return (url.path.rstrip("/") or "/") + url.target[len(url.path) :]


@deviation("nameless-field-forwarded", breaks=("TPC-039",), seen_in="DEV-D010 XRootD")
class NamelessFieldForwarded(Behaviour):
    """TransferHeader without a name is sent on as a field without a name."""

    def transfer_field_problem(self, name: str, value: str) -> str | None:
        return "it would break the data request" if name.lower() in FRAMING else None


@deviation("cancelled-push-looks-whole", breaks=("CANCEL-002",), seen_in="DEV-D190")
class CancelledPushLooksWhole(Behaviour):
    """The body of a push that is cancelled ends with the chunk that says that it is whole."""

    def ends_cancelled_push(self) -> bool:
        return True


@deviation("digest-of-head-not-used", breaks=("INTEG-010",), seen_in="DEV-D103 Dynafed")
class DigestOfHeadNotUsed(Behaviour):
    """A source is asked for its digest by HEAD, and what it tells counts for nothing."""

    def takes_digest_of_head(self) -> bool:
        return False


@deviation("replaced-is-not-stored", breaks=("TPC-065",), seen_in="DEV-D109 dCache before 5.1")
class ReplacedIsNotStored(Behaviour):
    """A PUT that is answered 204 counts as refused."""

    def is_uploaded(self, status: int) -> bool:
        return status in (200, 201, 202)


@deviation("length-of-head-awaited", breaks=("INTEG-031",), seen_in="DEV-D110 dCache before 7.0")
class LengthOfHeadAwaited(Behaviour):
    """HEAD is repeated after a push until it tells a length."""

    def looks_again(self, status: int, *, has_length: bool, looks: int) -> bool:
        unseen = super().looks_again(status, has_length=has_length, looks=looks)
        return unseen or (status == 200 and not has_length)

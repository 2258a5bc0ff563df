"""Deviations of the active party towards the far side."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.behaviour.copying import PREFIX
from reference_server.deviations.along import WORKING_PULL, WORKING_PUSH, along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers
from reference_server.transfer.remote_url import RemoteUrl


@deviation(
    "pull-by-post",
    breaks=("TPC-002",),
    also=along("no source answers a POST with the file", WORKING_PULL)
    | along("no source answers a POST, so no pull succeeds", "TPC-044")
    | along("no source takes a POST", "DELEG-013", "DELEG-014", "CRED-013"),
)
class PullByPost(Behaviour):
    """A pull sends POST to the source."""

    def method_of_pull(self) -> str:
        return "POST"


@deviation(
    "push-by-post",
    breaks=("TPC-003",),
    also=along("no destination stores a POST", WORKING_PUSH)
    | along("no destination takes a POST, so nothing arrives", "TPC-009", "TPC-031")
    | along("no far side takes a POST", "DELEG-014", "CRED-013", "INTEG-010"),
)
class PushByPost(Behaviour):
    """A push sends POST to the destination."""

    def method_of_push(self) -> str:
        return "POST"


@deviation(
    "source-never-contacted",
    breaks=("TPC-001", "TPC-002", "TPC-012", "TPC-029", "TPC-030", "TPC-031"),
    also=along(
        "every pull is an empty file and a success",
        WORKING_PULL,
        "CANCEL-008",
        "INTEG-003",
        "INTEG-032",
        "INTEG-005",
        "INTEG-006",
        "INTEG-007",
        "INTEG-004",
        "MARK-003",
        "MARK-004",
        "MARK-009",
        "MARK-011",
        "MARK-021",
        "TPC-053",
        "TPC-048",
        "MARK-022",
    )
    | along("a success is claimed without asking the source", "TPC-036", "TPC-039", "INTEG-027")
    | along(
        "no pull asks its source", "DELEG-013", "DELEG-014", "CRED-013", "AUTH-021", "SITE-007"
    ),
)
class SourceNeverContacted(Behaviour):
    """A pull is reported as done without contacting the source."""

    def contacts_source(self) -> bool:
        return False


@deviation(
    "port-of-url-ignored",
    breaks=("TPC-009",),
    also=along("no far side listens on the default port", WORKING_PULL, WORKING_PUSH)
    | along(
        "no far side on a port of its own is reached", "TPC-001", "TPC-031", "TPC-036", "TPC-044"
    )
    | along("no far side listens there", "DELEG-013", "DELEG-014", "CRED-013", "SITE-007"),
)
class PortOfUrlIgnored(Behaviour):
    """The far side is contacted on the default port of the scheme."""

    def connect_port(self, url: RemoteUrl) -> int:
        return 443 if url.secure else 80


@deviation("path-double-encoded", breaks=("TPC-009",), seen_in="catalogue mutant")
class PathDoubleEncoded(Behaviour):
    """Percent signs in the remote path are encoded once more."""

    def request_target(self, url: RemoteUrl) -> str:
        return url.target.replace("%", "%25")


@deviation(
    "query-dropped",
    breaks=("TPC-009",),
    seen_in="DEV-D028 XRootD, DEV-D029",
    also=along("a far side steered by its query is not", "REDIR-015"),
)
class QueryDropped(Behaviour):
    """The query of the remote URL is not sent."""

    def request_target(self, url: RemoteUrl) -> str:
        return url.path


@deviation(
    "unreachable-is-success",
    breaks=("TPC-012",),
    also=along("no connection counts as an empty file", "TPC-008", "TPC-059", "AUTH-021"),
)
class UnreachableIsSuccess(Behaviour):
    """A source that cannot be reached counts as an empty file."""

    def tolerates_unreachable(self) -> bool:
        return True


@deviation(
    "error-page-stored",
    breaks=("TPC-029", "TPC-030"),
    also=along("what is below 500 is the file", "INTEG-027", "TPC-063"),
    seen_in="DEV-D076",
)
class ErrorPageStored(Behaviour):
    """The body of a 4xx answer to GET is stored as the file."""

    def is_delivered(self, status: int) -> bool:
        return status < 500


@deviation(
    "server-error-is-delivery",
    breaks=("TPC-031",),
    also=along("a push that is refused with 500 is no failure here", "TPC-063"),
    seen_in="DEV-D076",
)
class ServerErrorIsDelivery(Behaviour):
    """The body of a 5xx answer to GET is stored as the file."""

    def is_delivered(self, status: int) -> bool:
        return status == 200 or status >= 500


@deviation(
    "sent-is-stored",
    breaks=("INTEG-002", "TPC-031"),
    also=along("the answer to the PUT counts for nothing", "TPC-063", "INTEG-011")
    | along(
        "success may be told before the file is there",
        "TPC-003",
        "TPC-033",
        "TPC-039",
        "TPC-049",
        "REDIR-016",
    )
    | along(
        "what is not looked at cannot be found wrong",
        "INTEG-010",
        "INTEG-012",
        "INTEG-013",
        "INTEG-014",
        "INTEG-015",
    )
    | along("what was sent counts as stored", "INTEG-031")
    | along("a far side that takes a while to answer is not waited for", "TPC-009", "TPC-065"),
)
class SentIsStored(Behaviour):
    """A push succeeds with its last byte; the destination's answer is not waited for."""

    def takes_sent_for_stored(self) -> bool:
        return True


@deviation("refused-put-is-success", breaks=("TPC-031",), seen_in="catalogue mutant")
class RefusedPutIsSuccess(Behaviour):
    """A PUT that the far side refuses counts as done."""

    def is_uploaded(self, status: int) -> bool:
        return status not in (301, 302, 303, 307, 308)


@deviation(
    "transfer-authorization-kept",
    breaks=("TPC-032", "TPC-033"),
    also=along(
        "the far side never sees a token",
        "TPC-035",
        "TPC-038",
        "TPC-040",
        "TPC-063",
        "CRED-006",
        "CRED-016",
        "REDIR-022",
    ),
)
class TransferAuthorizationKept(Behaviour):
    """TransferHeaderAuthorization is not sent to the far side."""

    def transfer_field(self, name: str) -> str | None:
        lower = name.lower()
        is_other = lower.startswith(PREFIX) and lower != f"{PREFIX}authorization"
        return name[len(PREFIX) :] if is_other else None


@deviation(
    "transfer-value-cut",
    breaks=("TPC-032", "TPC-033", "TPC-034"),
    also=along(
        "a token of two words loses the second",
        "TPC-035",
        "TPC-040",
        "TPC-038",
        "TPC-063",
        "CRED-006",
        "CRED-016",
        "REDIR-022",
    ),
)
class TransferValueCut(Behaviour):
    """Values of transfer headers end at their first blank."""

    def transfer_value(self, value: str) -> str:
        return value.partition(" ")[0]


@deviation(
    "transfer-value-unpadded",
    breaks=("TPC-033",),
    also=along("base64 loses its padding", "TPC-040", "CRED-016", "REDIR-022"),
)
class TransferValueUnpadded(Behaviour):
    """Equals signs at the end of transfer header values are cut off."""

    def transfer_value(self, value: str) -> str:
        return value.rstrip("=")


@deviation("only-authorization-transferred", breaks=("TPC-034",), seen_in="catalogue mutant")
class OnlyAuthorizationTransferred(Behaviour):
    """Of all transfer headers only Authorization is sent."""

    def transfer_field(self, name: str) -> str | None:
        return "Authorization" if name.lower() == f"{PREFIX}authorization" else None


@deviation("transfer-prefix-case-sensitive", breaks=("TPC-035",), seen_in="DEV-D006")
class TransferPrefixCaseSensitive(Behaviour):
    """The prefix TransferHeader is recognised in exactly this spelling."""

    def transfer_field(self, name: str) -> str | None:
        return name[len(PREFIX) :] if name.startswith("TransferHeader") else None


@deviation(
    "own-token-forwarded",
    breaks=("TPC-036",),
    seen_in="catalogue mutant",
    also=along("another credential than the one asked for is used", "CRED-002")
    | along("the requester's token goes where another was due", "CRED-013"),
)
class OwnTokenForwarded(Behaviour):
    """The Authorization of the COPY is sent to the far side, too."""

    def copy_fields_passed_on(self, copy_headers: Headers) -> Headers:
        names = {name.lower() for name, _ in copy_headers}
        if f"{PREFIX}authorization" in names:
            return ()
        return tuple(item for item in copy_headers if item[0].lower() == "authorization")


@deviation("control-headers-forwarded", breaks=("TPC-037",), seen_in="catalogue mutant")
class ControlHeadersForwarded(Behaviour):
    """Credential, Overwrite and the prefixed headers are repeated to the far side."""

    def copy_fields_passed_on(self, copy_headers: Headers) -> Headers:
        names = ("credential", "overwrite", "source", "destination")
        return tuple(item for item in copy_headers if item[0].lower().startswith((PREFIX, *names)))


@deviation("head-without-transfer-headers", breaks=("TPC-038",), seen_in="DEV-D011 XRootD < 5.5.2")
class HeadWithoutTransferHeaders(Behaviour):
    """Auxiliary requests are sent without the transfer headers."""

    def transfer_headers_on(self, method: str, headers: Headers) -> Headers:
        return headers if method in ("GET", "PUT") else ()


@deviation(
    "put-without-transfer-headers",
    breaks=("TPC-033",),
    also=along("the destination gets no credential", "TPC-038", "TPC-063", "CRED-016", "REDIR-022")
    | along("a push brings no token of the requester's", "CRED-013"),
)
class PutWithoutTransferHeaders(Behaviour):
    """Transfer headers are sent with HEAD but not with PUT."""

    def transfer_headers_on(self, method: str, headers: Headers) -> Headers:
        return () if method == "PUT" else headers


@deviation("framing-headers-forwarded", breaks=("TPC-039",), seen_in="DEV-D009 XRootD, dCache")
class FramingHeadersForwarded(Behaviour):
    """Content-Length, Transfer-Encoding and the like can be set by transfer headers."""

    def transfer_field_problem(self, name: str, value: str) -> str | None:
        return None


@deviation(
    "tokens-must-be-jwt",
    breaks=("TPC-040",),
    also=along(
        "opaque tokens are refused",
        "TPC-032",
        "TPC-033",
        "TPC-035",
        "TPC-038",
        "TPC-063",
        "CRED-006",
        "CRED-016",
        "REDIR-022",
    ),
)
class TokensMustBeJwt(Behaviour):
    """A forwarded credential that is not a JWT is refused."""

    def transfer_field_problem(self, name: str, value: str) -> str | None:
        is_opaque = name.lower() == "authorization" and value.count(".") != 2
        return "not a JWT" if is_opaque else super().transfer_field_problem(name, value)


@deviation(
    "empty-file-refused",
    breaks=("TPC-049",),
    seen_in="DEV-D089 dCache",
    also=along("a file of no bytes is among the sizes tried", "INTEG-001", "INTEG-002"),
)
class EmptyFileRefused(Behaviour):
    """A file of no bytes cannot be transferred."""

    def empty_file_problem(self) -> str | None:
        return "response contains no content"

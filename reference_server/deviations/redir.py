"""Deviations of the redirecting head node and of Expect: 100-continue."""

from __future__ import annotations

from urllib.parse import unquote

from reference_server.behaviour import Behaviour
from reference_server.behaviour.redirecting import CONTINUE, BodyStart
from reference_server.deviations.along import COPY_ANSWERED, ONE_COPY, ONE_FILE, along
from reference_server.deviations.registry import deviation

MAIN_ROAD = along(
    "neither COPY nor upload gets past the head node", "TPC-002", "TPC-003", "DAV-010"
)
REDIRECTED = along(
    "no redirected upload or download can be completed",
    "REDIR-022",
    "REDIR-008",
    "REDIR-009",
    "REDIR-011",
    "REDIR-015",
    "REDIR-016",
    "REDIR-020",
)
COPIES = along("no copy is made", ONE_COPY)
FILES = along("no file is written or read", ONE_FILE)
ANSWERS = along("a COPY is answered by nobody", COPY_ANSWERED)


@deviation(
    "redirect-without-location",
    breaks=("REDIR-001", "REDIR-004"),
    also=along(
        "nobody can follow such a redirect",
        "REDIR-002",
        "REDIR-005",
        "REDIR-010",
        "REDIR-019",
        "TPC-035",
    )
    | MAIN_ROAD
    | REDIRECTED
    | COPIES
    | FILES,
)
class RedirectWithoutLocation(Behaviour):
    """Redirects of the head node have no Location."""

    def location_is_sent(self) -> bool:
        return False


@deviation(
    "redirect-to-internal-name",
    breaks=("REDIR-002",),
    also=along("the name cannot be resolved", "REDIR-005", "REDIR-010", "REDIR-019", "REDIR-012")
    | MAIN_ROAD
    | REDIRECTED
    | COPIES
    | FILES
    | ANSWERS,
)
class RedirectToInternalName(Behaviour):
    """Redirects lead to a host name that is known inside only."""

    def redirect_base(self, url: str, method: str) -> str:
        return "https://pool1.invalid:" + url.rpartition(":")[2]


@deviation("continue-and-redirect", breaks=("REDIR-004",), seen_in="catalogue mutant")
class ContinueAndRedirect(Behaviour):
    """A redirected upload is answered 100 and then 307."""

    def interim_before_redirect(self) -> bytes:
        return CONTINUE


@deviation(
    "redirected-upload-lost",
    breaks=("REDIR-005",),
    seen_in="catalogue mutant",
    also=along(
        "what is uploaded by way of a redirect is elsewhere",
        "REDIR-008",
        "DAV-010",
        "DAV-011",
        "REDIR-010",
        "REDIR-019",
    )
    | along("a redirected upload is never found again", "REDIR-009"),
)
class RedirectedUploadLost(Behaviour):
    """What is uploaded by way of a redirect appears under another name."""

    def published_path(self, path: str, *, redirected: bool) -> str:
        return path + ".pool" if redirected else path


@deviation(
    "no-answer-to-expect",
    breaks=("REDIR-006",),
    also=along("no redirect takes the place of the body", "REDIR-004", "REDIR-005"),
)
class NoAnswerToExpect(Behaviour):
    """An upload with Expect: 100-continue is answered when its body is there."""

    def body_start(self) -> BodyStart:
        return BodyStart.SILENT


@deviation(
    "continue-before-refusal",
    breaks=("REDIR-007",),
    also=along("100 precedes every answer to a PUT", "REDIR-004"),
)
class ContinueBeforeRefusal(Behaviour):
    """An upload that cannot succeed is answered 100 first."""

    def reads_body_before_checks(self) -> bool:
        return True


@deviation("body-after-redirect-is-a-request", breaks=("REDIR-008",), seen_in="catalogue mutant")
class BodyAfterRedirectIsARequest(Behaviour):
    """What a client sends after a redirect is read as its next request."""

    def takes_body_after_redirect(self) -> bool:
        return False


@deviation(
    "body-after-expect-is-a-request",
    breaks=("REDIR-006", "REDIR-009"),
    also=along(
        "an awaited body is taken for absent", "DAV-010", "REDIR-004", "REDIR-005", "REDIR-007"
    ),
)
class BodyAfterExpectIsARequest(Behaviour):
    """The body of an upload with Expect is read as the next request."""

    def body_start(self) -> BodyStart:
        return BodyStart.SKIP


@deviation(
    "data-node-not-ready",
    breaks=("REDIR-010",),
    also=along(
        "a redirect leads nowhere for a while",
        "REDIR-002",
        "REDIR-005",
        "REDIR-019",
        "REDIR-012",
        "TPC-035",
    )
    | MAIN_ROAD
    | REDIRECTED
    | COPIES
    | FILES,
)
class DataNodeNotReady(Behaviour):
    """The data node takes a redirected request three seconds later only."""

    def ticket_is_ready(self, age: float) -> bool:
        return age > 3


@deviation(
    "put-needs-expect",
    breaks=("REDIR-011",),
    seen_in="catalogue mutant",
)
class PutNeedsExpect(Behaviour):
    """A PUT of more than 1 MiB without Expect is refused."""

    def put_needs_expect(self, length: int | None) -> bool:
        return length is not None and length > 1 << 20


@deviation(
    "location-not-encoded",
    breaks=("REDIR-019",),
    seen_in="DEV-D160 XRootD #1293, EOS",
    also=along("a name with blanks cannot be reached", "DAV-021", "PROP-014"),
)
class LocationNotEncoded(Behaviour):
    """The path in a Location is not percent-encoded."""

    def redirect_path(self, encoded_path: str) -> str:
        return unquote(encoded_path, "latin-1")


@deviation("continue-to-http10", breaks=("REDIR-020",), seen_in="catalogue mutant")
class ContinueToHttp10(Behaviour):
    """An HTTP/1.0 client with Expect gets an interim 100."""

    def awaits_continue(self, expect: str | None, *, http10: bool) -> bool:
        return expect is not None and expect.lower() == "100-continue"


@deviation(
    "copy-redirected-to-nowhere",
    breaks=("REDIR-012",),
    also=MAIN_ROAD
    | COPIES
    | ANSWERS
    | along("no transfer is begun", "REDIR-015", "REDIR-016", "REDIR-019", "REDIR-022"),
)
class CopyRedirectedToNowhere(Behaviour):
    """A COPY is redirected to where nobody serves it."""

    def redirect_base(self, url: str, method: str) -> str:
        return "https://localhost:9" if method == "COPY" else url


@deviation(
    "copy-redirected-in-a-circle",
    breaks=("REDIR-012",),
    also=MAIN_ROAD
    | COPIES
    | along("no transfer is begun", "REDIR-015", "REDIR-016", "REDIR-019", "REDIR-022"),
)
class CopyRedirectedInACircle(Behaviour):
    """A COPY is redirected to the very URL that it was sent to."""

    def redirect_location(self, location: str, *, method: str, asked: str) -> str:
        return asked if method == "COPY" else location


@deviation("token-kept-in-location", breaks=("REDIR-021",), seen_in="DEV-D157 XRootD before 5.9")
class TokenKeptInLocation(Behaviour):
    """A redirect carries the whole query along, its token included."""

    def redirect_query(self, query: str) -> str:
        return query

"""Deviations that products were seen to have and that the catalogue's mutants do not name."""

from __future__ import annotations

from urllib.parse import quote, unquote

from reference_server.behaviour import Behaviour
from reference_server.behaviour.markers import Progress
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers, Refusal
from reference_server.transfer.remote_url import RemoteUrl


@deviation(
    "accepted-with-201",
    breaks=("TPC-013",),
    also=along("the stream no longer follows a 202", "MARK-001"),
    seen_in="DEV-D030 XRootD before 6.0, Pelican",
)
class AcceptedWith201(Behaviour):
    """An accepted COPY is answered 201."""

    def accepted_status(self) -> int:
        return 201


@deviation("overwrite-f-answered-409", breaks=("TPC-022",), seen_in="DEV-D034 XRootD")
class OverwriteFAnswered409(Behaviour):
    """An existing target with Overwrite: F is answered 409."""

    def overwrite_conflict_status(self) -> int:
        return 409


@deviation(
    "push-of-missing-file-crashes",
    breaks=("DAV-024",),
    seen_in="DEV-D039 XRootD",
)
class PushOfMissingFileCrashes(Behaviour):
    """A push of a file that does not exist is answered 500."""

    def missing_push_source(self) -> None:
        raise Refusal(500, "internal error")


@deviation("accepted-answer-is-the-file", breaks=("INTEG-027",), seen_in="DEV-D077 dCache")
class AcceptedAnswerIsTheFile(Behaviour):
    """The body of a 202 to GET, which says to come again, is stored as the file."""

    def is_delivered(self, status: int) -> bool:
        return status in (200, 202)


@deviation("part-is-the-file", breaks=("INTEG-027",), seen_in="DEV-D078 Pelican")
class PartIsTheFile(Behaviour):
    """The body of a 206 to a GET that asked for no part is stored as the file."""

    def is_delivered(self, status: int) -> bool:
        return status in (200, 206)


@deviation(
    "transfer-headers-lost-by-redirect",
    breaks=("TPC-038",),
    seen_in="DEV-D012",
)
class TransferHeadersLostByRedirect(Behaviour):
    """No transfer header goes to where a redirect leads, not even to another port of the host."""

    def after_redirect(self, headers: Headers, *, same_origin: bool) -> Headers:
        return headers if same_origin else ()


@deviation("path-decoded-and-encoded", breaks=("TPC-009",), seen_in="DEV-D162")
class PathDecodedAndEncoded(Behaviour):
    """The remote path and query are percent-decoded and encoded anew."""

    def request_target(self, url: RemoteUrl) -> str:
        return quote(unquote(url.target), safe="/?=&;+")


@deviation(
    "percent-not-decoded",
    breaks=("DAV-021",),
    seen_in="DEV-D161 dCache before 10.1",
    also=along(
        "names are stored as they are encoded", "PROP-014", "META-004", "META-005", "META-010"
    ),
)
class PercentNotDecoded(Behaviour):
    """A path is stored as it is spelt, percent signs and all."""

    def path_element(self, raw: str) -> str:
        super().path_element(raw)
        return raw


@deviation("range-with-wrong-total", breaks=("DAV-015",), seen_in="DEV-D180 XRootD")
class RangeWithWrongTotal(Behaviour):
    """Content-Range tells one byte more than the file has."""

    def range_headers(self, span: str, size: int) -> Headers:
        return super().range_headers(span, size + 1)


@deviation(
    "identity-sticks-to-connection",
    breaks=("AUTH-012",),
    also=along(
        "the token of another user counts for nothing", "AUTH-014", "MAC-011", "MAC-012", "AUTH-010"
    )
    | along("the weaker identity comes on a connection of the stronger", "AUTH-019"),
    seen_in="DEV-D151 XRootD before 5.5.2",
)
class IdentitySticksToConnection(Behaviour):
    """Whoever asked first on a connection is taken for whoever asks next."""

    def identity_outlives_request(self) -> bool:
        return True


@deviation("end-indented", breaks=("MARK-005",), seen_in="DEV-D068")
class EndIndented(Behaviour):
    """The last line of a marker is indented like the inner ones."""

    def marker_last_line(self) -> str:
        return "    End"


@deviation(
    "connections-empty",
    breaks=("MARK-012",),
    also=along("a key without a value is no line of a marker", "MARK-006"),
    seen_in="DEV-D062 dCache",
)
class ConnectionsEmpty(Behaviour):
    """RemoteConnections is sent without a value while there is no connection."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        empty = [] if progress.connections else [("RemoteConnections", "")]
        return [*super().marker_fields(progress), *empty]


@deviation(
    "response-inside-stream",
    breaks=("MARK-021",),
    also=along("what follows the status line is no marker and no result", "MARK-019"),
    seen_in="DEV-D049 XRootD 2018",
)
class ResponseInsideStream(Behaviour):
    """A transfer that fails ends with a whole HTTP response inside the stream."""

    def failure_line(self, problem: str) -> str:
        body = f"{problem}\n"
        return f"HTTP/1.1 500 Internal Server Error\r\nContent-Length: {len(body)}\r\n\r\n{body}"

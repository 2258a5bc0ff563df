"""Deviations of the end of the progress stream and of its framing."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.behaviour.markers import Progress
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation

UNREADABLE = "what cannot be parsed cannot be judged either"


@deviation("results-lost-among-many", breaks=("TPC-066",), seen_in="DEV-D066 dCache, DEV-D193")
class ResultsLostAmongMany(Behaviour):
    """A transfer that begins beside five others or more never tells its result."""

    def tells_result(self, *, beside: int) -> bool:
        return beside < 5


NO_RESULT = "without a result line no outcome can be told"


@deviation(
    "no-result-line",
    breaks=("MARK-019",),
    seen_in="DEV-D085",
    also=along(
        NO_RESULT,
        "MARK-001",
        "MARK-020",
        "MARK-021",
        "MARK-023",
        "MARK-030",
        "CANCEL-008",
        "TPC-008",
        "TPC-012",
        "TPC-028",
        "TPC-002",
        "TPC-003",
        "TPC-023",
        "TPC-024",
        "TPC-025",
        "TPC-032",
        "TPC-033",
        "TPC-034",
        "TPC-035",
        "TPC-040",
        "TPC-041",
        "TPC-049",
        "TPC-065",
        "TPC-066",
        "TPC-067",
        "INTEG-001",
        "INTEG-002",
        "INTEG-008",
        "INTEG-009",
        "INTEG-010",
        "INTEG-014",
        "INTEG-031",
        "REDIR-015",
        "REDIR-016",
        "REDIR-017",
        "CRED-005",
        "CRED-006",
        "CRED-007",
        "CANCEL-003",
        "CANCEL-009",
        "MAC-046",
        "AUTH-017",
        "TPC-004",
        "TPC-009",
        "MARK-022",
    )
    | along(
        "neither success nor failure is told", "INTEG-003", "INTEG-007", "INTEG-012", "INTEG-032"
    )
    | along(
        "no copy tells its result",
        "TPC-001",
        "TPC-031",
        "TPC-051",
        "TPC-053",
        "TPC-063",
        "DELEG-013",
        "CRED-002",
        "CRED-013",
    ),
)
class NoResultLine(Behaviour):
    """The stream ends without a result line."""

    def result_lines(self, problem: str | None, progress: Progress) -> list[str]:
        return []


@deviation(
    "marker-after-result",
    breaks=("MARK-019",),
    seen_in="DEV-D070",
    also=along("the last line is not the result", "MARK-020", "MARK-021"),
)
class MarkerAfterResult(Behaviour):
    """One more marker follows the result line."""

    def result_lines(self, problem: str | None, progress: Progress) -> list[str]:
        line = self.success_line() if problem is None else self.failure_line(problem)
        return [line, self.marker_text(progress)]


@deviation("two-result-lines", breaks=("MARK-019",), seen_in="catalogue mutant")
class TwoResultLines(Behaviour):
    """The result line is sent twice."""

    def result_lines(self, problem: str | None, progress: Progress) -> list[str]:
        line = self.success_line() if problem is None else self.failure_line(problem)
        return [line, line]


@deviation(
    "success-before-failure",
    breaks=("MARK-019",),
    seen_in="issue 4: two verdicts",
    also=along("a verdict stands before the failure", "MARK-021", "MARK-022"),
)
class SuccessBeforeFailure(Behaviour):
    """A failed transfer first says that it succeeded."""

    def result_lines(self, problem: str | None, progress: Progress) -> list[str]:
        if problem is None:
            return [self.success_line()]
        return [self.success_line(), self.failure_line(problem)]


@deviation("success-spelt-otherwise", breaks=("MARK-020",), seen_in="DEV-D072 DPM before 1.13.0")
class SuccessSpeltOtherwise(Behaviour):
    """The success line reads "success: done"."""

    def success_line(self) -> str:
        return "success: done\n"


@deviation(
    "failure-called-error",
    breaks=("MARK-021",),
    seen_in="DEV-D073 XRootD before 5.7",
    also=along(
        "no known failure word is at the end",
        "MARK-019",
        "CANCEL-008",
        "TPC-012",
        "TPC-008",
        "TPC-028",
        "MARK-023",
        "REDIR-017",
    ),
)
class FailureCalledError(Behaviour):
    """A failed transfer ends with "error:"."""

    def failure_line(self, problem: str) -> str:
        return f"error: {problem}\n"


@deviation(
    "failure-without-text",
    breaks=("MARK-021",),
    seen_in="catalogue mutant",
    also=along("the text that tells why is gone", "MARK-022"),
)
class FailureWithoutText(Behaviour):
    """The failure line has no text."""

    def failure_line(self, problem: str) -> str:
        return "failure:\n"


@deviation(
    "failure-on-many-lines",
    breaks=("MARK-022",),
    seen_in="DEV-D082",
    also=along("further lines follow the result line", "MARK-019"),
)
class FailureOnManyLines(Behaviour):
    """The failure text keeps the line breaks of the remote error."""

    def failure_text(self, text: str) -> str:
        return text.replace(": ", ":\n") + "\nsee the log of the remote server"


@deviation(
    "no-last-chunk",
    breaks=("MARK-029",),
    seen_in="DEV-D050",
    also=along("the client waits for the end for ever", "MARK-001", "MARK-019"),
)
class NoLastChunk(Behaviour):
    """The zero-size chunk after the result line is missing."""

    def end_of_stream(self, *, chunked: bool) -> bytes:
        return b""


@deviation(
    "decimal-chunk-sizes",
    breaks=("MARK-029",),
    seen_in="DEV-D048",
    also=along(
        "the stream cannot be decoded",
        "MARK-001",
        "MARK-002",
        "MARK-003",
        "MARK-005",
        "MARK-006",
        "MARK-007",
        "MARK-009",
        "MARK-011",
        "MARK-019",
        "MARK-020",
        "MARK-021",
    ),
)
class DecimalChunkSizes(Behaviour):
    """Chunk sizes are written in decimal."""

    def frame(self, data: bytes, *, chunked: bool) -> bytes:
        return b"%d\r\n%b\r\n" % (len(data), data) if chunked else data


@deviation("chunks-for-http10", breaks=("MARK-030",), seen_in="DEV-D185")
class ChunksForHttp10(Behaviour):
    """An HTTP/1.0 client gets a chunked stream."""

    def is_chunked(self, *, http10: bool) -> bool:
        return True


@deviation("stream-is-html", breaks=("MARK-031",), seen_in="DEV-D033")
class StreamIsHtml(Behaviour):
    """The progress stream is labelled text/html."""

    def stream_media_type(self) -> str:
        return "text/html"

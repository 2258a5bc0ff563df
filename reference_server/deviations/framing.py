"""Deviations of HTTP/1.1 itself: framing, and what is echoed."""

from __future__ import annotations

import re

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers, Refusal

NEW = "new with the requirement"


@deviation(
    "length-told-twice",
    breaks=("DAV-025",),
    seen_in=NEW,
    also=along("answers to HEAD are as badly framed", "DAV-014")
    | along("no answer has one length", "INTEG-001", "INTEG-019"),
)
class LengthToldTwice(Behaviour):
    """Content-Length stands twice in an answer."""

    def length_fields(self, size: int) -> Headers:
        return (("Content-Length", str(size)), ("Content-Length", str(size)))


@deviation("absolute-form-refused", breaks=("DAV-034",), seen_in="DEV-D168 XRootD before 5.4.3")
class AbsoluteFormRefused(Behaviour):
    """A request target that is a whole URL is refused."""

    def target_as_read(self, target: str) -> str:
        if not target.startswith(("/", "*")):
            raise Refusal(400, "request target is no path")
        return target


@deviation(
    "length-and-coding-accepted", breaks=("DAV-026",), seen_in="DEV-D175 XRootD before 6.0.3"
)
class LengthAndCodingAccepted(Behaviour):
    """Transfer-Encoding beside Content-Length is taken, and the connection lives on."""

    def framing_problem(self, codings: list[str], lengths: list[str]) -> str | None:
        return None


@deviation("last-length-counts", breaks=("DAV-026",), seen_in="DEV-D175 XRootD before 6.0.3")
class LastLengthCounts(Behaviour):
    """Of several Content-Length fields the last one counts."""

    def head_as_read(self, raw: bytes) -> bytes:
        lines = raw.split(b"\r\n")
        places = [i for i, line in enumerate(lines) if line.lower().startswith(b"content-length:")]
        return b"\r\n".join(line for i, line in enumerate(lines) if i not in places[:-1])


@deviation("space-before-colon-taken", breaks=("DAV-027",), seen_in=NEW)
class SpaceBeforeColonTaken(Behaviour):
    """A blank between the name of a header field and its colon is passed over."""

    def head_as_read(self, raw: bytes) -> bytes:
        return re.sub(rb"(\r\n[A-Za-z-]+)[ \t]+:", rb"\1:", raw)


@deviation("bare-cr-ends-a-line", breaks=("DAV-027",), seen_in=NEW)
class BareCrEndsALine(Behaviour):
    """A CR alone ends a header line, so that a value can carry another field."""

    def head_as_read(self, raw: bytes) -> bytes:
        return re.sub(rb"\r(?!\n)", b"\r\n", raw)


@deviation("bad-chunk-ends-upload", breaks=("DAV-028",), seen_in=NEW)
class BadChunkEndsUpload(Behaviour):
    """A chunk that cannot be read counts as the last one of an upload."""

    def bad_chunk_ends_the_body(self) -> bool:
        return True


@deviation("trace-echoes-the-request", breaks=("DAV-029",), seen_in="StoRM, before its filter")
class TraceEchoesTheRequest(Behaviour):
    """TRACE is answered with the request, its Authorization included."""

    def answers_trace(self) -> bool:
        return True


@deviation("part-stored-as-whole", breaks=("DAV-030",), seen_in=NEW)
class PartStoredAsWhole(Behaviour):
    """A PUT with Content-Range replaces the whole file by the part."""

    def put_of_a_part(self) -> None:
        return None


@deviation("any-origin-with-credentials", breaks=("DAV-031",), seen_in=NEW)
class AnyOriginWithCredentials(Behaviour):
    """Pages of any origin may read answers with the user's credentials."""

    def fields_for_origin(self, origin: str) -> Headers:
        allowed = ("Access-Control-Allow-Origin", origin)
        return (allowed, ("Access-Control-Allow-Credentials", "true"))

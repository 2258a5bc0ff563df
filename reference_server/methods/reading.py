"""GET and HEAD: whole objects, ranges, conditions, digests, collection pages."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from email.utils import formatdate

from reference_server.auth.identity import Activity
from reference_server.methods.digesting import digest_headers
from reference_server.methods.pages import collection
from reference_server.methods.ranges import Span, Unsatisfiable, parse_ranges
from reference_server.methods.redirecting import redirected
from reference_server.refusal import Headers, Refusal
from reference_server.request import Request
from reference_server.store import Entry, Reader
from reference_server.wire.bodies import BLOCK
from reference_server.wire.channel import Channel
from reference_server.wire.responses import Response

OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """Text, then a span of an object: one part of a multipart document, or its last line."""

    text: bytes
    span: Span = Span(0, 0)  # noqa: RUF009  (a frozen value)


@dataclass(frozen=True, slots=True)
class ObjectBody:
    """Parts of an open object; closes it afterwards."""

    reader: Reader
    parts: tuple[Part, ...]

    @property
    def length(self) -> int:
        return sum(len(part.text) + part.span.size for part in self.parts)

    def send(self, channel: Channel) -> None:
        for part in self.parts:
            channel.send(part.text)
            self._send_span(channel, part.span)

    def close(self) -> None:
        self.reader.close()

    def _send_span(self, channel: Channel, span: Span) -> None:
        offset = span.start
        buffer = memoryview(bytearray(min(BLOCK, span.size)))
        while offset < span.stop:
            count = self.reader.read_into(buffer[: span.stop - offset], offset)
            if not count:
                raise OSError("object became shorter while it was read")
            channel.send(buffer[:count])
            offset += count


def get(request: Request) -> Response:
    """The bytes of an object or a page on a collection; HEAD is the same without the body."""
    behaviour = request.parts.behaviour
    is_head = request.head.method == "HEAD"
    if is_head:
        request.require(Activity.READ_METADATA)
    entry = request.parts.store.stat(request.path)
    is_collection = entry is not None and entry.is_collection
    if not is_head:
        needed = behaviour.needed_for_page() if is_collection else (Activity.DOWNLOAD,)
        for activity in needed:
            request.require(activity)
        for activity in behaviour.also_needed_for_get():
            request.require(activity)
    if entry is None:
        behaviour.get_missing()
        return Response(200)
    if is_collection:
        return collection(request, entry)
    elsewhere = redirected(request)
    if elsewhere is not None:
        return elsewhere
    if not is_head:
        time.sleep(behaviour.seconds_before_data())
    reader = request.parts.store.open(request.path)
    try:
        return _object(request, reader, is_head=is_head)
    except BaseException:
        reader.close()
        raise


def _object(request: Request, reader: Reader, *, is_head: bool) -> Response:
    behaviour, entry = request.parts.behaviour, reader.entry
    tag = behaviour.entity_tag(entry)
    if behaviour.precondition_fails(request.head.get("if-match"), tag, none=False):
        raise Refusal(412, "If-Match does not hold")
    if behaviour.not_modified(request.head.get("if-none-match"), tag):
        reader.close()
        return Response(304, tag_header(request, entry))
    try:
        spans = [] if is_head else _ranges(request, entry, tag)
    except Unsatisfiable:
        star = (("Content-Range", f"bytes */{entry.size}"),)
        raise Refusal(behaviour.unsatisfiable_range(), "no such range", headers=star) from None
    return _answer(request, reader, spans)


def _ranges(request: Request, entry: Entry, tag: str) -> list[Span]:
    """Ranges to send; If-Range that does not hold means the whole (RFC 9110 section 13.1.5)."""
    condition = request.head.get("if-range")
    if condition is not None and condition not in (tag, _http_date(entry)):
        return []
    behaviour = request.parts.behaviour
    spans = parse_ranges(request.head.get("range"), entry.size, behaviour)
    return spans if behaviour.honours_ranges(len(spans)) else []


def _answer(request: Request, reader: Reader, spans: list[Span]) -> Response:
    behaviour, entry = request.parts.behaviour, reader.entry
    common = object_headers(request, entry)
    span = spans[0] if spans else Span(0, entry.size)
    digests = digest_headers(request, reader, (span.start, span.stop))
    if not spans:
        headers = (*common, ("Content-Type", OCTETS), *digests)
        return Response(200, headers, ObjectBody(reader, (Part(b"", span),)))
    if len(spans) == 1:
        where = behaviour.range_headers(span.inclusive, entry.size)
        headers = (*common, ("Content-Type", OCTETS), *where, *digests)
        return Response(206, headers, ObjectBody(reader, (Part(b"", span),)))
    if not behaviour.multiple_ranges_are_parts():
        body = ObjectBody(reader, tuple(Part(b"", span) for span in spans))
        return Response(206, (*common, ("Content-Type", OCTETS), *digests), body)
    boundary = secrets.token_hex(12)
    parts = _multipart(spans, entry.size, boundary)
    media_type = ("Content-Type", f"multipart/byteranges; boundary={boundary}")
    return Response(206, (*common, media_type, *digests), ObjectBody(reader, parts))


def _multipart(spans: list[Span], size: int, boundary: str) -> tuple[Part, ...]:
    """RFC 9110 section 14.6."""
    parts = []
    for number, span in enumerate(spans):
        text = (
            f"{'' if not number else chr(13) + chr(10)}--{boundary}\r\nContent-Type: {OCTETS}\r\n"
            f"Content-Range: bytes {span.inclusive}/{size}\r\n\r\n"
        )
        parts.append(Part(text.encode(), span))
    return (*parts, Part(f"\r\n--{boundary}--\r\n".encode()))


def object_headers(request: Request, entry: Entry) -> Headers:
    """Fields that GET and HEAD share (RFC 9110 sections 8.8 and 14.3)."""
    dated = ("Last-Modified", _http_date(entry))
    return (dated, *tag_header(request, entry), ("Accept-Ranges", "bytes"))


def tag_header(request: Request, entry: Entry) -> Headers:
    """The ETag field, where the server tells its tags."""
    behaviour = request.parts.behaviour
    return (("ETag", behaviour.entity_tag(entry)),) if behaviour.shows_entity_tag() else ()


def _http_date(entry: Entry) -> str:
    return formatdate(entry.modified_ns / 1e9, usegmt=True)

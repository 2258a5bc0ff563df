"""GET and HEAD."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate

from reference_server.auth.identity import Activity
from reference_server.refusal import Headers
from reference_server.request import Request
from reference_server.store import Entry, Reader
from reference_server.wire.bodies import BLOCK
from reference_server.wire.channel import Channel
from reference_server.wire.responses import Response, text_response


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an object: the offsets of its first byte and of the first byte after it."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class ObjectBody:
    """Bytes of an open object; closes it afterwards."""

    reader: Reader
    span: Span

    @property
    def length(self) -> int:
        return self.span.size

    def send(self, channel: Channel) -> None:
        try:
            self._send_blocks(channel)
        finally:
            self.reader.close()

    def _send_blocks(self, channel: Channel) -> None:
        offset = self.span.start
        buffer = memoryview(bytearray(min(BLOCK, self.span.size)))
        channel.send(b"")
        while offset < self.span.stop:
            count = self.reader.read_into(buffer[: self.span.stop - offset], offset)
            if not count:
                raise OSError("object became shorter while it was read")
            channel.send(buffer[:count])
            offset += count


def get(request: Request) -> Response:
    """The bytes of an object, or its head alone."""
    is_head = request.head.method == "HEAD"
    request.require(Activity.READ_METADATA if is_head else Activity.DOWNLOAD)
    entry = request.existing()
    if entry.is_collection:
        return text_response(200, "collection")
    reader = request.parts.store.open(request.path)
    return Response(200, object_headers(reader.entry), ObjectBody(reader, Span(0, entry.size)))


def object_headers(entry: Entry) -> Headers:
    """Fields that GET and HEAD share (RFC 9110 sections 8.8 and 14.3)."""
    return (
        ("Content-Type", "application/octet-stream"),
        ("Last-Modified", formatdate(entry.modified_ns / 1e9, usegmt=True)),
        ("ETag", f'"{entry.tag}"'),
        ("Accept-Ranges", "bytes"),
    )

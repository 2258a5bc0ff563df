"""Incremental readers of one response or one request.

They never fail: whatever is odd goes into `problems`, and reading goes on as far as any sense can
be made of the bytes. Rule: nothing here judges. What a problem means is for a check to say.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum

from harness.wire.http1.body import BodyReader, Framing, Piece
from harness.wire.http1.buffer import Buffer, LineTooLong, without_end
from harness.wire.http1.faults import Http1Fault
from harness.wire.http1.framing import (
    Framed,
    note_bodiless_fields,
    request_framing,
    response_framing,
)
from harness.wire.http1.head import (
    MAX_FIELDS,
    Fields,
    RequestHead,
    ResponseHead,
    parse_field,
    parse_request_line,
    parse_status_line,
)
from harness.wire.problem import Note, preview

MAX_INTERIM = 100


class Stage(StrEnum):
    """How far a reader came. LOST: the rest cannot be understood and is in `leftover`."""

    HEAD = "head"
    BODY = "body"
    COMPLETE = "complete"
    LOST = "lost"


class _MessageReader(ABC):
    """What both directions share: the head line by line, then a `BodyReader`.

    All times are the caller's: seconds, any origin, never going back.
    """

    def __init__(self) -> None:
        self.stage = Stage.HEAD
        self.first_byte_at: float | None = None
        self.completed_at: float | None = None
        self.closed_at: float | None = None
        self._notes: list[Note] = []
        self._buffer = Buffer()
        self._head_raw = bytearray()
        self._fields: list[tuple[str, str]] = []
        self._body: BodyReader | None = None
        self._handed_over = False

    @property
    def problems(self) -> tuple[Note, ...]:
        """Every oddity so far, in the order of the bytes."""
        return tuple(self._notes)

    @property
    def complete(self) -> bool:
        """Whether the message ended as its framing says."""
        return self.stage is Stage.COMPLETE

    @property
    def framing(self) -> Framing | None:
        """How the body is delimited; None before the head is complete."""
        return self._body.framing if self._body else None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The body in the pieces it came in, without those that `take_pieces` took."""
        return self._body.pieces if self._body else ()

    @property
    def body(self) -> bytes:
        """The body bytes that are held, decoded from the chunked coding."""
        return b"".join(piece.data for piece in self.pieces)

    @property
    def body_length(self) -> int:
        """Body bytes received, those taken away included."""
        return self._body.received if self._body else 0

    @property
    def trailers(self) -> Fields:
        """The trailer fields after the last chunk."""
        return self._body.trailers if self._body else ()

    @property
    def leftover(self) -> bytes:
        """Bytes received that are not part of the message, or not understood."""
        return self._buffer.peek()

    def hand_over(self) -> bytes:
        """The bytes after this message, which are the next one's: not too many of this one."""
        self._handed_over = True
        return self.leftover

    def take_pieces(self) -> tuple[Piece, ...]:
        """The pieces held so far, which are then forgotten: for long bodies.

        A chunk that is still open is cut: neither part is then `whole`.
        """
        return self._body.take() if self._body else ()

    def feed(self, data: bytes, at: float) -> Stage:
        """Take in what one read brought at the time `at`."""
        if data and self.first_byte_at is None:
            self.first_byte_at = at
        self._buffer.append(data)
        try:
            while self.stage is Stage.HEAD and self._read_head_line(at):
                pass
            self._read_body(at)
        except LineTooLong:
            self._lose(Http1Fault.LINE_TOO_LONG, self._buffer.offset)
        return self.stage

    def close(self, at: float) -> Stage:
        """The peer ended the connection (FIN, close_notify or reset) at the time `at`."""
        self.closed_at = at
        if self.stage is Stage.HEAD:
            end = self._buffer.offset + len(self._buffer)
            self._note(Http1Fault.TRUNCATED_HEAD if end else Http1Fault.NOTHING_RECEIVED, end)
        elif self.stage is Stage.BODY and self._body:
            self._body.close()
            self._read_body(at)
        return self.stage

    def _read_head_line(self, at: float) -> bool:
        where = self._buffer.offset
        ended = self._buffer.take_line()
        if ended is None:
            return False
        line = without_end(ended, where, self._notes).decode("latin-1")
        if not line and not self._head_raw:
            self._note(Http1Fault.LEADING_EMPTY_LINE, where)
            return True
        first = not self._head_raw
        self._head_raw += ended
        if first:
            self._read_start(line, where)
        elif not line:
            self._end_head(at)
        elif len(self._fields) >= MAX_FIELDS:
            self._lose(Http1Fault.TOO_MANY_FIELDS, where)
        else:
            parse_field(line, where, fields=self._fields, notes=self._notes)
        return True

    def _take_head(self) -> tuple[Fields, bytes]:
        fields, raw = tuple(self._fields), bytes(self._head_raw)
        self._fields.clear()
        self._head_raw.clear()
        return fields, raw

    def _begin_body(self, framed: Framed) -> None:
        self._body = BodyReader(*framed, self._notes)
        self.stage = Stage.BODY

    def _read_body(self, at: float) -> None:
        if self.stage is not Stage.BODY or self._body is None:
            return
        self._body.advance(self._buffer, at)
        if self._body.complete:
            self.stage = Stage.COMPLETE
            self.completed_at = at
        elif self._body.lost:
            self.stage = Stage.LOST

    def _note(self, what: Http1Fault, where: int, text: str = "") -> None:
        self._notes.append(Note(what, where, text))

    def _lose(self, what: Http1Fault, where: int) -> None:
        self._note(what, where)
        self.stage = Stage.LOST

    @abstractmethod
    def _read_start(self, line: str, where: int) -> None:
        """Parse the start line, or become LOST."""

    @abstractmethod
    def _end_head(self, at: float) -> None:
        """The empty line was read: build the head and choose the framing."""


class ResponseReader(_MessageReader):
    """Reads the response to one request, interim responses included.

    `method` and `sent_version` are those of the request: they decide whether a body may follow and
    whether Transfer-Encoding may be used. `head` is the final response's; `interim` the 1xx heads.
    """

    def __init__(self, method: str, sent_version: str = "1.1") -> None:
        super().__init__()
        self.head: ResponseHead | None = None
        self._method = method
        self._sent_version = sent_version
        self._start = ("", 0, "")
        self._interim: list[ResponseHead] = []

    @property
    def interim(self) -> tuple[ResponseHead, ...]:
        """The 1xx responses, in order (101 is final: another protocol follows)."""
        return tuple(self._interim)

    @property
    def problems(self) -> tuple[Note, ...]:
        """Every oddity so far; bytes after the end of the response are one."""
        if self._handed_over or not (self.complete and self._buffer):
            return tuple(self._notes)
        bodiless = self.framing is Framing.NONE
        fault = Http1Fault.BODY_NOT_ALLOWED if bodiless else Http1Fault.STRAY_BYTES
        return (*self._notes, Note(fault, self._buffer.offset, preview(self._buffer.peek(80))))

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request (RFC 9112 §9.3)."""
        if not self.complete or self.head is None or self._buffer or self.closed_at is not None:
            return False
        if self.framing is Framing.CLOSE or "close" in self.head.tokens("connection"):
            return False
        return self.head.version != "1.0" or "keep-alive" in self.head.tokens("connection")

    def _read_start(self, line: str, where: int) -> None:
        start = parse_status_line(line, where, self._notes)
        if start is None:
            self.stage = Stage.LOST
        else:
            self._start = start

    def _end_head(self, at: float) -> None:
        (version, code, reason), (fields, raw) = self._start, self._take_head()
        head = ResponseHead(version, fields, raw, at, self._buffer.offset, code, reason)
        if 100 <= code < 200 and code != 101:
            self._end_interim(head)
            return
        self.head = head
        self._begin_body(
            response_framing(
                head, method=self._method, sent_version=self._sent_version, notes=self._notes
            )
        )

    def _end_interim(self, head: ResponseHead) -> None:
        note_bodiless_fields(head, self._notes)
        self._interim.append(head)
        if len(self._interim) > MAX_INTERIM:
            self._lose(Http1Fault.TOO_MANY_INTERIM, self._buffer.offset)


class RequestReader(_MessageReader):
    """Reads one request. What follows it on the connection is `leftover`, for the next reader."""

    def __init__(self) -> None:
        super().__init__()
        self.head: RequestHead | None = None
        self._start = ("", "", "")

    @property
    def expects_continue(self) -> bool:
        """Whether the sender waits for a 100 before its body; false before the head is complete."""
        return self.head is not None and self.head.expects_continue

    def _read_start(self, line: str, where: int) -> None:
        start = parse_request_line(line, where, self._notes)
        if start is None:
            self.stage = Stage.LOST
        else:
            self._start = start

    def _end_head(self, at: float) -> None:
        (version, method, target), (fields, raw) = self._start, self._take_head()
        self.head = RequestHead(version, fields, raw, at, self._buffer.offset, method, target)
        framed = request_framing(self.head, self._notes)
        if framed is None:
            self.stage = Stage.LOST
        else:
            self._begin_body(framed)

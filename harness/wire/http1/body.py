"""Message bodies (RFC 9112 §6 and §7): where they end and in which pieces they came."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from harness.wire.http1.buffer import Buffer, without_end
from harness.wire.http1.faults import Http1Fault
from harness.wire.http1.head import MAX_FIELDS, Fields, parse_field
from harness.wire.problem import Note, preview

# RFC 9112 §7.1: chunk-size = 1*HEXDIG; sixteen digits are 2**64
_CHUNK_SIZE = re.compile(r"[0-9A-Fa-f]{1,16}")
_TCHARS = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*"'
# RFC 9112 §7.1.1: *( BWS ";" BWS name [ BWS "=" BWS value ] )
_EXTENSIONS = re.compile(rf"(?:[ \t]*;[ \t]*{_TCHARS}(?:[ \t]*=[ \t]*(?:{_TCHARS}|{_QUOTED}))?)*")
# RFC 9110 §6.5.1: framing, routing, authentication and content format are no trailers
_NOT_TRAILERS = frozenset(
    {
        "transfer-encoding",
        "content-length",
        "host",
        "authorization",
        "set-cookie",
        "content-encoding",
        "content-type",
        "content-range",
        "trailer",
    }
)


class Framing(StrEnum):
    """How the end of a body is told (RFC 9112 §6.3)."""

    NONE = "none"
    LENGTH = "length"
    CHUNKED = "chunked"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of body bytes: one chunk of the chunked coding, else what one `feed` brought.

    `began` and `at` are the arrivals of its first and last byte; `offset` counts body bytes.
    `whole` is true for exactly one complete chunk, false for anything less.
    """

    data: bytes = field(repr=False)
    began: float
    at: float
    offset: int
    extension: str = ""
    whole: bool = False


class _Step(StrEnum):
    SIZE = "size"
    DATA = "data"
    DELIMITER = "delimiter"
    TRAILERS = "trailers"
    DONE = "done"
    LOST = "lost"


class BodyReader:
    """Reads one body from a `Buffer`. Knows nothing of start lines, methods or roles."""

    def __init__(self, framing: Framing, length: int, notes: list[Note]) -> None:
        self.framing = framing
        self.received = 0
        self._notes = notes
        self._pieces: list[Piece] = []
        self._trailers: list[tuple[str, str]] = []
        self._remaining = length
        self._open: list[bytes] = []
        self._open_since = self._open_until = 0.0
        self._extension = ""
        self._cut = False
        self._step = _Step.SIZE if framing is Framing.CHUNKED else _Step.DATA
        if framing is Framing.NONE or (framing is Framing.LENGTH and length == 0):
            self._step = _Step.DONE

    @property
    def complete(self) -> bool:
        return self._step is _Step.DONE

    @property
    def lost(self) -> bool:
        """Whether the framing is so broken that the end of the body cannot be known."""
        return self._step is _Step.LOST

    @property
    def trailers(self) -> Fields:
        return tuple(self._trailers)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What is held, the chunk that is still open included."""
        return (*self._pieces, self._open_piece(whole=False)) if self._open else (*self._pieces,)

    def take(self) -> tuple[Piece, ...]:
        """What is held, and forget it: for bodies too long to be kept."""
        taken = self.pieces
        self._cut = self._cut or bool(self._open)
        self._pieces.clear()
        self._open.clear()
        return taken

    def advance(self, buffer: Buffer, at: float) -> None:
        """Consume what can be consumed. `LineTooLong` comes from the buffer."""
        while _STEPS[self._step](self, buffer, at):
            pass

    def close(self) -> None:
        """The connection ended before the body did: note what is missing."""
        if self.framing is Framing.CLOSE:
            self._step = _Step.DONE
        else:
            chunked = self.framing is Framing.CHUNKED
            fault = Http1Fault.NO_LAST_CHUNK if chunked else Http1Fault.TRUNCATED_BODY
            self._notes.append(Note(fault, self.received))

    def _read_size(self, buffer: Buffer, at: float) -> bool:
        where = buffer.offset
        ended = buffer.take_line()
        if ended is None:
            return False
        raw = without_end(ended, where, self._notes)
        line = raw.decode("latin-1")
        size, semicolon, rest = line.partition(";")
        if not _CHUNK_SIZE.fullmatch(size.strip(" \t")):
            return self._give_up(Http1Fault.BAD_CHUNK_SIZE, where, raw)
        if size != size.strip(" \t"):
            self._notes.append(Note(Http1Fault.SPACE_AFTER_CHUNK_SIZE, where, preview(line)))
        if not _EXTENSIONS.fullmatch(semicolon + rest):
            self._notes.append(Note(Http1Fault.BAD_CHUNK_EXTENSION, where, preview(line)))
        self._extension = rest
        self._remaining = int(size, 16)
        self._step = _Step.DATA if self._remaining else _Step.TRAILERS
        return True

    def _read_data(self, buffer: Buffer, at: float) -> bool:
        if not buffer:
            return False
        until_close = self.framing is Framing.CLOSE
        data = buffer.take(len(buffer) if until_close else self._remaining)
        self._open_since = self._open_since if self._open else at
        self._open_until = at
        self._open.append(data)
        self.received += len(data)
        if self.framing is not Framing.CHUNKED:
            self._end_piece(whole=False)
        if not until_close:
            self._remaining -= len(data)
            if not self._remaining:
                self._end_data()
        return True

    def _end_data(self) -> None:
        if self.framing is Framing.LENGTH:
            self._step = _Step.DONE
            return
        self._end_piece(whole=not self._cut)
        self._cut = False
        self._step = _Step.DELIMITER

    def _end_piece(self, *, whole: bool) -> None:
        self._pieces.append(self._open_piece(whole=whole))
        self._open.clear()

    def _open_piece(self, *, whole: bool) -> Piece:
        data = b"".join(self._open)
        offset = self.received - len(data)
        return Piece(data, self._open_since, self._open_until, offset, self._extension, whole)

    def _read_delimiter(self, buffer: Buffer, at: float) -> bool:
        start = buffer.peek(2)
        if start in (b"", b"\r"):
            return False
        if start[:1] == b"\n":
            self._notes.append(Note(Http1Fault.BARE_LF, buffer.offset))
        elif start != b"\r\n":
            return self._give_up(Http1Fault.CHUNK_NOT_ENDED, buffer.offset, b"")
        buffer.take(1 if start[:1] == b"\n" else 2)
        self._step = _Step.SIZE
        return True

    def _read_trailer(self, buffer: Buffer, at: float) -> bool:
        where = buffer.offset
        ended = buffer.take_line()
        if ended is None:
            return False
        raw = without_end(ended, where, self._notes)
        if not raw:
            self._step = _Step.DONE
        elif len(self._trailers) >= MAX_FIELDS:
            return self._give_up(Http1Fault.TOO_MANY_FIELDS, where, b"")
        else:
            self._add_trailer(raw.decode("latin-1"), where)
        return True

    def _add_trailer(self, line: str, where: int) -> None:
        known = len(self._trailers)
        parse_field(line, where, fields=self._trailers, notes=self._notes)
        for name, _ in self._trailers[known:]:
            if name.lower() in _NOT_TRAILERS:
                self._notes.append(Note(Http1Fault.FORBIDDEN_TRAILER, where, preview(name)))

    def _give_up(self, fault: Http1Fault, where: int, text: bytes) -> bool:
        self._notes.append(Note(fault, where, preview(text)))
        self._step = _Step.LOST
        return False

    def _rest(self, buffer: Buffer, at: float) -> bool:
        return False


_STEPS: dict[_Step, Callable[[BodyReader, Buffer, float], bool]] = {
    _Step.SIZE: BodyReader._read_size,
    _Step.DATA: BodyReader._read_data,
    _Step.DELIMITER: BodyReader._read_delimiter,
    _Step.TRAILERS: BodyReader._read_trailer,
    _Step.DONE: BodyReader._rest,
    _Step.LOST: BodyReader._rest,
}

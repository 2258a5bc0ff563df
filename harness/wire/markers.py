"""The progress body of a COPY: performance markers and the result line.

Grammar (HTTP-TPC technical details, "Monitoring copy progress"): a marker is the line
`Perf Marker`, lines `Key: value` with any leading blanks, and the line `End`; the body ends in one
result line. The parser follows the readings adopted for clients: all six result words in any case,
CR LF, any indentation, unknown keys. What a server ought not to do is read too, and noted.
Rule: nothing here knows sizes, clocks or periods.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from harness.wire.lines import Chunk, ChunkedText, Line
from harness.wire.problem import Fault, Note, preview

# Documents as the catalogue names them
_PROGRESS = "tpc-details Monitoring copy progress"
_FORMAT = "dcache-webdav HTTP response"
_FINAL = "dcache-webdav Final result"


class MarkerFault(Fault):
    """What can be wrong with a progress body."""

    CR_LF = "line ended by CR LF", _FORMAT
    BLANK_LINE = "empty line", _FORMAT
    ODD_OPENING = "opening line not exactly 'Perf Marker'", _FORMAT
    ODD_ENDING = "closing line not exactly 'End'", _FORMAT
    END_WITHOUT_MARKER = "'End' outside a marker", _FORMAT
    NESTED_MARKER = "'Perf Marker' before the last marker's 'End'", _FORMAT
    UNENDED_MARKER = "marker without 'End'", _FORMAT
    RESULT_INSIDE_MARKER = "result line before the marker's 'End'", _FORMAT
    NO_SEPARATOR = "marker line without colon", _FORMAT
    ODD_SEPARATOR = "key and value not separated by a colon and one space", _FORMAT
    NO_VALUE = "key without value", _FORMAT
    ODD_KEY_CASE = "known key in another case", _FORMAT
    REPEATED_KEY = "key given twice in one marker", _FORMAT
    NOT_AN_INTEGER = "value is not a decimal integer", _PROGRESS
    SPLIT_MARKER = "marker spread over several chunks", _PROGRESS
    SHARED_CHUNK = "marker shares its chunk with other text", _PROGRESS
    UNKNOWN_LINE = "line that is neither marker nor result", _PROGRESS
    EMBEDDED_RESPONSE = "status line inside the progress body", _PROGRESS
    OTHER_RESULT_WORD = "result word other than success and failure", _PROGRESS
    ODD_RESULT = "result word followed by neither a colon nor the line end", _PROGRESS
    NO_RESULT_TEXT = "failure without a text", _PROGRESS
    INDENTED_RESULT = "result line begins with white space", _PROGRESS
    SECOND_RESULT = "second result line", _PROGRESS
    MARKER_AFTER_RESULT = "marker after the result line", _PROGRESS
    TEXT_AFTER_RESULT = "text after the result line", _FINAL


INTEGER_KEYS = (
    "Timestamp",
    "Stripe Index",
    "Stripe Bytes Transferred",
    "Total Stripe Count",
    "State",
    "Stripe Start Time",
    "Stripe Last Transferred",
    "Stripe Transfer Time",
)
KEYS = (*INTEGER_KEYS, "State description", "Stripe Status", "RemoteConnections")
_BY_LOWER = {key.lower(): key for key in KEYS}

_STRICT_PAIR = re.compile(r"[ \t]*([^:\s](?:[^:]*[^:\s])?): (\S.*)")
_PAIR = re.compile(r"\s*([^:]*?)\s*:\s*(.*)")
_RESULT = re.compile(r"\s*(success|failure|failed|aborted)(.*)", re.IGNORECASE | re.DOTALL)
_RESULT_IN_MARKER = re.compile(r"(success|failure|failed|aborted)(:|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marker:
    """One performance marker. `values` are all its pairs as written, known keys in their own case.

    `arrived` is the arrival of its last byte in the caller's seconds; `chunk_index` the only chunk
    that holds it, `whole_chunk` whether it fills that chunk (both None if chunks are not known).
    """

    values: tuple[tuple[str, str], ...]
    raw: str = field(repr=False)
    start: int
    arrived: float | None
    chunk_index: int | None
    whole_chunk: bool | None
    ended: bool
    problems: tuple[Note, ...]

    def get(self, key: str) -> str | None:
        """The first value of the key, None if it is absent."""
        return next((value for name, value in self.values if name == key), None)

    def integer(self, key: str) -> int | None:
        """The value as a number; None if it is absent or no decimal integer."""
        value = self.get(key)
        return int(value) if value is not None and is_integer(value) else None

    @property
    def timestamp(self) -> int | None:
        return self.integer("Timestamp")

    @property
    def stripe_index(self) -> int | None:
        return self.integer("Stripe Index")

    @property
    def stripe_bytes(self) -> int | None:
        return self.integer("Stripe Bytes Transferred")

    @property
    def stripe_count(self) -> int | None:
        return self.integer("Total Stripe Count")

    @property
    def remote_connections(self) -> str | None:
        """The list as written; `connections.parse_connections` reads it."""
        return self.get("RemoteConnections")

    @property
    def state(self) -> int | None:
        return self.integer("State")

    @property
    def state_description(self) -> str | None:
        return self.get("State description")

    @property
    def stripe_status(self) -> str | None:
        return self.get("Stripe Status")

    @property
    def extra(self) -> tuple[tuple[str, str], ...]:
        """The pairs whose key no document mentions."""
        return tuple(pair for pair in self.values if pair[0] not in KEYS)


class ResultKind(StrEnum):
    """What the last line says. UNKNOWN counts as a failure (MARK-021)."""

    SUCCESS = "success"
    FAILURE = "failure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ResultLine:
    """The line that ends the body. `word` as written, `text` what follows the colon."""

    kind: ResultKind
    word: str
    text: str
    raw: str
    start: int
    arrived: float | None
    own_chunk: bool | None
    newline: bool


@dataclass(frozen=True, slots=True)
class ProgressStream:
    """A progress body, read as far as it came.

    `result` is the last of `results`, or an unknown line in its place; None if the body ends in a
    marker or is empty. `problems` has all notes in the order of the bytes.
    """

    markers: tuple[Marker, ...]
    results: tuple[ResultLine, ...]
    result: ResultLine | None
    problems: tuple[Note, ...]

    @property
    def succeeded(self) -> bool:
        """Whether a client takes the transfer for successful."""
        return self.result is not None and self.result.kind is ResultKind.SUCCESS


def is_integer(value: str) -> bool:
    """Whether the value is decimal digits and nothing else."""
    return value.isascii() and value.isdigit() and len(value) <= 20


def parse_progress(body: bytes | Sequence[Chunk]) -> ProgressStream:
    """Read a progress body, whole or so far; never fails.

    Pass the chunks as (bytes, arrival in seconds) where they are known: only then can a marker be
    said to be split, and arrivals be told.
    """
    return _Parser(ChunkedText(body)).parse()


class _Parser:
    """One pass over the lines; `_open` holds the lines of the marker being read."""

    def __init__(self, text: ChunkedText) -> None:
        self._text = text
        self._notes: list[Note] = []
        self._markers: list[Marker] = []
        self._results: list[ResultLine] = []
        self._unknown: Line | None = None
        self._open: list[Line] = []
        self._values: list[tuple[str, str]] = []
        self._line_note = self._first_note = 0

    def parse(self) -> ProgressStream:
        for line in self._text.lines():
            self._line_note = len(self._notes)
            if line.end == "\r\n":
                self._note(MarkerFault.CR_LF, line)
            if self._open:
                self._inside(line)
            else:
                self._outside(line)
        if self._open:
            self._end_marker(MarkerFault.UNENDED_MARKER)
        result = self._results[-1] if self._results else self._unknown_result()
        notes = sorted(self._notes, key=lambda note: note.where)
        return ProgressStream(tuple(self._markers), tuple(self._results), result, tuple(notes))

    def _outside(self, line: Line) -> None:
        word = line.text.strip()
        if word.lower() == "perf marker":
            self._begin_marker(line)
        elif match := _RESULT.fullmatch(line.text):
            self._add_result(line, match)
        elif not word:
            self._note(MarkerFault.BLANK_LINE, line)
        else:
            self._add_unknown(line, word)

    def _add_unknown(self, line: Line, word: str) -> None:
        if self._results:
            fault = MarkerFault.TEXT_AFTER_RESULT
        elif word.lower() == "end":
            fault = MarkerFault.END_WITHOUT_MARKER
        elif word.startswith("HTTP/"):
            fault = MarkerFault.EMBEDDED_RESPONSE
        else:
            fault = MarkerFault.UNKNOWN_LINE
        self._note(fault, line)
        self._unknown = line

    def _begin_marker(self, line: Line) -> None:
        self._first_note = self._line_note
        self._open = [line]
        self._values = []
        self._unknown = None
        if line.text != "Perf Marker":
            self._note(MarkerFault.ODD_OPENING, line)
        if self._results:
            self._note(MarkerFault.MARKER_AFTER_RESULT, line)

    def _inside(self, line: Line) -> None:
        word = line.text.strip()
        if word.lower() == "perf marker":
            self._end_marker(MarkerFault.NESTED_MARKER)
            self._begin_marker(line)
        elif _RESULT_IN_MARKER.match(line.text):
            self._end_marker(MarkerFault.RESULT_INSIDE_MARKER)
            self._outside(line)
        elif word.lower() == "end":
            self._open.append(line)
            if line.text != "End":
                self._note(MarkerFault.ODD_ENDING, line)
            self._end_marker(None)
        else:
            self._open.append(line)
            self._add_pair(line)

    def _add_pair(self, line: Line) -> None:
        match = _PAIR.fullmatch(line.text)
        if match is None:
            blank = not line.text.strip()
            self._note(MarkerFault.BLANK_LINE if blank else MarkerFault.NO_SEPARATOR, line)
            return
        written, value = match.group(1), match.group(2).rstrip()
        key = _BY_LOWER.get(written.lower(), written)
        if key != written:
            self._note(MarkerFault.ODD_KEY_CASE, line)
        if any(key == known for known, _ in self._values):
            self._note(MarkerFault.REPEATED_KEY, line)
        if not value:
            self._note(MarkerFault.NO_VALUE, line)
        elif not _STRICT_PAIR.fullmatch(line.text):
            self._note(MarkerFault.ODD_SEPARATOR, line)
        if value and key in INTEGER_KEYS and not is_integer(value):
            self._note(MarkerFault.NOT_AN_INTEGER, line)
        self._values.append((key, value))

    def _end_marker(self, fault: MarkerFault | None) -> None:
        first, last = self._open[0], self._open[-1]
        if fault is not None:
            self._note(fault, first)
        index = self._text.chunk(first.start, last.text_stop)
        whole = self._text.is_chunk(first.start, stop=last.text_stop, upto=last.stop)
        if whole is False:
            split = index is None
            self._note(MarkerFault.SPLIT_MARKER if split else MarkerFault.SHARED_CHUNK, first)
        self._markers.append(
            Marker(
                values=tuple(self._values),
                raw="".join(line.text + line.end for line in self._open),
                start=first.start,
                arrived=self._text.arrival(last.stop),
                chunk_index=index,
                whole_chunk=whole,
                ended=fault is None,
                problems=self._notes_between(first.start, last.stop),
            )
        )
        self._open = []

    def _notes_between(self, start: int, stop: int) -> tuple[Note, ...]:
        recent = self._notes[self._first_note :]
        return tuple(note for note in recent if start <= note.where < stop)

    def _add_result(self, line: Line, match: re.Match[str]) -> None:
        word, rest = match.groups()
        success = word.lower() == "success"
        text = rest.removeprefix(":").strip()
        if self._results:
            self._note(MarkerFault.SECOND_RESULT, line)
        if line.text[0].isspace():
            self._note(MarkerFault.INDENTED_RESULT, line)
        if word not in ("success", "failure"):
            self._note(MarkerFault.OTHER_RESULT_WORD, line)
        if rest.strip() and not rest.startswith(":"):
            self._note(MarkerFault.ODD_RESULT, line)
        if not (success or text):
            self._note(MarkerFault.NO_RESULT_TEXT, line)
        kind = ResultKind.SUCCESS if success else ResultKind.FAILURE
        self._results.append(self._result(line, kind, word=word, text=text))

    def _unknown_result(self) -> ResultLine | None:
        if self._unknown is None:
            return None
        text = self._unknown.text.strip()
        return self._result(self._unknown, ResultKind.UNKNOWN, word="", text=text)

    def _result(self, line: Line, kind: ResultKind, *, word: str, text: str) -> ResultLine:
        return ResultLine(
            kind=kind,
            word=word,
            text=text,
            raw=line.text,
            start=line.start,
            arrived=self._text.arrival(line.stop),
            own_chunk=self._text.is_chunk(line.start, stop=line.text_stop, upto=line.stop),
            newline=bool(line.end),
        )

    def _note(self, fault: MarkerFault, line: Line) -> None:
        self._notes.append(Note(fault, line.start, preview(line.text)))

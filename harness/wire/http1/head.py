"""Start lines and header fields (RFC 9112 §2 to §5): one line in, values and notes out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from harness.wire.http1.faults import Http1Fault
from harness.wire.problem import Note, preview

Fields = tuple[tuple[str, str], ...]

MAX_FIELDS = 1000

# RFC 9110 §5.6.2: token = 1*tchar
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# RFC 9112 §4: status-line = HTTP-version SP status-code SP [ reason-phrase ]
_STATUS = re.compile(r"HTTP/(\d\.\d) (\d{3}) (.*)")
_ODD_STATUS = re.compile(r"HTTP/(\d+(?:\.\d+)?)[ \t]+(\d{3})(?:[ \t]+(.*))?")
# RFC 9112 §3: request-line = method SP request-target SP HTTP-version
_REQUEST = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \t]+) HTTP/(\d\.\d)")
_ODD_REQUEST = re.compile(r"[ \t]*(\S+)[ \t]+(.*?)[ \t]+HTTP/(\d+(?:\.\d+)?)[ \t]*")


@dataclass(frozen=True, slots=True)
class Head:
    """What both kinds of message share. `fields` keep order, case and repetitions.

    `at` is the arrival (in the caller's seconds) of the last byte of the head, `raw` its bytes and
    `end` their end, counted from the first byte that the reader was fed.
    """

    version: str
    fields: Fields
    raw: bytes = field(repr=False)
    at: float
    end: int

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field, in order; the name in any case."""
        wanted = name.lower()
        return tuple(value for key, value in self.fields if key.lower() == wanted)

    def get(self, name: str) -> str | None:
        """The values joined as a list (RFC 9110 §5.3), or None if the field is absent."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def tokens(self, name: str) -> tuple[str, ...]:
        """The comma-separated elements of the field in lower case."""
        elements = (element.strip().lower() for element in (self.get(name) or "").split(","))
        return tuple(element for element in elements if element)


@dataclass(frozen=True, slots=True)
class ResponseHead(Head):
    """Status line and fields of a response, interim or final."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class RequestHead(Head):
    """Request line and fields; `target` as it was sent."""

    method: str
    target: str

    @property
    def expects_continue(self) -> bool:
        """Whether the body is held back for a 100 (RFC 9110 §10.1.1)."""
        return self.version != "1.0" and "100-continue" in self.tokens("expect")


def parse_status_line(line: str, where: int, notes: list[Note]) -> tuple[str, int, str] | None:
    """Version, code and reason; None if the line cannot be taken for a status line."""
    strict = _STATUS.fullmatch(line)
    match = strict or _ODD_STATUS.fullmatch(line)
    if match is None:
        notes.append(Note(Http1Fault.NOT_A_STATUS_LINE, where, preview(line)))
        return None
    if strict is None:
        notes.append(Note(Http1Fault.ODD_STATUS_LINE, where, preview(line)))
    version, code, reason = match.group(1), int(match.group(2)), match.group(3) or ""
    _note_version(version, where, notes)
    if not 100 <= code <= 599:
        notes.append(Note(Http1Fault.ODD_STATUS_CODE, where, preview(line)))
    return version, code, reason


def parse_request_line(line: str, where: int, notes: list[Note]) -> tuple[str, str, str] | None:
    """Version, method and target; None if the line cannot be taken for a request line."""
    strict = _REQUEST.fullmatch(line)
    match = strict or _ODD_REQUEST.fullmatch(line)
    if match is None:
        notes.append(Note(Http1Fault.NOT_A_REQUEST_LINE, where, preview(line)))
        return None
    if strict is None:
        notes.append(Note(Http1Fault.ODD_REQUEST_LINE, where, preview(line)))
    _note_version(match.group(3), where, notes)
    return match.group(3), match.group(1), match.group(2)


def _note_version(version: str, where: int, notes: list[Note]) -> None:
    if version not in ("1.1", "1.0"):
        notes.append(Note(Http1Fault.ODD_VERSION, where, version))


def parse_field(line: str, where: int, *, fields: list[tuple[str, str]], notes: list[Note]) -> None:
    """Append the field of one line to `fields`, or continue the last one (obs-fold)."""
    if line[:1] in (" ", "\t") and fields:
        name, value = fields[-1]
        fields[-1] = (name, (value + " " + line.strip(" \t")).strip(" "))
        notes.append(Note(Http1Fault.OBS_FOLD, where, name))
        return
    name, colon, value = line.partition(":")
    if not colon:
        notes.append(Note(Http1Fault.NO_COLON, where, preview(line)))
        return
    value = value.strip(" \t")
    fields.append((name.strip(" \t"), value))
    notes.extend(Note(fault, where, preview(name)) for fault in _field_faults(name, value))


def _field_faults(name: str, value: str) -> list[Http1Fault]:
    faults = []
    if name != name.rstrip(" \t"):
        faults.append(Http1Fault.SPACE_BEFORE_COLON)
    if not _TOKEN.fullmatch(name.rstrip(" \t")):
        faults.append(Http1Fault.BAD_FIELD_NAME)
    if "\r" in value:
        faults.append(Http1Fault.BARE_CR)
    if any((c < " " and c not in "\t\r") or c == "\x7f" for c in value):
        faults.append(Http1Fault.CONTROL_CHARACTER)
    return faults

"""What a parser has to say about bytes it does not like.

A `Fault` is one member of a closed set, its value a short sentence and `section` the place in the
specs that is at stake. A `Note` says that a fault was seen at an offset and parsing went on; a
`SyntaxProblem` says that it could not go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

PREVIEW = 60
"""Characters of the offending text that a note quotes at most."""


class Fault(StrEnum):
    """Base of the closed sets of faults; a member is written `NAME = "sentence", "section"`."""

    section: str

    def __new__(cls, what: str, section: str) -> Self:
        member = str.__new__(cls, what)
        member._value_ = what
        member.section = section
        return member


@dataclass(frozen=True, slots=True)
class Note:
    """One oddity that was read over. `where` counts bytes (or characters) from the start."""

    what: Fault
    where: int
    text: str = ""

    @property
    def section(self) -> str:
        """The place in the specs, as `rfc9112 §7.1`."""
        return self.what.section

    def __str__(self) -> str:
        quoted = f": {self.text!r}" if self.text else ""
        return f"{self.what} at {self.where}{quoted} ({self.section})"


class SyntaxProblem(ValueError):
    """The text is not in the language. Carries `what`, `where`, `text` and `section`."""

    def __init__(self, what: Fault, where: int = 0, text: str = "") -> None:
        self.note = Note(what, where, preview(text))
        super().__init__(str(self.note))

    @property
    def what(self) -> Fault:
        return self.note.what

    @property
    def where(self) -> int:
        return self.note.where

    @property
    def text(self) -> str:
        return self.note.text

    @property
    def section(self) -> str:
        return self.note.section


def preview(text: str | bytes | bytearray) -> str:
    """The beginning of `text`, fit to be quoted in a note."""
    shown = text[:PREVIEW]
    return shown if isinstance(shown, str) else shown.decode("latin-1")

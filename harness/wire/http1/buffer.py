"""The bytes that came in and are not consumed yet, with their absolute offset."""

from __future__ import annotations

from harness.wire.http1.faults import Http1Fault
from harness.wire.problem import Note, preview

MAX_LINE = 65536
"""Longest line that is waited for; a peer that never ends a line must not fill the memory."""


class LineTooLong(Exception):
    """No line end within `MAX_LINE` bytes; the reader gives the message up."""


class Buffer:
    """A queue of bytes. `offset` is the position of its first byte in the whole input."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        # What one read brought and nobody looked at yet: body bytes leave here without a copy.
        self._fresh = b""
        self._searched = 0
        self.offset = 0

    def __len__(self) -> int:
        return len(self._bytes) + len(self._fresh)

    def append(self, data: bytes) -> None:
        if len(self):
            self._settle()
            self._bytes += data
        else:
            self._fresh = data

    def peek(self, count: int | None = None) -> bytes:
        """Up to `count` bytes, by default all, not consumed."""
        self._settle()
        return bytes(memoryview(self._bytes)[:count])

    def take(self, count: int) -> bytes:
        """Up to `count` bytes, consumed."""
        if 0 < len(self._fresh) <= count:
            taken, self._fresh = self._fresh, b""
        else:
            self._settle()
            taken = bytes(memoryview(self._bytes)[:count])
            del self._bytes[:count]
        self.offset += len(taken)
        self._searched = 0
        return taken

    def take_line(self) -> bytes | None:
        """The next line with its LF, consumed; None if it is not complete yet."""
        self._settle()
        end = self._bytes.find(b"\n", self._searched, MAX_LINE)
        if end >= 0:
            return self.take(end + 1)
        if len(self._bytes) >= MAX_LINE:
            raise LineTooLong
        self._searched = len(self._bytes)
        return None

    def _settle(self) -> None:
        if self._fresh:
            self._bytes += self._fresh
            self._fresh = b""


def without_end(line: bytes, where: int, notes: list[Note]) -> bytes:
    """`line` without its CR LF.

    A lone LF is noted: RFC 9112 §2.2 allows recipients to take it for a line end, but no sender
    may write it.
    """
    if line.endswith(b"\r\n"):
        return line[:-2]
    notes.append(Note(Http1Fault.BARE_LF, where, preview(line[:-1])))
    return line[:-1]

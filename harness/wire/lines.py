"""Text lines of a body that came in chunks: where each lies and when it was complete."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Chunk = tuple[bytes, float]
"""The bytes of one chunk and its arrival in seconds."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text` without its end, `end` being "\\n", "\\r\\n" or "" (end of the body)."""

    text: str
    end: str
    start: int
    stop: int

    @property
    def text_stop(self) -> int:
        """The offset after the last byte before the line end."""
        return self.stop - len(self.end)


class ChunkedText:
    """A body with its chunk boundaries, if they are known."""

    def __init__(self, source: bytes | Sequence[Chunk]) -> None:
        self._known = not isinstance(source, bytes)
        chunks = [(source, 0.0)] if isinstance(source, bytes) else source
        chunks = [chunk for chunk in chunks if chunk[0]]
        self.raw = b"".join(data for data, _ in chunks)
        self._arrivals = [at for _, at in chunks]
        self._starts: list[int] = []
        position = 0
        for data, _ in chunks:
            self._starts.append(position)
            position += len(data)
        self._ends = frozenset([*self._starts[1:], position])

    def lines(self) -> Iterator[Line]:
        """Every line; an unended last one too. Bytes that are no UTF-8 appear as `\\xNN`."""
        position = 0
        while position < len(self.raw):
            newline = self.raw.find(b"\n", position)
            stop = len(self.raw) if newline < 0 else newline + 1
            data = self.raw[position:stop]
            end = "\r\n" if data.endswith(b"\r\n") else "\n" if data.endswith(b"\n") else ""
            text = data[: len(data) - len(end)].decode("utf-8", "backslashreplace")
            yield Line(text, end, position, stop)
            position = stop

    def arrival(self, stop: int) -> float | None:
        """When the byte before `stop` was there; None if the chunks are not known."""
        return self._arrivals[self._chunk_of(stop - 1)] if self._known else None

    def chunk(self, start: int, stop: int) -> int | None:
        """The index of the one chunk that holds all of `start` to `stop`, if there is one."""
        first = self._chunk_of(start)
        return first if self._known and first == self._chunk_of(stop - 1) else None

    def is_chunk(self, start: int, *, stop: int, upto: int) -> bool | None:
        """Whether a chunk begins at `start` and ends from `stop` up to `upto`; None if unknown."""
        if not self._known:
            return None
        return (
            self.chunk(start, stop) is not None
            and start in self._starts
            and any(place in self._ends for place in range(stop, upto + 1))
        )

    def _chunk_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

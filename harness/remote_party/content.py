"""The bytes of far files: held in memory, or, where they are too many, made as they are sent."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

LARGEST = 64 * 1024 * 1024
"""The longest content that is held in memory."""

HUGEST = 16 * 1024**3
"""The longest content there is: longer ones would keep a far side busy with their checksum."""

BLOCK = 1 << 20
NUMBER = 8
"""Bytes at the beginning of a block that tell its number, so that no two are alike."""


@dataclass(frozen=True, slots=True)
class Large:
    """A stretch of content that is never held as a whole; a slice of it is another stretch."""

    seed: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, part: slice) -> Large:
        start, stop, _ = part.indices(len(self))
        return Large(self.seed, self.start + start, self.start + max(start, stop))

    def __bytes__(self) -> bytes:
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        """The bytes, in pieces of at most a block."""
        position = self.start
        while position < self.stop:
            block, offset = divmod(position, BLOCK)
            piece = _block(self.seed, block)[offset : offset + self.stop - position]
            yield piece
            position += len(piece)


Content = bytes | Large


def content_of(size: int, seed: int) -> Content:
    """The bytes of a far file, the same for the same size and seed."""
    return small(size, seed) if size <= LARGEST else Large(seed, 0, size)


@lru_cache(maxsize=16)  # contents are long, and a far side may run for months
def small(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - test data, not a secret


def pieces(content: Content, *more: bytes) -> Iterable[bytes]:
    """The content, and what is to follow it, without holding all of it."""
    return itertools.chain((content,) if isinstance(content, bytes) else content, more)


def _block(seed: int, number: int) -> bytes:
    return number.to_bytes(NUMBER, "big") + small(BLOCK, seed)[NUMBER:]

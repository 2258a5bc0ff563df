"""Writing the chunked transfer coding (RFC 9112 section 7.1)."""

from __future__ import annotations

from itertools import cycle

LAST_CHUNK = b"0\r\n\r\n"
SIZES = (1, 4096, 17)
"""Sizes in turn: nobody may take a chunk for a unit of the content."""


def chunked(content: bytes) -> bytes:
    """``content`` in chunks of various sizes, with the last chunk and no trailers."""
    return open_ended(content) + LAST_CHUNK


def open_ended(content: bytes) -> bytes:
    """The same without the last chunk: a body that is not complete."""
    written, position, sizes = [], 0, cycle(SIZES)
    while position < len(content):
        piece = content[position : position + next(sizes)]
        written.append(b"%x\r\n%b\r\n" % (len(piece), piece))
        position += len(piece)
    return b"".join(written)

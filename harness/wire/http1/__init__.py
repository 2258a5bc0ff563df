"""HTTP/1.1 messages, read byte by byte as they come (RFC 9112).

    reader = ResponseReader("COPY")
    while reader.stage not in (Stage.COMPLETE, Stage.LOST):
        data = connection.recv(65536)
        reader.feed(data, clock()) if data else reader.close(clock())

After the head: `reader.head` (version, code, reason, `fields` in order and in their own case),
`reader.interim` (the 1xx heads), `reader.framing`. While the body comes: `reader.pieces` (chunk
boundaries and arrival times), `take_pieces()` for long bodies. At the end: `complete`, `trailers`,
`leftover`, `problems`. `RequestReader` is the same for the far side: `head.method`, `head.target`,
`expects_continue`. Both are strict in what they note and lenient in what they read: they never
raise, whatever the bytes are.
"""

from __future__ import annotations

from harness.wire.http1.body import Framing, Piece
from harness.wire.http1.faults import Http1Fault
from harness.wire.http1.head import Fields, RequestHead, ResponseHead
from harness.wire.http1.reader import RequestReader, ResponseReader, Stage

__all__ = [
    "Fields",
    "Framing",
    "Http1Fault",
    "Piece",
    "RequestHead",
    "RequestReader",
    "ResponseHead",
    "ResponseReader",
    "Stage",
]

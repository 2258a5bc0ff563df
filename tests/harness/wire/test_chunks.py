"""What we write as chunks, our own reader takes apart again."""

from __future__ import annotations

import pytest

from harness.wire.chunks import chunked, open_ended
from harness.wire.http1 import RequestReader, Stage

HEAD = b"PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("size", [0, 1, 2, 4097, 4114, 100_000])
def test_content_comes_back(size: int) -> None:
    content = (bytes(range(256)) * 400)[:size]
    reader = RequestReader()
    assert reader.feed(HEAD + chunked(content), 0.0) is Stage.COMPLETE
    assert (reader.body, reader.problems) == (content, ())


def test_body_without_its_last_chunk_is_not_complete() -> None:
    reader = RequestReader()
    assert reader.feed(HEAD + open_ended(b"half"), 0.0) is Stage.BODY
    assert reader.body == b"half"

"""However the input is cut into reads, the readers see the same message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.http1 import RequestReader, ResponseReader

RESPONSES = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'4;a="b"\r\nPerf\r\n8\r\n\r\nEnd\r\n!\r\n0\r\nDigest: adler32=1\r\n\r\nstray',
    b"HTTP/1.1 200 OK\nContent-Length: 6\r\nA: b\r\n c\r\nbad line\r\n\r\nabc\r\nd",
    b"HTTP/1.1 200 OK\r\n\r\nto the end\r\n",
    b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n10\r\ntoo short\r\n0\r\n\r\n",
    b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ntoo long\r\n0\r\n\r\n",
    b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\n1\r\nb\rx",
    b"\r\n\nHTTP/1.1  200\r\nContent-Length: 0\r\n\r\n",
    b"NOT HTTP\r\n\r\n",
)
REQUEST = (
    b"\r\nPUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nX"
)


@st.composite
def cuts(draw: st.DrawFn, raw: bytes) -> list[bytes]:
    places = sorted(draw(st.sets(st.integers(0, len(raw)), max_size=12)))
    return [raw[a:b] for a, b in zip([0, *places], [*places, len(raw)], strict=True)]


def summary(reader: ResponseReader | RequestReader) -> tuple[object, ...]:
    chunks = [(p.data, p.offset, p.extension) for p in reader.pieces if p.whole]
    head = reader.head and (reader.head.raw, reader.head.fields, reader.head.end)
    return (
        (reader.stage, head, reader.framing, reader.body, reader.body_length, chunks),
        (reader.trailers, reader.leftover, reader.problems),
    )


def feed_all(reader: ResponseReader | RequestReader, reads: list[bytes]) -> tuple[object, ...]:
    for at, data in enumerate(reads):
        reader.feed(data, float(at))
    reader.close(float(len(reads)))
    return summary(reader)


@pytest.mark.parametrize("raw", RESPONSES)
@given(data=st.data())
def test_any_split_of_a_response(raw: bytes, data: st.DataObject) -> None:
    whole = feed_all(ResponseReader("COPY"), [raw])
    assert feed_all(ResponseReader("COPY"), data.draw(cuts(raw))) == whole


@given(data=st.data())
def test_any_split_of_a_request(data: st.DataObject) -> None:
    whole = feed_all(RequestReader(), [REQUEST])
    assert feed_all(RequestReader(), data.draw(cuts(REQUEST))) == whole


@pytest.mark.parametrize("raw", [*RESPONSES, REQUEST])
def test_byte_by_byte(raw: bytes) -> None:
    single = [raw[i : i + 1] for i in range(len(raw))]
    assert feed_all(ResponseReader("GET"), single) == feed_all(ResponseReader("GET"), [raw])


@given(st.binary(max_size=200))
def test_nothing_makes_the_reader_raise(noise: bytes) -> None:
    for prefix in (b"", b"HTTP/1.1 200 OK\r\n", RESPONSES[3][:60]):
        reader = ResponseReader("GET")
        reader.feed(prefix + noise, 0.0)
        reader.close(1.0)
        assert len(reader.leftover) <= len(prefix + noise)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8))
def test_chunks_come_back_as_they_were_written(chunks: list[bytes]) -> None:
    reader = ResponseReader("COPY")
    reader.feed(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n", 0.0)
    for chunk in chunks:
        reader.feed(b"%x\r\n%s\r\n" % (len(chunk), chunk), 0.0)
    reader.feed(b"0\r\n\r\n", 0.0)
    assert [piece.data for piece in reader.pieces] == chunks
    assert all(piece.whole for piece in reader.pieces)
    assert reader.problems == ()

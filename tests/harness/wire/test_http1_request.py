"""The request reader of the scripted far side."""

from __future__ import annotations

import pytest

from harness.wire import Fault
from harness.wire.http1 import Framing, Http1Fault, RequestReader, Stage


def read(raw: bytes) -> RequestReader:
    reader = RequestReader()
    reader.feed(raw, 1.0)
    return reader


def faults(reader: RequestReader) -> list[Fault]:
    return [note.what for note in reader.problems]


def test_request_without_body() -> None:
    reader = read(b"GET /a%20b?c HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\nGET /")
    assert reader.complete
    assert reader.framing is Framing.NONE
    assert reader.head is not None
    assert (reader.head.method, reader.head.target) == ("GET", "/a%20b?c")
    assert reader.head.get("range") == "bytes=0-1"
    assert reader.leftover == b"GET /"
    assert reader.problems == ()


def test_held_back_body() -> None:
    reader = RequestReader()
    assert not reader.expects_continue
    reader.feed(
        b"PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n", 1
    )
    assert reader.expects_continue
    assert reader.stage is Stage.BODY
    reader.feed(b"ab", 5.0)
    assert reader.complete
    assert [(piece.data, piece.at) for piece in reader.pieces] == [(b"ab", 5.0)]


def test_http10_cannot_expect() -> None:
    assert not read(b"PUT /a HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue


def test_chunked_request() -> None:
    reader = read(
        b"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    )
    assert reader.complete
    assert reader.body == b"ab"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"GET /a HTTP/1.1\r\n\r\n", [Http1Fault.NO_HOST]),
        (b"GET /a HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", [Http1Fault.SEVERAL_HOSTS]),
        (b"GET  /a HTTP/1.1\r\nHost: a\r\n\r\n", [Http1Fault.ODD_REQUEST_LINE]),
        (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", [Http1Fault.ODD_REQUEST_LINE]),
        (
            b"GET /a HTTP/2\r\nHost: a\r\n\r\n",
            [Http1Fault.ODD_REQUEST_LINE, Http1Fault.ODD_VERSION],
        ),
        (b"GET /a HTTP/1.0\r\n\r\n", []),
    ],
)
def test_oddities(raw: bytes, expected: list[Http1Fault]) -> None:
    reader = read(raw)
    assert faults(reader) == expected
    assert reader.complete


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"\x16\x03\x01\n", [Http1Fault.BARE_LF, Http1Fault.NOT_A_REQUEST_LINE]),
        (
            b"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            [Http1Fault.UNKNOWN_CODING, Http1Fault.CHUNKED_NOT_LAST],
        ),
        (b"PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", [Http1Fault.BAD_LENGTH]),
    ],
)
def test_undelimitable_requests_are_lost(raw: bytes, expected: list[Http1Fault]) -> None:
    reader = read(raw)
    assert faults(reader) == expected
    assert reader.stage is Stage.LOST
    assert reader.close(2.0) is Stage.LOST


def test_close_within_the_body() -> None:
    reader = read(b"PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na")
    assert reader.close(2.0) is Stage.BODY
    assert faults(reader) == [Http1Fault.TRUNCATED_BODY]
    assert reader.body_length == 1

"""The response reader: what it makes of good, odd and broken responses."""

from __future__ import annotations

import pytest

from harness.wire import Fault
from harness.wire.http1 import Framing, Http1Fault, ResponseReader, Stage
from harness.wire.http1.buffer import MAX_LINE
from harness.wire.http1.head import MAX_FIELDS
from harness.wire.http1.reader import MAX_INTERIM


def read(
    raw: bytes, method: str = "GET", *, sent: str = "1.1", close: bool = False
) -> ResponseReader:
    reader = ResponseReader(method, sent)
    reader.feed(raw, 1.0)
    if close:
        reader.close(2.0)
    return reader


def faults(reader: ResponseReader) -> list[Fault]:
    return [note.what for note in reader.problems]


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def test_length_delimited_response() -> None:
    reader = read(OK + b"Content-Length: 5\r\nX-A:1\r\nx-a: 2\r\n\r\nhello")
    assert reader.complete
    assert reader.framing is Framing.LENGTH
    assert reader.head is not None
    assert (reader.head.version, reader.head.code, reader.head.reason) == ("1.1", 200, "OK")
    assert reader.head.fields == (("Content-Length", "5"), ("X-A", "1"), ("x-a", "2"))
    assert reader.head.get("X-a") == "1, 2"
    assert reader.head.get("absent") is None
    assert reader.head.raw.endswith(b"\r\n\r\n")
    assert reader.body == b"hello"
    assert reader.problems == ()
    assert reader.reusable


def test_chunks_keep_their_boundaries_times_and_extensions() -> None:
    reader = ResponseReader("COPY")
    reader.feed(CHUNKED + b"3;a=b\r\nab", 1.0)
    assert [piece.data for piece in reader.pieces] == [b"ab"]
    assert not reader.pieces[0].whole
    reader.feed(b"c\r\n0005\r\nhello\r\n", 2.0)
    reader.feed(b"0\r\nDigest: x\r\n\r\n", 3.0)
    assert [(p.data, p.began, p.at, p.offset, p.extension, p.whole) for p in reader.pieces] == [
        (b"abc", 1.0, 2.0, 0, "a=b", True),
        (b"hello", 2.0, 2.0, 3, "", True),
    ]
    assert reader.trailers == (("Digest", "x"),)
    assert (reader.first_byte_at, reader.completed_at) == (1.0, 3.0)
    assert reader.problems == ()


def test_taking_pieces_cuts_an_open_chunk() -> None:
    reader = read(CHUNKED + b"4\r\nab")
    assert [(p.data, p.whole) for p in reader.take_pieces()] == [(b"ab", False)]
    reader.feed(b"cd\r\n0\r\n\r\n", 2.0)
    assert [(p.data, p.whole, p.offset) for p in reader.take_pieces()] == [(b"cd", False, 2)]
    assert reader.body_length == 4
    assert reader.body == b""
    assert reader.complete


def test_a_body_read_goes_through_uncopied() -> None:
    reader = read(OK + b"Content-Length: 9\r\n\r\n")
    for data in (b"12345", b"6789"):
        reader.feed(data, 2.0)
        assert reader.take_pieces()[0].data is data
    assert reader.complete


def test_interim_responses_are_kept_apart() -> None:
    reader = read(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        "PUT",
    )
    assert [head.code for head in reader.interim] == [100, 103]
    assert reader.head is not None
    assert reader.head.code == 201
    assert reader.complete
    assert reader.problems == ()


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", OK + b"Content-Length: 5\r\n"),
        ("HEAD", OK + b"Transfer-Encoding: chunked\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\n"),
        ("DELETE", b"HTTP/1.1 204 No Content\r\n"),
        ("GET", b"HTTP/1.1 101 Switching Protocols\r\n"),
    ],
)
def test_responses_without_body(method: str, head: bytes) -> None:
    reader = read(head + b"\r\n", method)
    assert reader.complete
    assert reader.framing is Framing.NONE
    assert reader.problems == ()
    reader.feed(b"body", 2.0)
    assert faults(reader) == [Http1Fault.BODY_NOT_ALLOWED]
    assert reader.leftover == b"body"
    assert not reader.reusable


def test_body_until_close() -> None:
    reader = read(OK + b"\r\nall of")
    assert reader.stage is Stage.BODY
    reader.feed(b" it", 1.5)
    assert reader.close(2.0) is Stage.COMPLETE
    assert reader.framing is Framing.CLOSE
    assert reader.body == b"all of it"
    assert (reader.closed_at, reader.completed_at) == (2.0, 2.0)
    assert reader.problems == ()
    assert not reader.reusable


@pytest.mark.parametrize(
    ("raw", "expected", "body"),
    [
        (b"HTTP/1.1 200 OK\nContent-Length: 1\r\n\r\na", [Http1Fault.BARE_LF], b"a"),
        (b"\r\n" + OK + b"Content-Length: 1\r\n\r\na", [Http1Fault.LEADING_EMPTY_LINE], b"a"),
        (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", [Http1Fault.ODD_STATUS_LINE], b"a"),
        (b"HTTP/1.1  200 OK\r\nContent-Length: 1\r\n\r\na", [Http1Fault.ODD_STATUS_LINE], b"a"),
        (
            b"HTTP/2 200 OK\r\nContent-Length: 1\r\n\r\na",
            [Http1Fault.ODD_STATUS_LINE, Http1Fault.ODD_VERSION],
            b"a",
        ),
        (b"HTTP/1.1 600 Odd\r\nContent-Length: 1\r\n\r\na", [Http1Fault.ODD_STATUS_CODE], b"a"),
        (OK + b"nonsense\r\nContent-Length: 1\r\n\r\na", [Http1Fault.NO_COLON], b"a"),
        (OK + b" lost: 1\r\nContent-Length: 1\r\n\r\na", [Http1Fault.BAD_FIELD_NAME], b"a"),
        (OK + b"Content-Length : 1\r\n\r\na", [Http1Fault.SPACE_BEFORE_COLON], b"a"),
        (OK + b"A(B): 1\r\nContent-Length: 1\r\n\r\na", [Http1Fault.BAD_FIELD_NAME], b"a"),
        (OK + b": 1\r\nContent-Length: 1\r\n\r\na", [Http1Fault.BAD_FIELD_NAME], b"a"),
        (OK + b"A: \x00\r\nContent-Length: 1\r\n\r\na", [Http1Fault.CONTROL_CHARACTER], b"a"),
        (OK + b"A: \x7f\r\nContent-Length: 1\r\n\r\na", [Http1Fault.CONTROL_CHARACTER], b"a"),
        (OK + b"A: b\rc\r\nContent-Length: 1\r\n\r\na", [Http1Fault.BARE_CR], b"a"),
        (OK + b"A: b\r\n\tc\r\nContent-Length: 1\r\n\r\na", [Http1Fault.OBS_FOLD], b"a"),
        (OK + b"Content-Length: 1, 1\r\n\r\na", [Http1Fault.REPEATED_LENGTH], b"a"),
        (
            OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            [Http1Fault.LENGTH_AND_CODING],
            b"a",
        ),
        (
            OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            [Http1Fault.UNKNOWN_CODING],
            b"a",
        ),
        (
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            [Http1Fault.CODING_IN_HTTP10],
            b"a",
        ),
        (CHUNKED + b"1 \r\na\r\n0\r\n\r\n", [Http1Fault.SPACE_AFTER_CHUNK_SIZE], b"a"),
        (CHUNKED + b"1;=\r\na\r\n0\r\n\r\n", [Http1Fault.BAD_CHUNK_EXTENSION], b"a"),
        (CHUNKED + b"1\r\na\n0\r\n\r\n", [Http1Fault.BARE_LF], b"a"),
        (CHUNKED + b"1\na\r\n0\r\n\r\n", [Http1Fault.BARE_LF], b"a"),
        (CHUNKED + b"0\r\nHost: a\r\n\r\n", [Http1Fault.FORBIDDEN_TRAILER], b""),
        (CHUNKED + b"0\r\nnothing\r\n\r\n", [Http1Fault.NO_COLON], b""),
    ],
)
def test_oddities_are_noted_and_read_over(
    raw: bytes, expected: list[Http1Fault], body: bytes
) -> None:
    reader = read(raw)
    assert faults(reader) == expected
    assert reader.complete
    assert reader.body == body


@pytest.mark.parametrize(
    ("raw", "expected", "leftover"),
    [
        (b"SSH-2.0-OpenSSH\r\nmore", Http1Fault.NOT_A_STATUS_LINE, b"more"),
        (b"A" * MAX_LINE, Http1Fault.LINE_TOO_LONG, b"A" * MAX_LINE),
        (OK + b"A: b\r\n" * (MAX_FIELDS + 1), Http1Fault.TOO_MANY_FIELDS, b""),
        (
            b"HTTP/1.1 100 Continue\r\n\r\n" * (MAX_INTERIM + 1),
            Http1Fault.TOO_MANY_INTERIM,
            b"",
        ),
        (CHUNKED + b"x\r\na", Http1Fault.BAD_CHUNK_SIZE, b"a"),
        (CHUNKED + b"0x1\r\na", Http1Fault.BAD_CHUNK_SIZE, b"a"),
        (CHUNKED + b"-1\r\na", Http1Fault.BAD_CHUNK_SIZE, b"a"),
        (CHUNKED + b"1" * 17 + b"\r\na", Http1Fault.BAD_CHUNK_SIZE, b"a"),
        (CHUNKED + b"\r\na", Http1Fault.BAD_CHUNK_SIZE, b"a"),
        (CHUNKED + b"1\r\nabc", Http1Fault.CHUNK_NOT_ENDED, b"bc"),
        (CHUNKED + b"1\r\na\rb", Http1Fault.CHUNK_NOT_ENDED, b"\rb"),
        (CHUNKED + b"A" * MAX_LINE, Http1Fault.LINE_TOO_LONG, b"A" * MAX_LINE),
        (CHUNKED + b"0\r\n" + b"A: b\r\n" * (MAX_FIELDS + 1), Http1Fault.TOO_MANY_FIELDS, b""),
    ],
)
def test_what_cannot_be_understood_is_lost(
    raw: bytes, expected: Http1Fault, leftover: bytes
) -> None:
    reader = read(raw, close=True)
    assert faults(reader) == [expected]
    assert reader.stage is Stage.LOST
    assert reader.leftover == leftover
    assert not reader.complete
    assert not reader.reusable


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Content-Length: 1, 2", [Http1Fault.REPEATED_LENGTH, Http1Fault.DIFFERENT_LENGTHS]),
        (b"Content-Length: +1", [Http1Fault.BAD_LENGTH]),
        (b"Content-Length:", [Http1Fault.BAD_LENGTH]),
        (b"Transfer-Encoding: gzip", [Http1Fault.UNKNOWN_CODING, Http1Fault.CHUNKED_NOT_LAST]),
        (b"Transfer-Encoding:", [Http1Fault.CHUNKED_NOT_LAST]),
    ],
)
def test_unusable_framing_falls_back_to_close(head: bytes, expected: list[Http1Fault]) -> None:
    reader = read(OK + head + b"\r\n\r\nab", close=True)
    assert faults(reader) == expected
    assert reader.framing is Framing.CLOSE
    assert reader.body == b"ab"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", Http1Fault.NOTHING_RECEIVED),
        (b"HTT", Http1Fault.TRUNCATED_HEAD),
        (OK + b"A: b\r\n", Http1Fault.TRUNCATED_HEAD),
        (b"HTTP/1.1 100 Continue\r\n\r\n", Http1Fault.TRUNCATED_HEAD),
        (OK + b"Content-Length: 2\r\n\r\na", Http1Fault.TRUNCATED_BODY),
        (CHUNKED + b"1\r\na\r\n", Http1Fault.NO_LAST_CHUNK),
        (CHUNKED + b"0\r\n", Http1Fault.NO_LAST_CHUNK),
    ],
)
def test_early_close(raw: bytes, expected: Http1Fault) -> None:
    reader = read(raw, close=True)
    assert faults(reader) == [expected]
    assert not reader.complete
    if expected in (Http1Fault.NOTHING_RECEIVED, Http1Fault.TRUNCATED_HEAD):
        assert reader.problems[0].where == len(raw)


def test_coding_in_the_answer_to_http10() -> None:
    reader = read(CHUNKED + b"0\r\n\r\n", sent="1.0")
    assert faults(reader) == [Http1Fault.CODING_TO_HTTP10]


@pytest.mark.parametrize("code", [b"100", b"204"])
def test_framing_fields_on_responses_without_body(code: bytes) -> None:
    head = b"HTTP/1.1 " + code + b" x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert Http1Fault.LENGTH_NOT_ALLOWED in faults(read(head))
    assert Http1Fault.CODING_NOT_ALLOWED in faults(read(head))


def test_bytes_after_the_end() -> None:
    reader = read(OK + b"Content-Length: 1\r\n\r\nabc")
    assert faults(reader) == [Http1Fault.STRAY_BYTES]
    assert reader.leftover == b"bc"
    assert reader.problems[0].where == len(OK) + 22
    assert str(reader.problems[0]).endswith("'bc' (rfc9112 §6.3)")


@pytest.mark.parametrize(
    ("head", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", False),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", True),
        (b"HTTP/1.1 200 OK\r\n", True),
    ],
)
def test_reuse_of_the_connection(head: bytes, reusable: bool) -> None:
    reader = read(head + b"Content-Length: 0\r\n\r\n")
    assert reader.reusable is reusable
    reader.close(3.0)
    assert not reader.reusable


def test_nothing_is_known_before_the_head() -> None:
    reader = read(b"HTTP/1.1 2")
    assert (reader.head, reader.framing, reader.pieces, reader.trailers) == (None, None, (), ())
    assert (reader.body_length, reader.take_pieces(), reader.problems) == (0, (), ())


def test_bytes_of_the_next_answer_are_handed_over_and_no_fault() -> None:
    reader = ResponseReader("GET")
    two = b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    reader.feed(two, 0.0)
    assert reader.problems
    assert reader.hand_over().startswith(b"HTTP/1.1 404")
    assert reader.problems == ()

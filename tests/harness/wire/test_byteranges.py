"""Content-Range and multipart/byteranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import SyntaxProblem
from harness.wire.byteranges import ContentRange, parse_byteranges, parse_content_range
from harness.wire.byteranges import RangeFault as F

TYPE = 'multipart/byteranges; boundary="b b"'


@pytest.mark.parametrize(
    ("value", "expected", "size"),
    [
        ("bytes 0-9/100", ContentRange(0, 9, 100), 10),
        ("Bytes 5-5/*", ContentRange(5, 5, None), 1),
        ("bytes */100", ContentRange(None, None, 100), 0),
    ],
)
def test_content_range(value: str, expected: ContentRange, size: int) -> None:
    found = parse_content_range(value)
    assert found == expected
    assert found.size == size


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", F.BAD_RANGE),
        ("bytes 0-9", F.BAD_RANGE),
        ("bytes=0-9/100", F.BAD_RANGE),
        ("bytes */*", F.BAD_RANGE),
        ("bytes 9-0/100", F.REVERSED),
        ("bytes 0-100/100", F.BEYOND_END),
    ],
)
def test_bad_content_range(value: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_content_range(value)
    assert caught.value.what is fault


def part(first: int, data: bytes, head: bytes = b"Content-Type: a/b\r\n") -> bytes:
    last = first + len(data) - 1
    line = b"Content-Range: bytes %d-%d/100\r\n" % (first, last)
    return b"--b b\r\n" + head + line + b"\r\n" + data + b"\r\n"


def test_parts() -> None:
    body = b"preamble\r\n" + part(0, b"abc") + part(10, b"\r\nx", b"") + b"--b b--\r\nepilogue"
    first, second = parse_byteranges(body, TYPE)
    assert first.headers == (("Content-Type", "a/b"), ("Content-Range", "bytes 0-2/100"))
    assert (first.content_range, first.data) == (ContentRange(0, 2, 100), b"abc")
    assert (second.content_range.first, second.data) == (10, b"\r\nx")


def test_problems_say_where() -> None:
    good = part(0, b"abc")
    with pytest.raises(SyntaxProblem) as caught:
        parse_byteranges(good + good.replace(b"0-2", b"0-3") + b"--b b--", TYPE)
    assert caught.value.where == len(good)


@pytest.mark.parametrize(
    ("body", "content_type", "fault"),
    [
        (b"", "text/plain", F.NOT_MULTIPART),
        (b"", "multipart/byteranges", F.NOT_MULTIPART),
        (b"", "multipart/mixed; boundary=a", F.NOT_MULTIPART),
        (b"nothing", TYPE, F.NO_PART),
        (b"--b b--", TYPE, F.NO_PART),
        (part(0, b"a"), TYPE, F.NO_END),
        (b"--b bx\r\n\r\n--b b--", TYPE, F.BAD_DELIMITER),
        (b"--b b\r\n--b b--", TYPE, F.BAD_DELIMITER),
        (b"--b b\r\n\r\nx\r\n--b b--", TYPE, F.NO_CONTENT_RANGE),
        (part(0, b"ab").replace(b"0-1", b"0-5") + b"--b b--", TYPE, F.WRONG_SIZE),
    ],
)
def test_bad_bodies(body: bytes, content_type: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_byteranges(body, content_type)
    assert caught.value.what is fault


@given(st.lists(st.binary(min_size=1, max_size=20).filter(lambda b: b"--b b" not in b), min_size=1))
def test_written_parts_come_back(pieces: list[bytes]) -> None:
    body = b"".join(part(0, piece) for piece in pieces) + b"--b b--\r\n"
    assert [found.data for found in parse_byteranges(body, TYPE)] == pieces

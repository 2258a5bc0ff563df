"""Byte ranges (RFC 9110 section 14)."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.wire.byteranges import ContentRange, parse_byteranges, parse_content_range
from harness.wire.problem import SyntaxProblem

CONTENT = bytes(range(200))
SIZE = len(CONTENT)


@pytest.fixture
def file(upload):
    return upload(CONTENT)


@requirement("DAV-015")
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("0-0", 0, 0),
        ("5-9", 5, 9),
        ("-3", SIZE - 3, SIZE - 1),
        ("10-", 10, SIZE - 1),
        (f"{SIZE - 5}-{SIZE + 5}", SIZE - 5, SIZE - 1),
    ],
)
def test_range_gives_exactly_its_bytes(client, file, asked, first, last):
    answer = client.get(file.path, range=f"bytes={asked}")
    if answer.status == 200:
        expect.content(answer, CONTENT)
        return
    said = read(answer.header("content-range"))
    told = f"{answer.status}, {answer.header('content-range')}, {answer.body.size} bytes"
    corrupt = said is not None and answer.body.size == said.size and answer.status == 206
    corrupt = corrupt and answer.body.content != CONTENT[said.first : said.last + 1]
    right = said == ContentRange(first, last, SIZE) or said == ContentRange(first, last, None)
    right = right and answer.status == 206 and answer.body.content == CONTENT[first : last + 1]
    wanted = (f"206 with bytes {first}-{last}/{SIZE}", "200 with all")
    expect.that(right, wanted, told, answer, severe=corrupt)
    announced = answer.header("accept-ranges")
    expect.preferably(announced == "bytes", "Accept-Ranges: bytes", str(announced), answer)


@requirement("DAV-015")
def test_range_beyond_the_end_cannot_be_satisfied(client, file):
    answer = client.get(file.path, range=f"bytes={SIZE + 1000}-{SIZE + 2000}")
    whole = answer.status == 200 and answer.body.content == CONTENT
    told = f"{answer.status}, {answer.body.size} bytes"
    expect.that(answer.status == 416 or whole, ("416", "200 with all"), told, answer)


@requirement("DAV-016")
def test_several_ranges_give_parts_that_are_right(client, file):
    answer = client.get(file.path, range="bytes=0-3,10-13")
    if answer.status in (200, 416):
        expect.that(answer.body.content == CONTENT or answer.status == 416, "all", "other", answer)
        return
    expect.status(answer, 206)
    told = f"{answer.header('content-type')}, {answer.body.size} bytes"
    for said, data in parts(answer):
        right = said.first is not None and data == CONTENT[said.first : said.last + 1]
        expect.that(right, "each part holds the bytes of its Content-Range", told, answer)
    expect.that(len(parts(answer)) in (1, 2), "multipart/byteranges or one part", told, answer)


def parts(answer):
    """The Content-Range and bytes of every part; none if that cannot be told."""
    one = read(answer.header("content-range"))
    if one is not None:
        return [(one, answer.body.content)]
    try:
        found = parse_byteranges(answer.body.content, answer.header("content-type") or "")
    except SyntaxProblem:
        return []
    return [(part.content_range, part.data) for part in found]


def read(value):
    try:
        return parse_content_range(value or "")
    except SyntaxProblem:
        return None

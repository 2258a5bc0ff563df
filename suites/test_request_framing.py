"""Requests that can be read in two ways (RFC 9112 sections 2.2, 5, 6 and 7)."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from harness.wire.chunks import chunked

CONTENT = b"content"
DONE = (200, 201, 204)
PATIENCE = 20.0
"""Seconds for an answer to something malformed; the server may wait for more of it."""

CHUNKS = ("Transfer-Encoding: chunked", chunked(CONTENT))
"""What makes an upload of the content, in chunks."""

BOTH = {
    "length-then-coding": ("Content-Length: 5", "Transfer-Encoding: chunked"),
    "coding-then-length": ("Transfer-Encoding: chunked", "Content-Length: 5"),
}
WRONG_LENGTHS = {
    "two-lengths": ("Content-Length: 7", "Content-Length: 3"),
    "two-lengths-reversed": ("Content-Length: 3", "Content-Length: 7"),
    "a-list": ("Content-Length: 7, 3",),
    "negative": ("Content-Length: -7",),
    "signed": ("Content-Length: +7",),
    "hexadecimal": ("Content-Length: 0x7",),
    "words": ("Content-Length: seven",),
}
WRONG_CODINGS = {
    "not-chunked-last": ("Transfer-Encoding: chunked, identity",),
    "unknown": ("Transfer-Encoding: xchunked",),
}
HIDING = {
    "folded": "X-Test: a\r\n Content-Length: 7",
    "lone-cr": "X-Test: a\rContent-Length: 7",
    "nul": "X-Test: a\0Content-Length: 7",
}
"""Header lines with a length inside, the only one of the request."""

BAD_CHUNKS = {
    "negative": b"-7\r\ncontent\r\n0\r\n\r\n",
    "prefixed": b"0x7\r\ncontent\r\n0\r\n\r\n",
    "beyond-64-bits": b"10000000000000007\r\ncontent\r\n0\r\n\r\n",
    "no-size": b"\r\ncontent\r\n0\r\n\r\n",
    "longer-than-told": b"3\r\ncontent\r\n0\r\n\r\n",
}


def head(client, path, *lines):
    """A PUT with these lines, byte for byte, besides what every request of ours has."""
    plain = client.ask("PUT", path)
    fields = [(n, v) for n, v in plain.headers if n.lower() != "content-length"]
    start = Ask("PUT", plain.url, tuple(fields)).head().removesuffix(b"\r\n")
    return start + "".join(f"{line}\r\n" for line in lines).encode("latin-1") + b"\r\n"


def sent(client, path, lines, body):
    """The answer to the PUT, and to the GET that was sent right behind it."""
    ask = client.ask("GET", f"{path}-behind")
    first = client.send(Ask("PUT", ask.url, raw=head(client, path, *lines) + body + ask.head()))
    first.until(lambda live: live.over, within=PATIENCE)
    rest = first.again(Ask("GET", ask.url, raw=b""))
    rest.until(lambda live: live.over or live.reader.head is not None, within=2.0)
    return client.closed(first), client.closed(rest)


@pytest.fixture
def framing(client, new_path):
    """What a well framed upload is answered: the control of all that are not."""
    for name, (line, body) in {"length": ("Content-Length: 7", CONTENT), "chunks": CHUNKS}.items():
        path = f"{new_path}-{name}"
        answer = client.exact(Ask("PUT", client.url(path), raw=head(client, path, line) + body))
        expect.control(answer.status in DONE, f"an upload with {name}: {answer.status}", answer)


@requirement("DAV-026")
@pytest.mark.parametrize("lines", BOTH.values(), ids=BOTH)
@pytest.mark.usefixtures("framing")
def test_length_beside_a_coding_smuggles_nothing(client, new_path, lines):
    answer, second = sent(client, new_path, lines, chunked(CONTENT))
    answered(answer, "a 4xx status", "the content stored and the connection closed")
    smuggled = f"{answer.status}, then {second.status} to what was sent behind it"
    expect.that(not second.status, "no second answer", smuggled, answer, second)
    whole(client, new_path, answer)


@requirement("DAV-026")
@pytest.mark.parametrize("lines", WRONG_LENGTHS.values(), ids=WRONG_LENGTHS)
@pytest.mark.usefixtures("framing")
def test_length_that_is_no_single_number_is_refused(client, new_path, lines):
    refused(client, new_path, *sent(client, new_path, lines, CONTENT))


@requirement("DAV-026")
@pytest.mark.parametrize("lines", WRONG_CODINGS.values(), ids=WRONG_CODINGS)
@pytest.mark.usefixtures("framing")
def test_coding_that_does_not_delimit_is_refused(client, new_path, lines):
    refused(client, new_path, *sent(client, new_path, lines, chunked(CONTENT)))


@requirement("DAV-027")
@pytest.mark.usefixtures("framing")
def test_blank_before_the_colon_is_refused(client, new_path):
    refused(client, new_path, *sent(client, new_path, ("Content-Length : 7",), CONTENT))


@requirement("DAV-027")
@pytest.mark.parametrize("line", HIDING.values(), ids=HIDING)
@pytest.mark.usefixtures("framing")
def test_length_inside_of_a_header_line_has_no_effect(client, new_path, line):
    answer, _ = sent(client, new_path, (line,), CONTENT)
    told = f"{answer.status} {answer.fault}".strip()
    expect.that(not answer.fault.startswith("no end"), ("400", "a closed connection"), told, answer)
    left = client.get(new_path)
    words = f"{told}, and the bytes of the hidden length stored"
    hidden = left.status == 200 and left.body.content == CONTENT
    expect.that(not hidden, ("400", "no body"), words, answer, left, severe=True)


@requirement("DAV-028")
@pytest.mark.parametrize("body", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
@pytest.mark.usefixtures("framing")
def test_malformed_chunks_are_not_acknowledged(client, new_path, body):
    raw = head(client, new_path, "Transfer-Encoding: chunked") + body
    live = client.send(Ask("PUT", client.url(new_path), raw=raw))
    live.end_sending()
    answer = client.closed(live.finish(within=PATIENCE))
    acknowledged = 200 <= answer.status < 300
    told = f"{answer.status} to malformed chunks"
    expect.that(not acknowledged, "an error, or no answer", told, answer, severe=True)


def refused(client, path, answer, second):
    """An error and the end of the connection, or its end alone; nothing is stored."""
    answered(answer, "400")
    taken = 200 <= answer.status < 300
    expect.that(not taken, "400", f"{answer.status} {answer.reason}", answer)
    two = f"{answer.status}, then {second.status}"
    expect.that(not second.status, "no second answer", two, answer, second)
    left = client.get(path)
    words = f"GET {left.status} with {left.body.size} bytes after {answer.status}"
    nothing = left.status != 200 or not left.body.size
    expect.that(nothing, "nothing stored", words, answer, left, severe=True)


def answered(answer, *wanted):
    """An error below 500 or 501, or what the requirement allows besides."""
    told = f"{answer.status} {answer.reason} {answer.fault}".strip()
    fine = answer.status < 500 or answer.status == 501
    expect.that(fine and not answer.fault.startswith("no end"), wanted, told, answer)
    expect.preferably(answer.status != 0, wanted, told, answer)


def whole(client, path, answer):
    """What is stored is the content, or nothing if the upload was refused."""
    left = client.get(path)
    stored = left.body.content if left.status == 200 else None
    good = stored == CONTENT if 200 <= answer.status < 300 else stored in (None, b"", CONTENT)
    told = f"{answer.status}, then GET {left.status} with {left.body.size} bytes"
    expect.that(good, ("the content", "nothing stored"), told, answer, left, severe=True)

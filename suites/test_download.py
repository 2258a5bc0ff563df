"""GET and HEAD of a file (RFC 9110 section 9.3)."""

import pytest

from harness import expect
from harness.checks import requirement

DESCRIBING = ("Content-Length", "ETag", "Last-Modified")


@requirement("DAV-014")
@pytest.mark.parametrize("size", [0, 70_000])
def test_head_tells_what_get_tells(client, upload, size):
    file = upload(b"h" * size)
    head, get = client.head(file.path), client.get(file.path)
    expect.control(get.body.content == file.content, "the file cannot be read", get)
    expect.status(head, 200, 204) if not size else expect.status(head, 200)
    said = {name: (head.header(name), get.header(name)) for name in DESCRIBING}
    differ = {name: pair for name, pair in said.items() if None not in pair and len({*pair}) > 1}
    expect.that(not differ, "HEAD and GET agree", f"HEAD, GET: {differ}", head, get)
    lacking = [
        n for n, (ours, theirs) in said.items() if ours is None and theirs not in (None, "0")
    ]
    expect.preferably(not lacking, "HEAD has what GET has", f"HEAD lacks {lacking}", head, get)


@requirement("DAV-014")
def test_head_has_no_body(client, upload):
    file = upload(b"h" * 70_000)
    live = client.open("HEAD", file.path)
    live.until(lambda it: it.over, within=60)
    if live.reader.reusable:
        following = live.again(client.ask("GET", file.path)).finish(within=60)
        get, head = client.closed(following), client.closed(live)
        told = "; ".join((*head.problems, *get.problems)) or get.fault or str(get.status)
        clean = get.status >= 200 and not get.problems and not head.problems
        expect.that(clean, "HEAD's answer, then GET's", told, head, get)
    else:
        head = client.closed(live.drain(within=10))
        expect.that(not head.problems, "no body", "; ".join(head.problems), head)

"""What arrives is what was sent: sizes, short bodies, and what is left behind."""

from typing import Any

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY, Transfer
from harness.client.client import named

SIZES = (0, 1, 65_535, 65_536, 65_537, 10_000_000)
INCOMPLETE: dict[str, dict[str, Any]] = {
    "fewer bytes than Content-Length": {"size": 50_000, "extra": 50_000},
    "nothing but Content-Length": {"size": 50_000, "cut_at": 0},
    "closed in the middle": {"size": 300_000, "cut_at": 150_000},
    "no last chunk": {"size": 100_000, "length": False, "cut_at": 50_000},
    "no chunk but the last missing": {"size": 100_000, "length": False, "cut_at": 100_000},
}
"""Manners of a source whose body breaks off. It takes no ranges, so that no retry can mend it."""


@requirement("INTEG-001")
@pytest.mark.parametrize("size", SIZES)
def test_pulled_file_is_identical_to_its_source(client, party, new_path, size):
    # without a digest, so that nothing but the bytes tells
    far = party.source(size=size, seed=size + 1, digest="none")
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(copy.succeeded, f"a plain pull of {size} bytes fails: {copy}", copy)
    expect.content(client.get(new_path), far.content)


@requirement("INTEG-027")
@pytest.mark.parametrize("digest", ["none", "right"])
@pytest.mark.usefixtures("pull_works")
def test_page_that_says_to_come_again_is_not_the_file(client, party, new_path, digest):
    far = party.source(get_status=202, page="<p>in the queue</p>", digest=digest)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(bool(far.asked("GET")) or copy.failed, f"no GET came: {copy}", copy)
    expect.not_success(copy, severe=True)


@requirement("INTEG-027")
@pytest.mark.usefixtures("pull_works")
def test_part_that_nobody_asked_for_is_not_the_file(client, party, new_path):
    far = party.source(get_status=206, page="the beginning", digest="none")
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(bool(far.asked("GET")) or copy.failed, f"no GET came: {copy}", copy)
    expect.not_success(copy, severe=True)


MOST_HEADS = 1000
"""Answers to HEAD after which no other is to be expected: 180 s at five in a second and more."""


@requirement("INTEG-031")
@pytest.mark.usefixtures("push_works")
def test_push_ends_though_head_tells_no_length(client, party, existing):
    far = party.destination(head_length=False)
    live = client.begin(existing.path, (("Destination", far.url), *named(PLAINLY)))
    live.until(lambda x: x.over or len(far.asked("HEAD")) > MOST_HEADS, within=client.patience)
    copy = Transfer(client.closed(live))
    told = f"{copy}, {len(far.asked('HEAD'))} HEAD"
    expect.that(copy.succeeded or copy.failed, f"a result within {client.patience:g} s", told, copy)
    if copy.succeeded:
        expect.arrived(copy, far, existing.content)


PARTS: dict[str, dict[str, Any]] = {
    "ignored": {"ranges": False},
    "refused": {"range_lie": "refused"},
    "elsewhere": {"range_lie": "elsewhere"},
    "short": {"range_lie": "short"},
    "coded": {"coded": True},
}
"""What a source may make of a request for a part, or of one that accepts gzip."""


@requirement("INTEG-001")
@pytest.mark.parametrize("manner", PARTS)
@pytest.mark.usefixtures("pull_works")
def test_parts_of_the_source_never_make_another_file(client, party, new_path, manner):
    far = party.source(size=3_000_001, seed=7, digest="none", **PARTS[manner])
    copy = client.pull(far.url, new_path, x_number_of_streams="4", **PLAINLY)
    if copy.succeeded:
        expect.content(client.get(new_path), far.content)
    else:
        expect.noted(f"parts {manner}: {copy}")


@requirement("INTEG-002")
@pytest.mark.parametrize("size", SIZES)
def test_pushed_object_is_identical_to_its_source(client, party, upload, size):
    file = upload(party.source(size=size, seed=size + 1).content)
    far = party.destination(digest="none")
    copy = client.push(file.path, far.url, **PLAINLY)
    expect.control(copy.succeeded, f"a plain push of {size} bytes fails: {copy}", copy)
    got = far.received
    told = "nothing complete" if got is None else f"{len(got)} bytes, other than those sent"
    expect.that(got == file.content, f"the {size} bytes of the file", told, copy, severe=True)


@requirement("INTEG-003")
@pytest.mark.parametrize("manner", INCOMPLETE)
@pytest.mark.parametrize("digest", ["none", "right"])
@pytest.mark.usefixtures("pull_works")
def test_pull_of_an_incomplete_body_fails(client, party, new_path, manner, digest):
    far = party.source(**INCOMPLETE[manner], digest=digest, ranges=False)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(bool(far.asked("GET")) or copy.failed, f"no GET came: {copy}", copy)
    expect.failure(copy, severe=True)


@requirement("INTEG-004")
@pytest.mark.parametrize("required", ["true", "false"])
def test_pull_asks_the_source_for_its_checksum(client, party, new_path, required):
    far = party.source()
    copy = client.pull(far.url, new_path, credential="none", require_checksum_verification=required)
    expect.control(bool(far.asked("GET")), f"no GET came: {copy}", copy)
    asking = [seen.method for seen in far.requests if asks_digest(seen)]
    words = "Want-Digest (or Want-Repr-Digest) in the GET or a HEAD"
    expect.that(bool(asking), words, f"none in {[s.method for s in far.requests]}", copy)
    expect.noted(f"asked with {' and '.join(dict.fromkeys(asking))}")


@requirement("INTEG-011")
@pytest.mark.parametrize("required", ["true", "false"])
@needs("writable")
def test_push_is_verified_at_the_destination(client, party, existing, required):
    far = party.destination()
    copy = client.push(
        existing.path, far.url, credential="none", require_checksum_verification=required
    )
    expect.control(copy.succeeded, f"a plain push fails: {copy}", copy)
    methods = [seen.method for seen in after_put(far)]
    words = "HEAD (or PROPFIND) after the PUT"
    expect.that(bool(methods), words, "no request after the PUT", copy)
    expect.noted(f"verified with {' and '.join(methods)}")


def asks_digest(seen):
    """Whether a request asks for a checksum, as RFC 3230 or RFC 9530 has it."""
    return seen.header("want-digest") is not None or seen.header("want-repr-digest") is not None


def after_put(far):
    """The requests that came after the first PUT."""
    methods = [seen.method for seen in far.requests]
    return far.requests[methods.index("PUT") + 1 :] if "PUT" in methods else []

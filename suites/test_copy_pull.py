"""COPY with Source: the endpoint fetches (HTTP-TPC technical details, High-level overview)."""

import secrets

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY

READING = {"GET", "HEAD", "OPTIONS", "PROPFIND"}


@requirement("TPC-002")
def test_pull_gets_the_source_and_stores_its_bytes(client, party, new_path):
    far = party.source(size=100_000, seed=2)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    methods = [seen.method for seen in far.requests]
    whole = [s for s in far.asked("GET") if s.status == 200]
    ranges = [s for s in far.asked("GET") if s.status == 206]
    seen = ", ".join(methods) or "no request at all"
    expect.that(len(whole) == 1 or len(ranges) > 0, "one GET of the source", seen, copy)
    expect.that(set(methods) <= READING, "requests that only read the source", seen, copy)
    expect.content(client.get(new_path), far.content)


@requirement("TPC-004")
def test_pulled_file_gets_the_name_in_the_request(client, party, place, new_path):
    name = f"src-{secrets.token_hex(6)}.dat"
    far = party.source(size=700, name=name)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)
    other = client.head(f"{place}/{name}")
    expect.that(other.status == 404, f"no file named {name}", f"status {other.status}", other)


@requirement("TPC-020")
def test_pull_below_a_missing_collection_is_a_conflict(client, party, place):
    far = party.source(size=700)
    path = f"{place}/missing-{secrets.token_hex(4)}/file"
    copy = client.pull(far.url, path, **PLAINLY)
    if copy.succeeded:
        expect.content(client.get(path), far.content)
        expect.preferably(False, "409", "success: the missing parent was created", copy)
        return
    expect.failure(copy)
    expect.that(copy.status < 500, ("status 409", "a failure line"), copy, copy)
    expect.preferably(copy.streamed or copy.status == 409, "status 409", copy, copy)


@requirement("TPC-028")
def test_refusal_of_a_pull_comes_early_or_late(client, party, new_path):
    copy = client.pull(party.source(exists=False).url, new_path, **PLAINLY)
    expect.failure(copy)
    expect.noted("a late failure line" if copy.streamed else f"early: {copy}")


@requirement("TPC-029")
@pytest.mark.usefixtures("pull_works")
def test_source_that_does_not_exist_makes_the_pull_fail(client, party, new_path):
    page = f"no such file here {secrets.token_hex(8)}"
    far = party.source(exists=False, page=page)
    expect.failure(client.pull(far.url, new_path, **PLAINLY))
    _verify_no_page(client, new_path, page)


@requirement("TPC-030")
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.usefixtures("pull_works")
def test_source_that_refuses_us_makes_the_pull_fail(client, party, new_path, status):
    page = f"you may not read this {secrets.token_hex(8)}"
    far = party.source(get_status=status, head_status=status, page=page)
    expect.failure(client.pull(far.url, new_path, **PLAINLY))
    _verify_no_page(client, new_path, page)


@requirement("TPC-031")
@needs("tpc-pull")
@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.usefixtures("pull_works")
def test_source_that_fails_makes_the_pull_fail(client, party, new_path, status):
    page = f"out of order {secrets.token_hex(8)}"
    far = party.source(get_status=status, head_status=status, page=page)
    expect.failure(client.pull(far.url, new_path, **PLAINLY))
    _verify_no_page(client, new_path, page)


@requirement("TPC-041")
@pytest.mark.parametrize("streams", ["1", "4", "64"])
def test_number_of_streams_does_not_change_the_result(client, party, new_path, streams):
    far = party.source(size=3_000_001, seed=41)
    copy = client.pull(far.url, new_path, x_number_of_streams=streams, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("TPC-049")
@needs("tpc-pull")
def test_empty_file_is_pulled(client, party, new_path):
    far = party.source(size=0)
    expect.success(client.pull(far.url, new_path, **PLAINLY))
    expect.content(client.get(new_path), b"")


def _verify_no_page(client, path, page):
    """The far side's error page is not the file."""
    stored = client.get(path)
    body = stored.body.content or b""
    good = page.encode() not in body or stored.status >= 400
    expect.that(good, "no error page stored as the file", f"{len(body)} bytes: {page}", stored)

"""Who may ask for a third-party copy (dCache's WebDAV chapter, Authorising the request)."""

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY
from harness.problems import Untested


@pytest.fixture
def reader(second, existing, new_path):
    """The second identity, seen to read here and not to write."""
    read = second.get(existing.path)
    expect.control(read.status == 200, f"the second identity cannot read: {read.status}", read)
    if second.put(f"{new_path}-second", b"x").status < 300:
        raise Untested("the second identity may write here; give one that may only read")
    return second


@requirement("TPC-043", "TPC-046")
@needs("tpc-pull", "writable")
@pytest.mark.usefixtures("pull_works")
def test_pull_needs_the_right_to_write(judge, reader, client, party, new_path):
    far = party.source()
    copy = reader.pull(far.url, new_path, **PLAINLY)
    with judge("TPC-043"):
        expect.not_success(copy, severe=True)
        expect.failure(copy)
        made = client.get(new_path)
        kept = made.status != 200 or not made.body.size
        expect.that(kept, "no file", f"{made.status}, {made.body.size} bytes", made, copy)
    with judge("TPC-046"):
        _verify_refused_at_once(copy)


@requirement("TPC-044")
def test_pull_over_a_file_needs_the_right_to_replace_it(limited, client, party, existing, new_path):
    uploader = limited("UPLOAD")
    fresh = uploader.pull(party.source().url, new_path, **PLAINLY)
    expect.control(fresh.succeeded, f"the upload-only token for a new file: {fresh}", fresh)
    copy = uploader.pull(party.source(size=700).url, existing.path, **PLAINLY)
    expect.content(client.get(existing.path), existing.content)
    expect.failure(copy, severe=True)


@requirement("TPC-045", "TPC-046")
@needs("tpc-push", "macaroon", "writable")
@pytest.mark.usefixtures("push_works")
def test_push_needs_the_right_to_read(judge, limited, party, existing, new_path):
    uploader, far = limited("UPLOAD"), party.destination()
    fresh = uploader.put(new_path, b"what it may do")
    expect.control(fresh.status in (200, 201, 204), f"upload-only PUT: {fresh.status}", fresh)
    copy = uploader.push(existing.path, far.url, **PLAINLY)
    with judge("TPC-045"):
        got = sum(len(seen.body) for seen in far.requests)
        expect.that(not got, "no byte of the file", f"{got} bytes", copy, severe=True)
        expect.failure(copy, severe=True)
    with judge("TPC-046"):
        _verify_refused_at_once(copy)


def _verify_refused_at_once(copy):
    expect.failure(copy, severe=True)
    expect.preferably(not copy.streamed, "an error status at once", copy, copy)


@requirement("TPC-042")
def test_x_no_delegate_makes_no_client_error(by_certificate, party, new_path):
    unchecked = {"require_checksum_verification": "false"}
    plain = by_certificate.pull(party.source().url, f"{new_path}-plain", **unchecked)
    copy = by_certificate.pull(party.source().url, new_path, x_no_delegate="true", **unchecked)
    refused = copy.status == 400 != plain.status
    expect.that(not refused, f"no 400 for the header alone (without it {plain})", copy, copy)
    delegates = copy.exchange.header("x-delegate-to") is not None
    expect.noted(f"delegation is {'' if delegates else 'not '}asked for: {copy}")


@requirement("TPC-050")
def test_download_token_is_enough_for_a_source(limited, existing):
    source = limited("DOWNLOAD")
    expect.content(source.get(existing.path), existing.content)
    expect.status(source.head(existing.path, want_digest="adler32"), 200)


@requirement("TPC-050")
def test_upload_token_is_enough_for_a_destination(limited, client, new_path):
    destination = limited("UPLOAD")
    expect.status(destination.put(new_path, b"the new content"), 200, 201, 204)
    expect.status(destination.head(new_path, want_digest="adler32"), 200)
    expect.content(client.get(new_path), b"the new content")

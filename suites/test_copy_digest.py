"""Checksums in the answer to a COPY (RFC 3230; dCache's WebDAV chapter)."""

from harness import expect
from harness.checks import needs, requirement
from harness.wire.digests import compute, parse_digest

WISH = {"want_digest": "adler32", "te": "trailers", "credential": "none"}


def told(copy):
    """What header and trailers say about the checksum; empty if nothing."""
    fields = (*copy.exchange.headers, *copy.exchange.trailers)
    return next((value for name, value in fields if name.lower() == "digest"), "")


def judged(copy, content):
    expect.success(copy)
    value = told(copy)
    if not value:
        expect.noted("no Digest in the answer to the COPY")
        return
    found = parse_digest(value).get("adler32")
    right = found is not None and found.decoded() == compute("adler32", content)
    expect.that(right, "the checksum of the content", f"Digest: {value}", copy)


@requirement("CKSUM-004")
@needs("tpc-pull")
def test_checksum_of_a_pull_is_right_if_it_is_told(client, party, new_path):
    far = party.source(size=2000)
    judged(client.pull(far.url, new_path, **WISH), far.content)


@requirement("CKSUM-004")
@needs("tpc-push")
def test_checksum_of_a_push_is_right_if_it_is_told(client, party, upload):
    file = upload(b"pushed with a wish" * 50)
    far = party.destination()
    judged(client.push(file.path, far.url, **WISH), file.content)

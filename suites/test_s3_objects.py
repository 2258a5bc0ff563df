"""A gateway to S3: what clients see is what is in the bucket (XRootD's S3 document)."""

import secrets
import zlib

import pytest

from harness import expect
from harness.checks import requirement
from harness.wire.digests import parse_digest
from harness.wire.multistatus import DAV
from suites.resources import find, first_entry, multistatus

CONTENT = bytes(range(256)) * 400
DONE = (200, 201, 204)


@requirement("S3-001")
@pytest.mark.parametrize("size", [0, 1, len(CONTENT)])
def test_upload_becomes_an_object_in_the_bucket(client, bucket, new_path, size):
    answer = client.put(new_path, CONTENT[:size])
    expect.status(answer, 201, 200)
    expect.that(*_same(bucket.get(new_path), CONTENT[:size]), answer, severe=True)


@requirement("S3-001")
def test_second_upload_replaces_the_object(client, bucket, existing):
    answer = client.put(existing.path, CONTENT)
    if answer.status in (403, 405, 409):
        expect.that(*_same(bucket.get(existing.path), existing.content), answer, severe=True)
        return
    expect.status(answer, 200, 201, 204)
    expect.that(*_same(bucket.get(existing.path), CONTENT), answer, severe=True)


@requirement("S3-002")
def test_object_of_the_bucket_is_downloaded(client, foreign):
    path = foreign(CONTENT)
    expect.content(client.get(path), CONTENT)
    part = client.get(path, range="bytes=1000-1999")
    expect.status(part, 206, 200)
    expect.content(part, CONTENT[1000:2000] if part.status == 206 else CONTENT)


@requirement("S3-003")
@pytest.mark.parametrize("size", [0, len(CONTENT)])
def test_size_is_that_of_the_object(client, foreign, size):
    path = foreign(CONTENT[:size])
    head, found = client.head(path), client.propfind(path)
    told = head.header("content-length")
    expect.that(head.status == 200 and told == str(size), str(size), f"HEAD: {told}", head)
    if first_entry(found) is not None:
        length = find(found, "getcontentlength").text.strip()
        expect.that(length == str(size), str(size), f"PROPFIND: {length}", found)


@requirement("S3-003")
def test_delete_removes_the_object(client, bucket, foreign):
    path = foreign(CONTENT)
    expect.status(answer := client.delete(path), 204, 200)
    left = bucket.get(path)
    actual = "the object is still there" if left is not None else "no object"
    expect.that(left is None, "no object in the bucket", actual, answer)


@requirement("S3-004")
def test_prefixes_appear_as_collections(client, bucket, place):
    root = f"{place}/tree-{secrets.token_hex(4)}"
    for key in ("a/b/1", "a/b/2", "a/c"):
        bucket.put(f"{root}/{key}", b"x")
    answer = client.propfind(f"{root}/a/", "1")
    seen = {name: _kind(entry) for name, entry in _members(answer, f"{root}/a").items()}
    wanted = {"b": "collection", "c": "file"}
    expect.that(answer.status == 207, "207", answer.status, answer)
    expect.that(seen == wanted, "b as a collection, c as a file", str(seen), answer)


@requirement("S3-004")
def test_listing_goes_beyond_one_page_of_the_store(client, bucket, place):
    root, many = f"{place}/many-{secrets.token_hex(4)}", bucket.page + 5
    bucket.put_many([f"{root}/{number:04}" for number in range(many)])
    answer = client.propfind(f"{root}/", "1")
    seen = len(_members(answer, root))
    told = f"{answer.status}, {seen} members"
    expect.that(seen == many, f"207 with {many} members", told, answer)


@requirement("S3-005")
@pytest.mark.parametrize("size", [1, 5000, len(CONTENT)])
def test_checksum_of_an_object_is_right(client, foreign, size):
    path = foreign(CONTENT[:size])
    answer = client.head(path, want_digest="adler32")
    expect.that(*_adler(answer, CONTENT[:size]), answer)


@requirement("S3-006")
def test_checksum_follows_a_replaced_object(client, bucket, foreign):
    path = foreign(CONTENT)
    first, again = (client.head(path, want_digest="adler32") for _ in range(2))
    expect.control(_adler(first, CONTENT)[0], "the first checksum is wrong", first)
    reads = bucket.reads(path)
    counted = "unknown" if reads is None else f"{sum(n >= len(CONTENT) for n in reads)} times"
    expect.noted(f"for two checksums ({again.status}) the object was read {counted}")
    bucket.put(path, CONTENT[::-1])
    answer = client.head(path, want_digest="adler32")
    expect.that(*_adler(answer, CONTENT[::-1]), answer, severe=True)


def _same(stored, wanted):
    """Condition, expectation and what was seen, for what the bucket holds."""
    actual = "no object" if stored is None else f"{len(stored)} bytes"
    differs = stored is not None and stored != wanted and len(stored) == len(wanted)
    expected = f"the {len(wanted)} bytes of the upload in the bucket"
    return stored == wanted, expected, actual + (", other ones" if differs else "")


def _adler(answer, content):
    """The same for an adler32 in the Digest field."""
    told = answer.header("digest") or ""
    found = parse_digest(told).get("adler32")
    wanted = f"adler32={zlib.adler32(content):08x}"
    return found is not None and found.matches(content), wanted, f"{answer.status}, {told or None}"


def _members(answer, root):
    """Entries of a listing by name, without the collection itself."""
    document = multistatus(answer)
    named = {
        e.href.rstrip("/").rpartition("/")[2]: e for e in (document.entries if document else ())
    }
    named.pop(root.rpartition("/")[2], None)
    return named


def _kind(entry):
    told = entry.get("resourcetype")
    return "collection" if told and f"{DAV}collection" in told.children else "file"

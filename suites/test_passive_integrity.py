"""What a passive party tells so that others can verify: size and digest right after a PUT."""

import time

from harness import expect
from harness.checks import requirement
from harness.wire.digests import parse_digest
from harness.wire.problem import SyntaxProblem

CONTENT = b"verify me " * 3000
COMPUTED = 180.0
"""Seconds a server may take for a checksum."""


@requirement("INTEG-019")
def test_size_is_right_directly_after_an_upload(client, new_path):
    put = client.put(new_path, CONTENT)
    expect.control(put.status in (200, 201, 204), f"PUT {put.status}", put)
    head = client.head(new_path)
    size = str(len(CONTENT))
    told = f"HEAD {head.status}, Content-Length {head.header('content-length')}"
    good = head.status == 200 and head.header("content-length") == size
    expect.that(good, f"200 and Content-Length: {size}", told, head)
    got = client.get(new_path)
    expect.content(got, CONTENT)
    length = got.header("content-length")
    expect.that(length in (None, size), f"Content-Length: {size}", f"GET {length}", got)
    expect.preferably(length is not None, "a Content-Length in GET", "chunked, no length", got)


@requirement("INTEG-020")
def test_digest_is_there_directly_after_an_upload(client, new_path):
    put = client.put(new_path, CONTENT)
    expect.control(put.status in (200, 201, 204), f"PUT {put.status}", put)
    head = computed(client, new_path)
    # the gate has seen that the server knows Digest, or it was declared to
    told = head.header("digest")
    said = f"HEAD {head.status}, Digest: {told}"
    expect.that(told is not None, "a Digest directly after the upload", said, head)
    expect.that(right(head), "the adler32 of the upload", said, head)


def computed(client, path):
    """HEAD with Want-Digest; 202 means that the checksum is being computed."""
    deadline = time.monotonic() + COMPUTED
    head = client.head(path, want_digest="adler32")
    while head.status == 202 and time.monotonic() < deadline:
        time.sleep(0.5)
        head = client.head(path, want_digest="adler32")
    return head


def right(head):
    """Whether one of the digests is that of the content, and none contradicts it."""
    try:
        known = [d.matches(CONTENT) for d in parse_digest(head.header("digest") or "").items]
    except (SyntaxProblem, LookupError):
        return False
    return bool(known) and all(known)

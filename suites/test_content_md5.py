"""Uploads whose Content-MD5 does or does not match (RFC 1864; dCache's WebDAV chapter)."""

import base64
import re

import pytest

from harness import expect
from harness.checks import requirement
from harness.wire.digests import compute, encode
from suites.resources import absent

CONTENT = b"the data as they were meant to be\n" * 20
RIGHT, WRONG = (encode("md5", compute("md5", data)) for data in (CONTENT, b"other data"))
STORED = (200, 201, 204)


@requirement("CKSUM-018")
def test_matching_content_md5_is_accepted(client, new_path):
    answer = client.put(new_path, CONTENT, content_md5=RIGHT)
    expect.status(answer, *STORED)
    expect.content(client.get(new_path), CONTENT)


@requirement("CKSUM-019", "CKSUM-020")
def test_upload_that_contradicts_its_content_md5_fails(judge, client, new_path):
    plain = client.put(f"{new_path}-plain", CONTENT)
    answer = client.put(new_path, CONTENT, content_md5=WRONG)
    with judge("CKSUM-019"):
        accepted = answer.status in STORED
        expect.that(not accepted, "400", f"{answer.status} for corrupt data", answer, severe=True)
        expect.that(400 <= answer.status < 500, "400", answer.status, answer)
        expect.preferably(answer.status == 400, "400", answer.status, answer)
    with judge("CKSUM-020"):
        kept = client.get(f"{new_path}-plain")
        words = f"an upload without Content-MD5 is not stored: {plain.status}"
        expect.control(kept.body.content == CONTENT, words, plain, kept)
        gone, left = absent(client, new_path)
        expect.that(gone, "no such file", f"GET {left.status}", answer, left, severe=True)


@requirement("CKSUM-020")
def test_fate_of_the_old_file_after_a_mismatch_is_recorded(client, existing):
    before = client.get(existing.path)
    expect.control(before.body.content == existing.content, "the old file is not there", before)
    answer = client.put(existing.path, CONTENT, content_md5=WRONG)
    after = client.get(existing.path)
    corrupt = after.body.content == CONTENT
    expect.that(not corrupt, "not the corrupt data", after.status, answer, after, severe=True)
    kept = "kept" if after.body.content == existing.content else f"gone ({after.status})"
    expect.noted(f"after a mismatch the old file is {kept}")


@requirement("CKSUM-021")
def test_content_md5_is_not_silently_ignored(client, new_path):
    answer = client.put(new_path, CONTENT, content_md5=WRONG)
    told = f"{answer.status} to an upload that contradicts its Content-MD5"
    expect.that(answer.status != 0, "an answer", answer.fault, answer)
    expect.preferably(answer.status >= 400, "an error", told, answer)


@requirement("CKSUM-022")
@pytest.mark.parametrize(
    "value",
    ["abc", compute("md5", CONTENT).hex(), base64.b64encode(b"8 bytes!").decode()],
    ids=["no base64", "hexadecimal", "too short"],
)
def test_impossible_content_md5_is_a_client_error(client, new_path, value):
    answer = client.put(new_path, CONTENT, content_md5=value)
    expect.that(400 <= answer.status < 500, "400", answer.status, answer)


@requirement("CKSUM-023")
def test_reason_of_a_mismatch_lists_both_checksums(client, new_path):
    answer = client.put(new_path, CONTENT, content_md5=WRONG)
    reason = answer.reason + "\n" + answer.body.excerpt
    pattern = r"expected=\[([^]]*)\], actual=\[([^]]*)\]"
    found = re.search(pattern, reason)
    expected, actual = found.groups() if found else ("", "")
    wanted = "Checksum mismatch (expected=[2:<hex>], actual=[...])"
    expect.that(f"2:{compute('md5', b'other data').hex()}" in expected, wanted, reason, answer)
    expect.that(f"2:{compute('md5', CONTENT).hex()}" in actual, wanted, reason, answer)

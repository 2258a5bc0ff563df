"""The property Checksums of dCache, and what its algorithms are (dCache's WebDAV chapter)."""

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.wire.digests import compute, parse_digest
from harness.wire.problem import SyntaxProblem
from suites.resources import find

DCACHE = "http://www.dcache.org/2013/webdav"
CHECKSUMS = f"{{{DCACHE}}}Checksums"
CONTENT = b"what the property speaks of\n" * 30
ASK = f'<propfind xmlns="DAV:"><prop><c:Checksums xmlns:c="{DCACHE}"/></prop></propfind>'.encode()
SET = (
    f'<propertyupdate xmlns="DAV:"><set><prop><c:Checksums xmlns:c="{DCACHE}">'
    "adler32=00000001</c:Checksums></prop></set></propertyupdate>"
).encode()


def checksums(client, path):
    """The checksums that the property lists, and the answer that told them."""
    answer = client.propfind(path, body=ASK)
    found = find(answer, CHECKSUMS)
    if found.status != 200:
        return None, answer
    return read(found.text, answer), answer


def read(text, answer):
    """The items by algorithm; what cannot be read is no list of checksums."""
    try:
        found = {item.algorithm: item for item in parse_digest(text).items}
        for item in found.values():
            item.decoded()
    except SyntaxProblem as problem:
        expect.that(False, "md5=<base64>,adler32=<hex>", f"{text}: {problem}", answer)
        raise
    return found


@requirement("CKSUM-024")
def test_property_lists_the_checksums_like_digest(client, new_path):
    put = client.put(new_path, CONTENT, want_digest="md5")
    expect.control(put.status in (200, 201, 204), "the upload is refused", put)
    found, answer = checksums(client, new_path)
    if found is None:
        expect.noted("there is no property Checksums")
        return
    told = find(answer, CHECKSUMS).text
    known = [name for name in found if name in ("adler32", "md5", "sha", "sha-256", "sha-512")]
    expect.that(bool(known), "md5=<base64>,adler32=<hex>", told, answer)
    good = all(found[name].decoded() == compute(name, CONTENT) for name in known)
    expect.that(good, "the checksums of the content", told, answer)


@requirement("CKSUM-016")
@needs("propfind", "dcache-props")
def test_property_follows_the_content(client, upload):
    file = upload(CONTENT)
    before, _ = checksums(client, file.path)
    put = client.put(file.path, CONTENT[::-1] + b"new")
    expect.control(put.status in (200, 201, 204), "the file cannot be replaced", put)
    after, answer = checksums(client, file.path)
    expect.control(bool(before and after), "there is no property to compare", answer)
    right = after["adler32"].decoded() == compute("adler32", CONTENT[::-1] + b"new")
    expect.that(right, "the checksum of the new content", after["adler32"].text, put, answer)


@requirement("CKSUM-025")
def test_property_is_read_only(client, upload):
    file = upload(CONTENT)
    before, _ = checksums(client, file.path)
    expect.control(bool(before), "there is no property to change")
    kind = (("Content-Type", "application/xml"),)
    answer = client.follow("PROPPATCH", file.path, headers=kind, body=SET)
    after, asked = checksums(client, file.path)
    told = f"PROPPATCH {answer.status}, afterwards {find(asked, CHECKSUMS)}"
    expect.that(after == before, "the checksums as before", told, answer, asked, severe=True)
    granted = find(answer, CHECKSUMS)
    refused = answer.status >= 400 or (granted.status or 0) >= 400
    expect.that(refused, ("an error", "an error for the property"), told, answer)


@requirement("CKSUM-026")
def test_where_checksums_is_returned_is_recorded(client, upload):
    file = upload(CONTENT)
    bodies = {"no body": b"", "allprop": b'<propfind xmlns="DAV:"><allprop/></propfind>'}
    answers = {name: client.propfind(file.path, body=body) for name, body in bodies.items()}
    answers["by name"] = client.propfind(file.path, body=ASK)
    values = {name: find(answer, CHECKSUMS) for name, answer in answers.items()}
    there = [name for name, value in values.items() if value.status == 200]
    expect.noted(f"Checksums is returned for: {', '.join(there) or 'none'}")
    hollow = [name for name in there if not values[name].text]
    expect.that(not hollow, "not empty", f"empty for {hollow}", *answers.values())


@requirement("CKSUM-008")
@pytest.mark.parametrize("name", ["adler32", "md5", "sha", "sha-256", "sha-512"])
def test_algorithm_of_dcache_is_known(client, new_path, name):
    client.put(new_path, CONTENT, want_digest=name)
    head = client.head(new_path, want_digest=name)
    value = head.header("digest")
    there = value is not None and parse_digest(value).get(name) is not None
    expect.that(there, f"Digest with {name}", f"Digest: {value}", head)


@requirement("CKSUM-014")
def test_plain_upload_has_adler32(client, upload):
    file = upload(CONTENT)
    adler, md5 = (client.head(file.path, want_digest=name) for name in ("adler32", "md5"))
    told = f"Digest: {adler.header('digest')}"
    expect.that("adler32=" in (adler.header("digest") or ""), "adler32", told, adler)
    expect.noted(f"after a plain upload md5 is {md5.header('digest') or 'absent'}")

"""Checksums of stored files: Want-Digest and Digest (RFC 3230, RFC 5843)."""

import time

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.problems import NotApplicable
from harness.wire.digests import compute, parse_digest
from harness.wire.problem import SyntaxProblem

CONTENT = b"the data whose checksum is wanted\n" * 40
ATTEMPTS = 3
MD5_WISH = {"want_digest": "md5"}


def digests(answer):
    """The checksums in the answer by their name, as raw bytes; the text where it is no such."""
    try:
        items = parse_digest(answer.header("digest") or "").items
    except SyntaxProblem:
        return {}
    return {item.algorithm: _raw(item) for item in items}


def _raw(item):
    try:
        return item.decoded()
    except SyntaxProblem:
        return item.text


def right(answer, content, *algorithms, severe=False):
    """The answer has the checksum of one of ``algorithms`` at least, and none that is wrong."""
    found, told = digests(answer), f"{answer.status}, Digest: {answer.header('digest')}"
    known = {name for name in found if name in algorithms}
    wanted = f"Digest with {' or '.join(algorithms)}"
    expect.that(bool(known), wanted, told, answer)
    good = all(found[name] == compute(name, content) for name in known)
    expect.that(good, "the checksum of the content", told, answer, severe=severe)


@requirement("CKSUM-001")
def test_head_gives_the_wanted_checksum(client, upload):
    first, other = upload(CONTENT), upload(CONTENT + b"other")
    right(client.head(first.path, want_digest="adler32"), first.content, "adler32")
    right(client.head(other.path, want_digest="adler32"), other.content, "adler32")


@requirement("CKSUM-002")
def test_get_gives_data_and_checksum_together(client, upload):
    file = upload(CONTENT)
    answer = client.get(file.path, want_digest="adler32")
    expect.content(answer, file.content)
    right(answer, file.content, "adler32")


@requirement("CKSUM-003")
def test_upload_returns_the_checksum_of_what_is_stored(client, new_path):
    answer = client.put(new_path, CONTENT, want_digest="adler32")
    expect.status(answer, 200, 201, 204)
    if answer.header("digest") is None:
        expect.preferably(False, "Digest with adler32", "no Digest", answer)
    else:
        right(answer, CONTENT, "adler32", severe=True)


@requirement("CKSUM-005")
@pytest.mark.parametrize("content", [b"Wikipedia", b"Wiki", CONTENT, b"\xff" * 70_000])
def test_adler32_is_hexadecimal(client, upload, content):
    file = upload(content)
    right(client.head(file.path, want_digest="adler32"), content, "adler32")


@requirement("CKSUM-006")
def test_md5_is_base64_of_16_bytes(client, new_path):
    put = client.put(new_path, CONTENT, want_digest="md5")
    expect.control(put.status in (200, 201, 204), "the upload is refused", put)
    right(client.head(new_path, want_digest="md5"), CONTENT, "md5")


@requirement("CKSUM-007")
@pytest.mark.parametrize("name", ["sha", "sha-256", "sha-512"])
def test_sha_checksums_are_named_and_encoded_as_registered(client, new_path, name):
    put = client.put(new_path, CONTENT, want_digest=name)
    head = client.head(new_path, want_digest=name)
    expect.status(head, 200)
    family = {n for n in digests(head) if n.replace("-", "").startswith("sha")}
    if not family:
        raise NotApplicable(f"{name} is not offered", (head,))
    told = f"Digest: {head.header('digest')}"
    expect.that(family <= {"sha", "sha-256", "sha-512"}, f"the name {name}", told, put, head)
    right(head, CONTENT, *family)


@pytest.fixture
def both_known(client, upload, new_path):
    """A file whose adler32 and md5 the server can give; asked for at upload if it has to be."""
    on_demand = client.head(upload(CONTENT).path, want_digest="md5")
    put = client.put(new_path, CONTENT, **({} if "md5" in digests(on_demand) else MD5_WISH))
    expect.control(put.status in (200, 201, 204), "the upload is refused", put)
    return new_path


@requirement("CKSUM-009")
@pytest.mark.parametrize(
    ("wish", "best"),
    [
        ("md5;q=0.3, adler32;q=0.9", "adler32"),
        ("adler32;q=0.3, md5;q=0.9", "md5"),
        ("md5;q=0.9, adler32;q=0.3", "md5"),
        ("adler32;q=0.3,md5", "md5"),
    ],
)
def test_weights_order_the_wishes(client, both_known, wish, best):
    answer = client.head(both_known, want_digest=wish)
    told = f"Want-Digest: {wish} gives Digest: {answer.header('digest')}"
    expect.that(best in digests(answer), best, told, answer)


@requirement("CKSUM-009")
def test_a_less_wanted_checksum_is_given_where_the_best_is_unknown(client, upload):
    file = upload(CONTENT)
    answer = client.head(file.path, want_digest="x-nobody-knows, adler32;q=0.5")
    right(answer, CONTENT, "adler32")


@requirement("CKSUM-010")
@pytest.mark.usefixtures("adler32_known")
@pytest.mark.parametrize("wish", ["adler32;q=0,md5", "md5,adler32;q=0"])
def test_weight_zero_is_not_wanted(client, upload, wish):
    file = upload(CONTENT)
    answer = client.head(file.path, want_digest=wish)
    told = f"{answer.status}, Digest: {answer.header('digest')}"
    expect.that(set(digests(answer)) != {"adler32"}, ("md5", "no Digest"), told, answer)
    expect.status(answer, 200)


@requirement("CKSUM-011")
@pytest.mark.parametrize("name", ["ADLER32", "adler32", "Adler32"])
def test_algorithm_names_have_no_case(client, upload, name):
    answer = client.head(upload(CONTENT).path, want_digest=name)
    told = f"Want-Digest: {name} gives Digest: {answer.header('digest')}"
    expect.that("adler32" in digests(answer), "Digest with adler32", told, answer)


@pytest.fixture
def adler32_known(client, upload):
    """What is said of checksums that are left out means nothing where none is ever given."""
    head = client.head(upload(CONTENT).path, want_digest="adler32")
    if "adler32" not in digests(head):
        raise NotApplicable(f"not even adler32 is given: {head.header('digest')}", (head,))


@requirement("CKSUM-012")
@pytest.mark.usefixtures("adler32_known")
@pytest.mark.parametrize("wish", ["x-nobody-knows", "x-nobody-knows, md5", "md5"])
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_unavailable_checksum_is_left_out(client, upload, wish, method):
    file = upload(CONTENT)
    answer = client.follow(method, file.path, headers=(("Want-Digest", wish),))
    expect.status(answer, 200)
    told = f"Want-Digest: {wish} gives Digest: {answer.header('digest')}"
    unwanted = set(digests(answer)) - {part.strip() for part in wish.split(",")}
    only = unwanted and unwanted == set(digests(answer))
    expect.that(not only, ("no Digest", "a wanted one"), told, answer)


@requirement("CKSUM-013")
@needs("md5-on-demand")
def test_checksum_wanted_at_upload_is_kept(client, new_path):
    put = client.put(new_path, CONTENT, want_digest="md5")
    expect.control(put.status in (200, 201, 204), "the upload is refused", put)
    right(client.head(new_path, want_digest="md5"), CONTENT, "md5")
    right(client.head(new_path, want_digest="md5"), CONTENT, "md5")


@requirement("CKSUM-029")
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_missing_file_has_no_checksum(client, upload, new_path, method):
    there = client.head(upload(CONTENT).path, want_digest="adler32")
    expect.control("adler32" in digests(there), "no adler32 of a file that is there", there)
    answer = client.follow(method, new_path, headers=(("Want-Digest", "adler32"),))
    expect.that(answer.status >= 400, "404", answer.status, answer)
    own = compute("adler32", answer.body.content or b"") if method == "GET" else None
    told = f"{answer.status}, Digest: {answer.header('digest')}"
    strange = answer.header("digest") is not None and digests(answer).get("adler32") != own
    expect.that(not strange, "no Digest", told, answer)


@requirement("CKSUM-030")
@pytest.mark.parametrize("wishes", [("x-nobody-knows", "adler32"), ("adler32", "x-nobody-knows")])
def test_several_want_digest_fields_are_one_list(client, upload, wishes):
    file = upload(CONTENT)
    fields = tuple(("Want-Digest", wish) for wish in wishes)
    right(client.apart(client.ask("HEAD", file.path, fields)), CONTENT, "adler32")


@requirement("CKSUM-015")
@pytest.mark.usefixtures("adler32_known")
def test_checksum_of_a_part_is_that_of_the_whole(client, upload):
    file = upload(CONTENT)
    part = client.get(file.path, range="bytes=0-9", want_digest="adler32")
    whole = client.get(file.path, want_digest="adler32")
    expect.status(part, 206, 200)
    ours, theirs = part.header("digest"), whole.header("digest")
    told = f"{part.status} with Digest: {ours}, the whole has {theirs}"
    wanted = ("the checksum of the whole file", "no Digest")
    expect.that(ours is None or digests(part) == digests(whole), wanted, told, part, whole)


@requirement("CKSUM-016")
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_checksum_follows_the_content(client, upload, method):
    """A server that goes by whole seconds is mistaken only if it all happens within one."""
    for _ in range(ATTEMPTS):
        began = int(time.time())
        overwritten(client, upload(CONTENT).path, method)
        if int(time.time()) == began:
            break


def overwritten(client, path, method):
    """The checksum before and after another content is stored."""
    wish = (("Want-Digest", "adler32"),)
    right(client.follow(method, path, headers=wish), CONTENT, "adler32")
    new = CONTENT[::-1] + b"new"
    put = client.put(path, new)
    expect.control(put.status in (200, 201, 204), "the file cannot be replaced", put)
    right(client.follow(method, path, headers=wish), new, "adler32")


@requirement("CKSUM-017")
@pytest.mark.usefixtures("adler32_known")
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_checksum_of_no_data(client, upload, method):
    file = upload(b"")
    answer = client.follow(method, file.path, headers=(("Want-Digest", "adler32"),))
    expect.status(answer, 200, 204)
    told = f"{answer.status}, Digest: {answer.header('digest')}"
    found = digests(answer).get("adler32")
    expect.that(found in (None, b"\0\0\0\1"), ("adler32=00000001", "no Digest"), told, answer)


@requirement("CKSUM-027")
def test_upload_with_a_digest_is_accepted(client, new_path):
    value = "adler32=" + compute("adler32", CONTENT).hex()
    answer = client.put(new_path, CONTENT, digest=value)
    expect.status(answer, 200, 201, 204)
    expect.content(client.get(new_path), CONTENT)
    wrong = client.put(f"{new_path}-wrong", CONTENT, digest="adler32=00000001")
    expect.noted(f"a wrong Digest is answered {wrong.status}")


@requirement("CKSUM-031")
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_digest_of_one_answer_is_not_that_of_the_next(client, upload, method):
    file, other = upload(CONTENT), upload(CONTENT + b"other")
    first = client.send(client.ask("HEAD", file.path, (("Want-Digest", "adler32"),)))
    first.until(lambda x: x.over, within=60)
    head = first.exchange(client.endpoint.name)
    closes = "close" in (head.header("connection") or "").lower()
    if "adler32" not in digests(head) or closes or not first.reader.complete:
        raise NotApplicable("no second request after a HEAD with a checksum", (head,))
    second = client.closed(first.again(client.ask(method, other.path)).finish(within=60))
    expect.control(200 <= second.status < 400, f"the second request got {second.status}", second)
    found = digests(second).get("adler32", compute("adler32", other.content))
    right = found == compute("adler32", other.content)
    told = f"Digest: {second.header('digest')}"
    expect.that(right, "the checksum of the second file, or none", told, head, second, severe=True)

"""RFC 9530 in transfers: what the client says the bytes are, the active party sees to it."""

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client.client import PLAINLY
from harness.problems import NotApplicable
from harness.wire.digests import parse_repr_digest, parse_want_repr_digest, repr_digest_field
from harness.wire.problem import SyntaxProblem

ALGORITHMS = ("sha-256", "adler")
SOURCES = {"tells nothing": "none", "tells another algorithm": "other"}


def field_of(algorithm, content):
    """Repr-Digest of a content; adler32 by the key that is asked for."""
    known = "adler32" if algorithm.startswith("adler") else algorithm
    return algorithm + repr_digest_field(known, content).removeprefix(known)


@requirement("INTEG-022")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("manner", SOURCES)
@pytest.mark.usefixtures("pull_works")
def test_pull_of_other_bytes_than_the_client_told_fails(client, party, new_path, manner, algorithm):
    far = party.source(size=3000, digest=SOURCES[manner])
    right, wrong = (field_of(algorithm, far.content + end) for end in (b"", b"!"))
    copy = client.pull(far.url, f"{new_path}-right", repr_digest=right, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(f"{new_path}-right"), far.content)
    expect.failure(client.pull(far.url, new_path, repr_digest=wrong, **PLAINLY))


@requirement("INTEG-023")
@pytest.mark.usefixtures("pull_works")
def test_digest_that_all_agree_on_is_still_computed(client, party, new_path):
    far = party.source(size=3000, digest="wrong")  # that of the content and one byte more
    told = repr_digest_field("sha-256", far.content + b"!")
    asked = (("TransferHeaderWant-Digest", "sha-256"), ("Repr-Digest", told))
    copy = client.copy(new_path, (("Source", far.url), ("Credential", "none"), *asked))
    expect.failure(copy)


@requirement("INTEG-024")
@pytest.mark.parametrize("size", [0, 3000])
@needs("writable")
def test_digest_of_a_push_goes_on_the_put(client, party, upload, size):
    file, far = upload(party.source(size=size).content), party.destination()
    told = repr_digest_field("sha-256", file.content)
    copy = client.push(file.path, far.url, repr_digest=told, **PLAINLY)
    expect.control(bool(far.asked("PUT")), f"no PUT came: {copy}", copy)
    shown = far.asked("PUT")[-1].header("repr-digest")
    same = shown is not None and digests(shown) == digests(told)
    expect.that(same, f"Repr-Digest: {told}", shown or "no Repr-Digest", copy)


def digests(text):
    """What a Repr-Digest says; None if it cannot be read."""
    try:
        return {item.algorithm: item.text for item in parse_repr_digest(text).items}
    except SyntaxProblem:
        return None


@requirement("INTEG-025")
@pytest.mark.parametrize("algorithm", ["sha-256", "adler", "adler32"])
def test_put_of_other_bytes_than_its_digest_stores_nothing(client, new_path, algorithm):
    content = b"what the client means"
    right, wrong = (field_of(algorithm, content + end) for end in (b"", b"!"))
    put = client.put(f"{new_path}-right", content, repr_digest=right)
    expect.that(put.status in (200, 201, 204), "the file stored", put.status or put.fault, put)
    expect.status(client.put(new_path, content, repr_digest=wrong), 412, 400)
    expect.status(client.get(new_path), 404)


@requirement("INTEG-026")
def test_want_repr_digest_is_a_dictionary(client, party, new_path):
    far = party.source()
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(bool(far.asked("GET")), f"no GET came: {copy}", copy)
    sent = [seen.header("want-repr-digest") for seen in far.requests]
    sent = [text for text in sent if text is not None]
    if not sent:
        raise NotApplicable("Want-Repr-Digest is not sent", (copy.exchange,))
    for text in sent:
        expect.that(readable(text), "preferences from 0 to 10", text, copy)


def readable(text):
    """Whether it is a Want-Repr-Digest of RFC 9530."""
    try:
        return bool(parse_want_repr_digest(text))
    except SyntaxProblem:
        return False

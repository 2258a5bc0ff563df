"""A gateway to S3: transfers, faults behind it, and what it keeps to itself (S3 document)."""

import secrets

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client.client import PLAINLY
from harness.problems import NotApplicable

CONTENT = b"behind the gateway " * 5000
HALF = len(CONTENT) // 2
LENGTH = ("Content-Length", str(len(CONTENT)))
DONE = (200, 201, 204)
SETTLED = 0.7
"""Seconds after which a partial object would have shown."""
REFUSED, FAILED, CUT = "fault-put-403", "fault-put-500", "fault-put-cut"
"""Names that make an upload to the store behind fail, if it is one that can."""


@requirement("S3-007")
@needs("tpc-pull")
def test_pull_ends_in_the_bucket(client, party, bucket, new_path):
    far = party.source(size=100_000, seed=7)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    stored = bucket.get(new_path)
    actual = "no object" if stored is None else f"{len(stored)} bytes"
    expect.that(stored == far.content, "the source's bytes", actual, copy, severe=True)


@requirement("S3-007")
@needs("tpc-push")
def test_push_sends_the_object(client, party, foreign):
    path, far = foreign(CONTENT), party.destination()
    copy = client.push(path, far.url, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, CONTENT)


@requirement("S3-008")
def test_nobody_gets_in_without_an_identity(client, anonymous, bucket, foreign, place):
    path, other = foreign(CONTENT), f"{place}/anonymous-{secrets.token_hex(6)}"
    known = client.get(path)
    expect.control(known.body.content == CONTENT, "those who may read it cannot", known)
    read, written = anonymous.get(path), anonymous.put(other, b"by nobody")
    got = read.body.content == CONTENT
    expect.that(not got, "401 or 403", f"GET: {read.status} and the object", read, severe=True)
    expect.that(400 <= read.status < 500, "401 or 403", f"GET: {read.status}", read)
    expect.that(bucket.get(other) is None, "no object", f"PUT: {written.status}", written)
    expect.that(400 <= written.status < 500, "401 or 403", f"PUT: {written.status}", written)


@requirement("S3-008")
def test_key_pair_shows_in_no_answer(client, anonymous, bucket, foreign, new_path):
    path = foreign(CONTENT)
    asked = [client.request(method, path) for method in ("GET", "HEAD", "PROPFIND", "OPTIONS")]
    asked += [client.put(f"{new_path}-own", b"own"), client.get(f"{new_path}-missing")]
    asked += [client.get(path, want_digest="adler32"), anonymous.get(path)]
    asked.append(client.put(f"{new_path}-{REFUSED}", CONTENT))  # S3's refusal names the key
    expect.control(asked[0].status < 400, "a GET is refused", asked[0])
    _verify_no_key(bucket, asked)


@requirement("S3-009")
@needs("bearer")
def test_bearer_token_is_taken_or_refused(client, new_path):
    assert client.identity.token is not None
    answer = client.bearing(client.identity.token).put(new_path, b"by a token")
    taken = "taken" if answer.status in DONE else "refused"
    expect.noted(f"a bearer token is {taken}: {answer.status}")
    expect.that(answer.status in DONE or 400 <= answer.status < 500, "2xx or 4xx", answer, answer)


@requirement("S3-010")
def test_rename_is_refused_and_changes_nothing(client, bucket, foreign, place):
    path, target = foreign(CONTENT), f"{place}/moved-{secrets.token_hex(6)}"
    answer = client.move(path, target)
    kept, moved = bucket.get(path) == CONTENT, bucket.get(target) is not None
    actual = f"{answer.status}; object {'kept' if kept else 'lost'}"
    expect.that(kept, "the object as it was", actual, answer, severe=True)
    refused = 400 <= answer.status < 600 and not moved
    expect.that(refused, "403, 405, 409 or 501", actual + (", copied" if moved else ""), answer)


@requirement("S3-011")
def test_object_appears_after_the_last_byte(client, bucket, new_path):
    live = client.open("PUT", new_path, (LENGTH,), CONTENT[:HALF])
    early = bucket.wait(new_path, within=SETTLED)
    live.send(CONTENT[HALF:])
    answer = client.closed(live.finish(within=60))
    expect.control(answer.status in DONE, "the whole upload is refused", answer)
    actual = "no object" if early is None else f"an object of {len(early)} bytes"
    expect.that(early is None, "no object before the last byte", actual, answer)
    whole = bucket.wait(new_path, within=10)
    expect.control(whole == CONTENT, "the whole upload makes no object", answer)


@requirement("S3-011")
@pytest.mark.parametrize("end", ["finished", "reset"])
def test_upload_that_stops_leaves_no_object(client, bucket, new_path, end):
    control = client.put(f"{new_path}-whole", CONTENT)
    expect.control(control.status in DONE, "a whole upload is refused", control)
    live = client.open("PUT", new_path, (LENGTH,), CONTENT[:HALF])
    if end == "reset":
        live.close(abort=True)
    else:
        live.end_sending()
    answer = client.closed(live.finish(within=30))
    left = bucket.wait(new_path, within=SETTLED)
    actual = "no object" if left is None else f"an object of {len(left)} bytes"
    expect.that(left is None, "no object in the bucket", actual, answer, severe=True)


@requirement("S3-012")
@pytest.mark.parametrize("fault", [REFUSED, FAILED, CUT])
def test_upload_that_the_store_refuses_is_an_error(client, faulty, new_path, fault):
    path = f"{new_path}-{fault}"
    control, answer = client.put(f"{new_path}-fine", CONTENT), client.put(path, CONTENT)
    expect.control(control.status in DONE, "any upload is refused", control)
    expect.that(answer.status >= 400, "4xx or 5xx", answer.status, answer, severe=True)
    expect.that(faulty.get(path) is None, "no object", "an object, and an error", answer)


@requirement("S3-012")
@needs("tpc-pull")
def test_pull_that_the_store_refuses_is_no_success(client, party, faulty, new_path):
    far = party.source(size=20_000, seed=12)
    control = client.pull(far.url, f"{new_path}-fine", **PLAINLY)
    expect.control(control.succeeded, "any pull fails", control)
    expect.failure(client.pull(far.url, f"{new_path}-{FAILED}", **PLAINLY), severe=True)


@requirement("S3-012")
def test_upload_into_a_missing_bucket_is_an_error(client, bucket):
    if not bucket.has_many:
        raise NotApplicable("its root is one bucket: no path leads to another")
    answer = client.put(f"/httptpc-missing-{secrets.token_hex(6)}/file", CONTENT)
    expect.that(answer.status >= 400, "4xx or 5xx", answer.status, answer, severe=True)


def _verify_no_key(bucket, asked):
    for answer in asked:
        shown = repr((answer.headers, answer.interim, answer.body.content))
        for key in (bucket.access_key, bucket.secret_key):
            words = "nothing of the gateway's key pair"
            told = f"{answer.method}: {answer.status} with a part of the key pair"
            expect.that(str(key) not in shown, words, told, answer, severe=True)

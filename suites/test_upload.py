"""PUT: what was sent is what is stored (RFC 9110 section 9.3.4; RFC 9112 sections 6.3, 7.1, 8)."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from harness.problems import NotApplicable
from harness.wire.chunks import chunked, open_ended

CONTENT = bytes(range(256)) * 400
LENGTH = ("Content-Length", str(len(CONTENT)))
MOST_AT_ONCE = 32
CHUNKED = ("Transfer-Encoding", "chunked")


@requirement("DAV-010")
@pytest.mark.parametrize("size", [0, 1, len(CONTENT)])
def test_upload_stores_exactly_the_body(client, new_path, size):
    answer = client.apart(Ask("PUT", new_path, body=CONTENT[:size]))
    expect.status(answer, 201, tolerated=(200, 202, 204))
    expect.content(client.get(new_path), CONTENT[:size])


@requirement("DAV-010")
def test_chunked_upload_stores_exactly_the_content(client, new_path):
    answer = client.apart(Ask("PUT", new_path, (CHUNKED,), chunked(CONTENT)))
    expect.status(answer, 201, tolerated=(200, 202, 204))
    expect.content(client.get(new_path), CONTENT)


@requirement("REDIR-011")
def test_upload_needs_no_expect_header(client, new_path):
    large = CONTENT * 20  # small ones may be treated more kindly
    answer = client.apart(Ask("PUT", new_path, body=large))
    expect.status(answer, 201, 200, 204)
    expect.content(client.get(new_path), large)


@requirement("DAV-011")
@pytest.mark.parametrize("size", [0, 5])
def test_upload_replaces_an_existing_file_completely(client, upload, size):
    file = upload(CONTENT)
    answer = client.put(file.path, CONTENT[:size])
    if answer.status in (403, 405, 409):
        expect.content(client.get(file.path), file.content)  # overwriting is forbidden
        return
    expect.status(answer, 200, 201, 204)
    expect.content(client.get(file.path), CONTENT[:size])


@requirement("DAV-012")
def test_upload_below_a_missing_collection_is_refused(client, new_path):
    answer = client.put(f"{new_path}/file", b"orphan")
    found = client.get(f"{new_path}/file")
    actual = f"PUT {answer.status}, GET {found.status}"
    if 200 <= answer.status < 300:
        stored = found.body.content == b"orphan"
        expect.that(stored, ("409", "the file is stored"), actual, answer, found, severe=True)
    expect.preferably(answer.status in (409, 404), "409", actual, answer, found)
    expect.that(answer.status < 500 and answer.status != 0, "409", actual, answer, found)


@requirement("DAV-023")
@pytest.mark.parametrize("coding", ["length", "chunked"])
def test_upload_cut_in_half_is_not_acknowledged(client, new_path, coding):
    half = CONTENT[: len(CONTENT) // 2]
    sent = half if coding == "length" else open_ended(half)
    whole = client.ask("PUT", f"{new_path}-whole", (LENGTH if coding == "length" else CHUNKED,))
    body = CONTENT if coding == "length" else chunked(CONTENT)
    control = client.apart(Ask("PUT", f"{new_path}-whole", whole.headers, body))
    expect.control(control.status in (200, 201, 204), "a whole upload is refused", control)
    live = client.open("PUT", new_path, whole.headers, sent)
    live.end_sending()
    answer = client.closed(live.finish(within=30))
    cut = "an error, or no answer"
    acknowledged = 200 <= answer.status < 300
    expect.that(not acknowledged, cut, f"{answer.status} to half a body", answer, severe=True)


@requirement("DAV-033")
def test_uploads_at_the_same_time_are_all_stored(client, new_path):
    count = min(MOST_AT_ONCE, client.endpoint.limits.parallel)
    if count < 2:
        raise NotApplicable("the endpoint's limits allow one connection at a time")
    bodies = {f"{new_path}-{n}": bytes([n]) * (20_000 + n) for n in range(count)}
    answers = put_at_once(client, bodies)
    stored = {path for path, answer in answers.items() if answer.status in (200, 201, 204)}
    busy = {path for path, answer in answers.items() if answer.status in (429, 503)}
    for path in stored:
        expect.content(client.get(path), bodies[path])
    shown = [f"{answers[path].status} {answers[path].fault}" for path in {*bodies} - stored - busy]
    expect.that(not shown, f"{count} uploads stored, or 429 or 503", shown, *answers.values())
    expect.that(bool(stored), "some of the uploads stored", "all 429 or 503", *answers.values())


def put_at_once(client, bodies):
    """The answers to uploads of which each has begun before any has ended; no redirect followed."""
    begun = {}
    for path, body in bodies.items():
        length = (("Content-Length", str(len(body))),)
        begun[path] = client.open("PUT", path, length, body[: len(body) // 2])
    for path, live in begun.items():
        live.send(bodies[path][len(bodies[path]) // 2 :])
    return {path: client.closed(live.finish(within=60)) for path, live in begun.items()}

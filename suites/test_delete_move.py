"""DELETE and MOVE (RFC 4918 sections 9.6, 9.9), and what is missing (RFC 9110 section 15.5.5)."""

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.problems import NotApplicable
from suites.resources import absent, multistatus

DONE = (200, 201, 204)


@requirement("DAV-006")
def test_deleted_file_is_gone(client, existing):
    expect.content(client.get(existing.path), existing.content)
    expect.status(deleted := client.delete(existing.path), 200, 204)
    for method in ("GET", "HEAD", "PROPFIND"):
        after = client.follow(method, existing.path)
        gone = after.status == 404 or (method == "PROPFIND" and after.status in (405, 501))
        expect.that(gone, "404 after DELETE", f"{method}: {after.status}", deleted, after)


@requirement("DAV-006")
def test_second_delete_finds_nothing(client, existing):
    expect.control(client.delete(existing.path).status < 300, "the first DELETE is refused")
    again = client.delete(existing.path)
    expect.that(400 <= again.status < 500, "404", again.status, again)
    expect.preferably(again.status == 404, "404", again.status, again)


@requirement("DAV-007")
def test_delete_of_a_collection_is_whole_or_refused(client, folder):
    members = [f"{folder}/one", f"{folder}/two"]
    made = all(client.put(m, b"x").status in DONE for m in members)
    there = made and all(client.get(m).status == 200 for m in members)
    expect.control(there, "no members to delete")
    answer = client.delete(f"{folder}/")
    left = [m for m in members if client.get(m).status == 200]
    actual = f"DELETE {answer.status}, {len(left)} of {len(members)} members left"
    if answer.status == 207:
        expect.that(multistatus(answer) is not None, "207 with a multistatus", actual, answer)
    elif answer.status < 300:
        expect.that(not left, "no member is left", actual, answer)
    else:
        expect.that(left == members, "an error that leaves every member", actual, answer)


@pytest.fixture
def moving(client, upload, new_path):
    """Not every storage renames; what refuses even the plainest MOVE has none."""
    file = upload(b"goes elsewhere")
    answer = client.move(file.path, new_path)
    if answer.status >= 400 and client.get(file.path).body.content == file.content:
        raise NotApplicable(f"a plain MOVE is refused with {answer.status}", (answer,))
    return file, new_path, answer


@requirement("DAV-008")
def test_move_renames_a_file(client, moving):
    file, target, answer = moving
    expect.content(arrived := client.get(target), file.content)
    gone, left = absent(client, file.path)
    expect.that(gone, "the source is gone", f"GET {left.status}", answer, left, arrived)
    expect.status(answer, 201, tolerated=(200, 204))


@requirement("DAV-008")
@pytest.mark.parametrize("form", ["url", "path"])
def test_move_replaces_a_file(client, upload, moving, form):
    source, old = upload(b"the new content"), upload(b"the old content, which is longer")
    target = client.url(old.path) if form == "url" else old.path
    answer = client.follow("MOVE", source.path, headers=(("Destination", target),))
    if form == "path" and answer.status >= 400:
        expect.content(client.get(old.path), old.content)  # an absolute URL may be demanded
        return
    expect.status(answer, 204, 200, 201)
    expect.content(client.get(old.path), source.content)
    gone, left = absent(client, source.path)
    expect.that(gone, "the source is gone", f"GET {left.status}", answer, left)


@requirement("DAV-009")
def test_move_with_overwrite_f_changes_nothing(client, upload, moving):
    source, old = upload(b"the new content"), upload(b"the old content")
    answer = client.move(source.path, old.path, overwrite="F")
    expect.content(client.get(old.path), old.content)
    expect.content(client.get(source.path), source.content)
    expect.status(answer, 412, tolerated=[code for code in range(400, 600) if code != 412])


@requirement("DAV-024")
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_missing_file_is_not_found(client, new_path, method):
    answer = client.follow(method, new_path)
    expect.that(400 <= answer.status < 500, "404", answer.status, answer)
    expect.preferably(answer.status in (404, 401, 403), "404", answer.status, answer)


@requirement("DAV-024")
@needs("tpc-push")
@pytest.mark.usefixtures("push_works")
def test_push_of_a_missing_file_is_refused(client, party, new_path):
    far = party.destination()
    copy = client.push(new_path, far.url, credential="none", require_checksum_verification="false")
    expect.failure(copy)
    expect.that(copy.status < 500, "404", copy, copy)

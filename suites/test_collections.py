"""OPTIONS, MKCOL, and collections in the way of an upload (RFC 4918 sections 9.1, 9.3, 9.7)."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from suites.resources import absent, answers_to, is_collection

ALWAYS_TRIED = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PROPFIND", "MKCOL", "MOVE")


@requirement("DAV-001")
def test_options_announces_webdav_class_1(client, folder):
    answer = client.follow("OPTIONS", folder)
    classes = [word.strip() for word in (answer.header("dav") or "").split(",")]
    expect.that("1" in classes, "DAV: 1", f"DAV: {answer.header('dav')}", answer)


@requirement("DAV-001")
def test_allow_names_what_works_and_no_more(client, survey, existing, folder, new_path):
    asked = [client.follow("OPTIONS", path) for path in (folder, existing.path, new_path)]
    named_there = {m.strip() for a in asked for m in (a.header("allow") or "").split(",")} - {""}
    seen = answers_to(client, sorted({*ALWAYS_TRIED, *named_there}), existing, new_path)
    working = {method for method, answer in seen.items() if 200 <= answer.status < 300}
    working |= {"COPY"} if survey.get("tpc").present else set()
    refused = {method for method, answer in seen.items() if answer.status in (405, 501)}
    evidence = [*asked, *(seen[m] for m in sorted(working ^ named_there | refused) if m in seen)]
    told = f"Allow: {', '.join(sorted(named_there)) or 'absent'}"
    missing = f"{told}, yet these work: {', '.join(sorted(working - named_there))}"
    expect.that(working <= named_there, "every method that works is in Allow", missing, *evidence)
    wrong = f"{told}, yet answered 405 or 501: {', '.join(sorted(refused & named_there))}"
    expect.that(not refused & named_there, "no method in Allow is refused", wrong, *evidence)


@requirement("DAV-002")
@pytest.mark.parametrize("slash", ["/", ""], ids=["slash", "no slash"])
def test_mkcol_makes_a_collection(client, new_path, slash):
    made = client.mkcol(new_path + slash)
    if not slash and 400 <= made.status < 500:
        expect.noted(f"a collection has to be named with a slash: {made.status} without")
        return
    expect.status(made, 201, tolerated=(200, 204))
    found, evidence = is_collection(client, new_path)
    expect.that(found, "a collection", "something else, or nothing", made, *evidence)


@requirement("DAV-003")
@pytest.mark.parametrize("what", ["collection", "file"])
def test_mkcol_on_what_exists_is_refused(client, folder, existing, what):
    path = f"{folder}/" if what == "collection" else existing.path
    answer = client.follow("MKCOL", path)
    expect.status(answer, 405, tolerated=[code for code in range(400, 500) if code != 405])
    if what == "file":
        expect.content(client.get(existing.path), existing.content)


@requirement("DAV-004")
def test_mkcol_below_a_missing_parent_makes_nothing(client, new_path):
    answer = client.mkcol(f"{new_path}/child/")
    nothing, parent = absent(client, new_path)
    expect.that(400 <= answer.status < 500, "409", answer.status, answer)
    expect.that(nothing, "no parent", f"GET of it: {parent.status}", answer, parent)
    expect.preferably(answer.status in (409, 404), "409", answer.status, answer)


@requirement("DAV-005")
def test_mkcol_with_a_body_nobody_understands_is_refused(client, new_path):
    kind = (("Content-Type", "text/x-nonsense"),)
    answer = client.apart(Ask("MKCOL", f"{new_path}/", kind, b"no such thing"))
    expect.that(400 <= answer.status < 500, "415", answer.status, answer)


@requirement("DAV-013")
def test_upload_onto_a_collection_leaves_it_intact(client, folder):
    child = client.put(f"{folder}/child", b"the child")
    expect.control(child.status in (200, 201, 204), "the child cannot be stored", child)
    answer = client.put(folder, b"a file instead")
    kept = client.get(f"{folder}/child")
    actual = f"PUT {answer.status}, the child afterwards {kept.status}"
    lost = kept.body.content != b"the child"
    expect.that(not lost, "the child is still there", actual, answer, kept, severe=True)
    expect.that(400 <= answer.status < 500, ("405", "409", "403"), actual, answer)

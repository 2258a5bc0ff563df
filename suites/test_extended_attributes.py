"""Extended attributes of files and directories (dCache's WebDAV chapter, extended attributes)."""

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable
from suites.properties import (
    ALLPROP,
    ask,
    attributed,
    patch,
    removing,
    setting,
    told,
    value,
    xattr,
)
from suites.properties import accepted as reported
from suites.resources import find
from suites.uploads import held_back, target_of

STORED = (200, 201, 204)
CONTENT = b"a file with attributes"


@requirement("XATTR-001")
def test_query_of_an_upload_assigns_an_attribute(client, new_path):
    put = client.put(f"{new_path}?xattr.foo=bar", CONTENT)
    expect.status(put, *STORED)
    expect.content(client.get(new_path), CONTENT)
    seen, answer = value(client, new_path, xattr("foo"))
    expect.that(seen == "bar", "the attribute foo is 'bar'", f"it is {seen!r}", put, answer)


@requirement("XATTR-002")
def test_values_in_a_query_are_decoded_and_joined_by_ampersands(client, new_path):
    put = client.put(f"{new_path}?xattr.name1=value%201&xattr.name2=a%26b%3Dc", CONTENT)
    expect.status(put, *STORED)
    wanted = {xattr("name1"): "value 1", xattr("name2"): "a&b=c"}
    found, answer = ask(client, new_path, *wanted)
    seen = {name: found[name].text if found[name].status == 200 else None for name in wanted}
    expect.that(seen == wanted, f"{wanted}", f"{seen}", put, answer)


@requirement("XATTR-003")
def test_attribute_is_a_property_of_its_name(client, new_path):
    put = client.put(f"{new_path}?xattr.there=1", CONTENT)
    patch(client, new_path, setting({xattr("there"): "1"}))
    found, answer = ask(client, new_path, xattr("there"), xattr("nope"))
    there, nope = found.values()
    good = there.status == 200 and there.text == "1"
    expect.that(good, "the attribute with status 200 and its value", told(there), put, answer)
    expect.that(nope.status == 404, "a missing attribute with status 404", told(nope), answer)


@requirement("XATTR-004")
def test_set_creates_and_replaces_an_attribute(client, existing):
    for text in ("first & foremost", "second"):
        done = patch(client, existing.path, setting({xattr("changing"): text}))
        seen, answer = value(client, existing.path, xattr("changing"))
        actual = f"PROPPATCH {done.status}, then {seen!r}"
        expect.that(seen == text, f"the value set last, {text!r}", actual, done, answer)


@requirement("XATTR-005")
def test_removed_attribute_is_gone(client, new_path):
    attributed(client, new_path, {"short": "lived"})
    done = patch(client, new_path, removing(xattr("short")))
    found, answer = ask(client, new_path, xattr("short"))
    gone = found[xattr("short")]
    expect.that(gone.status == 404, "status 404 after its removal", told(gone), done, answer)


@requirement("XATTR-005")
def test_removing_what_is_not_there_is_no_error(client, new_path):
    attributed(client, new_path, {"other": "value"})
    done = patch(client, new_path, removing(xattr("never"), xattr("other")))
    left, answer = value(client, new_path, xattr("other"))
    actual = f"PROPPATCH {done.status}, the other attribute is {left!r}"
    expect.that(done.status < 400, "no error", actual, done)
    expect.that(left is None, "the other attribute is removed", actual, done, answer)


@requirement("XATTR-006")
def test_reported_status_agrees_with_what_was_done(client, existing):
    name = xattr("told")
    for instruction, wanted in ((setting({name: "it"}), "it"), (removing(name), None)):
        done = patch(client, existing.path, instruction)
        seen, answer = value(client, existing.path, name)
        said = find(done, name)
        expect.control(done.status == 207, f"PROPPATCH got {done.status}", done)
        expect.that(said.status is not None, f"{name} in the answer", "another name", done)
        agrees = (seen == wanted) == reported(done, name)
        actual = f"{said.status} for the property, which is {seen!r} afterwards"
        expect.that(agrees, "200 for what was done", actual, done, answer)


@requirement("XATTR-007")
def test_allprop_includes_the_attributes(client, new_path):
    attributed(client, new_path, {"one": "1", "two": "2"})
    answer = client.propfind(new_path, body=ALLPROP)
    seen = [find(answer, xattr(name)).text for name in ("one", "two")]
    expect.that(seen == ["1", "2"], "both attributes", f"{seen}", answer)


@requirement("XATTR-008")
def test_directory_keeps_attributes(client, folder):
    done = patch(client, f"{folder}/", setting({xattr("colour"): "green"}))
    if not reported(done, xattr("colour")):
        raise NotApplicable(f"attributes of a directory are refused: {done.status}", (done,))
    seen, answer = value(client, f"{folder}/", xattr("colour"))
    expect.that(seen == "green", "the value that was accepted", f"{seen!r}", done, answer)


@requirement("XATTR-009")
def test_attributes_survive_the_redirect_of_an_upload(client, new_path):
    path = f"{new_path}?xattr.foo=b%20ar"
    asked = client.closed(held_back(client, path, len(CONTENT)))
    target = target_of(asked)
    expect.control(target is not None, f"the upload is not redirected: {asked.status}", asked)
    put = client.put(target, CONTENT)
    expect.control(put.status in STORED, f"the upload at the target got {put.status}", put)
    seen, answer = value(client, new_path, xattr("foo"))
    expect.that(seen == "b ar", "the attribute foo is 'b ar'", f"it is {seen!r}", put, answer)

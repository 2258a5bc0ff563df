"""Caveat activity: each word allows one kind of operation and no other."""

from __future__ import annotations

import secrets

import pytest

from fixtures.macaroons import issued
from harness import expect
from harness.checks import needs, requirement

FORBIDDEN = {
    "DOWNLOAD": ("list", "put", "delete", "move", "mkcol"),
    "LIST": ("get", "put", "delete", "move", "mkcol"),
    "UPLOAD": ("get", "list", "delete"),
    "DELETE": ("get", "list", "put", "move", "mkcol"),
    "READ_METADATA": ("get", "put", "delete", "move", "mkcol"),
}
"""What a token with that activity alone must not do. Whether UPLOAD renames or makes directories
is not assigned in the table of activities, and XRootD lets it rename (AMB-G02)."""


def attempt(client, what, file):
    """Try one operation on or beside ``file``."""
    fresh = f"{file.directory}/{what}-{secrets.token_hex(4)}"
    if what == "list":
        return client.propfind(file.directory, "1")
    if what == "put":
        return client.put(fresh, b"new")
    if what == "mkcol":
        return client.mkcol(fresh)
    if what == "move":
        target = (("Destination", client.url(fresh)),)
        return client.request("MOVE", file.path, headers=target)
    return client.follow({"get": "GET", "delete": "DELETE"}[what], file.path)


def listed(answer, file):
    """Whether a listing shows the file."""
    name = file.path.rpartition("/")[2].encode()
    return answer.status == 207 and name in (answer.body.content or b"")


@pytest.fixture
def only(macaroons, tree):
    """A client that may do the named activities below our tree, and nothing else."""
    return lambda names: macaroons.bearing(macaroons.issue(f"activity:{names}", path=tree.root))


PAIRS = [(activity, what) for activity, forbidden in FORBIDDEN.items() for what in forbidden]


@pytest.fixture
def useful(macaroons, tree):
    """The control of every refusal: a token without a list of activities reads."""
    read = macaroons.bearing(macaroons.issue(path=tree.root)).get(tree.inside.path)
    expect.control(read.status == 200, f"a token without such a caveat got {read.status}", read)


@requirement("MAC-032")
@pytest.mark.usefixtures("useful")
@pytest.mark.parametrize(("activity", "what"), PAIRS, ids=[f"{a}-{w}" for a, w in PAIRS])
def test_activity_allows_nothing_else(only, client, spare, activity, what):
    file = spare()
    answer = attempt(only(activity), what, file)
    if what == "list":
        seen = f"{answer.status}, with the names of members"
        expect.that(answer.status > 0, "an answer", answer.fault, answer)
        expect.that(not listed(answer, file), "no names of members", seen, answer)
    else:
        expect.denied(answer)
    kept = client.get(file.path).body.content == file.content
    expect.that(kept, "the file untouched", "the file is gone or changed", answer, severe=True)


@requirement("MAC-033")
def test_download_reads_a_file_and_a_part_of_it(only, tree):
    reader = only("DOWNLOAD")
    expect.content(reader.get(tree.inside.path), tree.inside.content)
    part = reader.get(tree.inside.path, range="bytes=2-5")
    expect.content(part, tree.inside.content[2:6] if part.status == 206 else tree.inside.content)


@requirement("MAC-034")
def test_upload_makes_files_and_replaces_none(only, client, spare):
    uploader, file = only("UPLOAD"), spare()
    made = attempt(uploader, "put", file)
    expect.that(made.status in (200, 201, 204), "a new file", made.status, made)
    over = uploader.put(file.path, b"replaced")
    expect.denied(over)
    expect.content(client.get(file.path), file.content)
    both = only("UPLOAD,DELETE").put(file.path, b"replaced")
    if both.status in (401, 403):  # a variant: MANAGE is needed as well
        both = only("UPLOAD,DELETE,MANAGE").put(file.path, b"replaced")
    expect.that(both.status in (200, 201, 204), "the file replaced", both.status, both)
    expect.content(client.get(file.path), b"replaced")


@requirement("MAC-035")
def test_list_lists(only, tree, spare):
    file = spare()
    answer = only("LIST").propfind(tree.directory, "1")
    expect.status(answer, 207)
    expect.that(listed(answer, file), "the names of members", "they are missing", answer)


@requirement("MAC-035")
@pytest.mark.parametrize("what", ["file", "directory"])
def test_delete_removes(only, client, tree, spare, what):
    path = spare().path if what == "file" else f"{tree.directory}/empty-{secrets.token_hex(4)}"
    if what == "directory":
        made = client.make_home(path)
        expect.control(made.status in (200, 201), f"MKCOL got {made.status}", made)
    answer = only("DELETE").delete(path if what == "file" else path + "/")
    expect.that(answer.status in (200, 202, 204), "it is removed", answer.status, answer)
    expect.status(client.propfind(path), 404)


@requirement("MAC-035")
def test_manage_moves(only, client, spare):
    file = spare()
    answer = attempt(only("MANAGE"), "move", file)
    expect.that(answer.status in (200, 201, 204), "it is moved", answer.status, answer)
    expect.status(client.get(file.path), 404)


@requirement("MAC-035")
def test_directories_are_made_with_upload_or_manage(only, spare):
    file = spare()
    statuses = {name: attempt(only(name), "mkcol", file).status for name in ("UPLOAD", "MANAGE")}
    shown = ", ".join(f"{name}: {status}" for name, status in statuses.items())
    expect.that(201 in statuses.values(), "201 with one of them", shown)


@requirement("MAC-036")
@pytest.mark.parametrize("activity", ["DOWNLOAD", "UPLOAD", "DELETE", "LIST", "MANAGE"])
def test_every_activity_implies_reading_metadata(only, tree, activity):
    asker = only(activity)
    expect.status(asker.head(tree.inside.path), 200)
    expect.status(asker.propfind(tree.inside.path), 207)


PATCH = b"""<?xml version="1.0"?>
<D:propertyupdate xmlns:D="DAV:" xmlns:x="http://www.dcache.org/2020/xattr">
<D:set><D:prop><x:limited>yes</x:limited></D:prop></D:set></D:propertyupdate>"""


@requirement("MAC-037")
def test_changing_metadata_needs_its_activity(only, spare):
    file = spare()

    def patch(names):
        kind = (("Content-Type", "application/xml"),)
        return only(names).request("PROPPATCH", file.path, headers=kind, body=PATCH)

    allowed = patch("UPDATE_METADATA,READ_METADATA")
    expect.control(allowed.status == 207, f"with UPDATE_METADATA: {allowed.status}", allowed)
    refused = patch("READ_METADATA,DOWNLOAD,UPLOAD,LIST")
    good = refused.status >= 400 or b"HTTP/1.1 200" not in (refused.body.content or b"")
    expect.that(good, "403", f"{refused.status}, changed", refused)


@requirement("MAC-038")
def test_several_activity_caveats_leave_what_all_allow(macaroons, client, tree, spare):
    token = macaroons.issue("activity:LIST,DOWNLOAD", path=tree.root)
    common = macaroons.bearing(macaroons.narrowed(token, "activity:DOWNLOAD,UPLOAD"))
    file = spare()
    expect.content(common.get(file.path), file.content)
    listing = attempt(common, "list", file)
    expect.that(not listed(listing, file), "no listing", f"{listing.status}, a listing", listing)
    expect.denied(attempt(common, "put", file))


@requirement("MAC-043")
def test_limits_that_a_holder_adds_are_enforced(macaroons, client, tree, spare):
    limits = (macaroons.path_caveat(tree.directory), "activity:DOWNLOAD")
    token = macaroons.issue(path=macaroons.widest)
    limited = macaroons.bearing(macaroons.narrowed(token, *limits))
    file = spare()
    expect.content(limited.get(file.path), file.content)
    expect.denied(limited.get(tree.outside.path))
    for what in ("put", "delete"):
        expect.denied(attempt(limited, what, file))
    expect.content(client.get(file.path), file.content)


@requirement("MAC-049")
@needs("propfind")
@pytest.mark.parametrize("wish", ["activity", "path", "validity"])
def test_macaroon_gives_no_stronger_macaroon(macaroons, tree, spare, wish):
    token = macaroons.issue("activity:DOWNLOAD,LIST", path=tree.directory)
    weak, file = macaroons.bearing(token), spare()
    expect.content(weak.get(file.path), file.content)
    path = tree.outside.directory if wish == "path" else tree.directory
    words = ["activity:UPLOAD,LIST,DOWNLOAD"] if wish == "activity" else []
    found = issued(macaroons.ask(*words, path=path, by=weak, validity="PT2H"))
    if found is None:
        expect.noted("no macaroon is given to one who shows a macaroon")
        return
    strong = macaroons.bearing(found)
    for method in ("GET", "HEAD", "PROPFIND"):
        first, then = (who.follow(method, tree.outside.path) for who in (weak, strong))
        actual = f"{method} elsewhere: {first.status} with the first, {then.status} with the second"
        expect.that(then.status >= 400 or first.status < 400, "no more rights", actual, first, then)
    expect.denied(attempt(strong, "put", file))
    ends = [min(macaroons.parsed(t).values("before")) for t in (token, found)]
    expect.that(ends[1] <= ends[0], f"an end at {ends[0]}", ends[1])

"""PROPFIND: which properties are told, of which resources, and how (RFC 4918 sections 9.1, 15)."""

from urllib.parse import quote, urljoin, urlsplit

import pytest

from harness import expect
from harness.checks import requirement
from harness.wire.multistatus import DAV
from harness.wire.problem import SyntaxProblem
from harness.wire.times import parse_http_date, parse_instant
from harness.wire.urls import check_characters
from suites.resources import find, multistatus, wish

ALLPROP = b'<?xml version="1.0"?><propfind xmlns="DAV:"><allprop/></propfind>'


def hrefs(client, answer, folder):
    """The paths of all resources that a multistatus speaks of, without slashes at their ends."""
    document = multistatus(answer)
    entries = document.entries if document else ()
    return [urlsplit(urljoin(client.url(folder), e.href)).path.rstrip("/") for e in entries]


@pytest.fixture
def tree(client, folder):
    """A collection with three files and a collection, which has a file of its own."""
    below = f"{folder}/sub"
    made = [client.make_home(below)]
    paths = [f"{folder}/one", f"{folder}/two", f"{folder}/three", f"{below}/deep"]
    made += [client.put(path, b"x") for path in paths]
    expect.control(all(m.status in (200, 201, 204) for m in made), "no tree to list", *made)
    return folder, [folder, below, *paths[:3]], [folder, below, *paths]


@requirement("PROP-001")
def test_named_properties_stand_in_a_propstat_of_200(client, existing):
    answer = client.propfind(existing.path, body=wish("getcontentlength", "creationdate"))
    expect.status(answer, 207)
    document = multistatus(answer)
    expect.that(document is not None, "a multistatus", answer.body.excerpt[:80], answer)
    length, created = (find(answer, name) for name in ("getcontentlength", "creationdate"))
    told = f"getcontentlength {length.text!r} ({length.status}), creationdate {created.status}"
    right = length.status == 200 and length.text.isdigit()
    expect.that(right and created.status is not None, "both, each with its status", told, answer)
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    expect.preferably(kind in ("text/xml", "application/xml"), "an XML media type", kind, answer)


@requirement("PROP-002")
def test_unknown_property_is_told_as_missing(client, existing):
    answer = client.propfind(existing.path, body=wish("getcontentlength", "{urn:x}nope"))
    expect.status(answer, 207)
    length, nope = find(answer, "getcontentlength"), find(answer, "{urn:x}nope")
    told = f"getcontentlength {length.status}, nope {nope.status}"
    expect.that((length.status, nope.status) == (200, 404), "200 and 404", told, answer)


@requirement("PROP-003")
def test_depth_says_how_far_a_listing_goes(client, tree):
    folder, near, _ = tree
    kind = wish("resourcetype")
    alone, members = (client.propfind(f"{folder}/", depth, body=kind) for depth in "01")
    expect.that(hrefs(client, alone, folder) == [folder], "the collection", "other", alone)
    seen = sorted(hrefs(client, members, folder))
    told = ", ".join(path.removeprefix(folder) or "itself" for path in seen) or "nothing"
    expect.that(seen == sorted(near), "itself and each of 4 members once", told, members)


@requirement("PROP-004")
def test_depth_infinity_lists_all_or_is_refused(client, tree):
    folder, _, every = tree
    answer = client.propfind(f"{folder}/", "infinity", body=wish("resourcetype"))
    if answer.status == 403:
        said = "propfind-finite-depth" in answer.body.excerpt
        expect.preferably(said, "403 with propfind-finite-depth", "403 without", answer)
        expect.that(answer.complete, "an answer", answer.fault, answer)
        return
    expect.status(answer, 207)
    seen = sorted(hrefs(client, answer, folder))
    told = f"{len(seen)} of {len(every)} resources"
    expect.that(seen == sorted(every), ("everything below", "403"), told, answer)


@requirement("PROP-004")
def test_missing_depth_counts_as_infinity(client, tree):
    folder, _, every = tree
    answer = client.propfind(f"{folder}/", None, body=wish("resourcetype"))
    expect.that(answer.status in (207, 403), ("207", "403"), answer.status, answer)
    seen = sorted(hrefs(client, answer, folder))
    told = f"{answer.status}, {len(seen)} of {len(every)} resources"
    whole = answer.status == 403 or seen == sorted(every)
    expect.preferably(whole, ("everything below", "403"), told, answer)


@requirement("PROP-005", "PROP-006")
def test_all_properties_are_told_without_naming_them(judge, client, existing):
    for identifier, body in (("PROP-005", b""), ("PROP-006", ALLPROP)):
        with judge(identifier):
            answer = client.propfind(existing.path, body=body)
            expect.status(answer, 207)
            names = ("getcontentlength", "getlastmodified")
            said = {name: find(answer, name) for name in names}
            told = ", ".join(f"{name} {found.status}" for name, found in said.items())
            there = all(found.status == 200 and found.text for found in said.values())
            expect.that(there, "the live properties of DAV:", told, answer)


@requirement("PROP-008")
def test_times_are_written_as_each_property_wants(client, existing):
    answer = client.propfind(existing.path, body=wish("creationdate", "getlastmodified"))
    head = client.head(existing.path)
    created, modified = find(answer, "creationdate"), find(answer, "getlastmodified")
    if created.status == 200:
        fault = _fault(parse_instant, created.text)
        expect.that(not fault, "creationdate as RFC 3339 has it", fault, answer)
    fault = _fault(parse_http_date, modified.text)
    expect.that(not fault, "getlastmodified as an HTTP date", fault, answer)
    told = f"getlastmodified {modified.text}, Last-Modified {head.header('last-modified')}"
    same = head.header("last-modified") in (None, modified.text)
    expect.that(same, "the same time", told, answer, head)


def _fault(parse, text):
    try:
        parse(text)
    except SyntaxProblem as problem:
        return f"{text!r}: {problem}"
    return ""


@requirement("PROP-009")
@pytest.mark.parametrize("size", [0, 4321])
def test_length_and_etag_are_those_of_head(client, upload, size):
    file = upload(b"p" * size)
    answer = client.propfind(file.path, body=wish("getcontentlength", "getetag"))
    head = client.head(file.path)
    length, tag = find(answer, "getcontentlength"), find(answer, "getetag")
    told = f"getcontentlength {length.text}, getetag {tag.text} ({tag.status})"
    told += f"; HEAD: {head.header('content-length')}, {head.header('etag')}"
    expect.that(length.text == str(size), f"getcontentlength {size}", told, answer, head)
    same = tag.status != 200 or head.header("etag") in (None, tag.text)
    expect.that(same, "getetag equal to ETag", told, answer, head)


@requirement("PROP-010")
def test_resourcetype_tells_collections_from_files(client, folder, existing):
    of_folder = client.propfind(f"{folder}/", body=wish("resourcetype"))
    of_file = client.propfind(existing.path, body=wish("resourcetype"))
    marks = [f"{DAV}collection" in find(a, "resourcetype").children for a in (of_folder, of_file)]
    told = f"collection: {marks[0]}, file: {marks[1]}"
    expect.that(marks == [True, False], "only the collection is one", told, of_folder, of_file)
    expect.status(of_file, 207)


FORMS = {
    "default namespace": '<propfind xmlns="DAV:"><prop><getcontentlength/></prop></propfind>',
    "prefix D": '<D:propfind xmlns:D="DAV:"><D:prop><D:getcontentlength/></D:prop></D:propfind>',
    "prefix own": '<o:propfind xmlns:o="DAV:"><o:prop><o:getcontentlength/></o:prop></o:propfind>',
    "prefix inside": '<propfind xmlns="DAV:"><prop><q:getcontentlength xmlns:q="DAV:"/></prop>'
    "</propfind>",
}


@requirement("PROP-011")
@pytest.mark.parametrize("form", FORMS)
def test_prefix_of_a_name_does_not_matter(client, existing, form):
    answer = client.propfind(existing.path, body=FORMS[form].encode())
    usual = client.propfind(existing.path, body=wish("getcontentlength"))
    found, known = find(answer, "getcontentlength"), find(usual, "getcontentlength")
    told = f"{answer.status}, getcontentlength {found.text!r} ({found.status})"
    same = (found.status, found.text) == (known.status, known.text)
    expect.that(same, f"{known.text!r} as otherwise", told, answer, usual)
    expect.that(found.status == 200, "the length", told, answer)


@requirement("PROP-011")
def test_same_name_in_another_namespace_is_another_property(client, existing):
    other = "{urn:x}getcontentlength"
    answer = client.propfind(existing.path, body=wish("getcontentlength", other))
    ours, theirs = find(answer, "getcontentlength"), find(answer, other)
    told = f"{ours.text!r} ({ours.status}) in DAV:, {theirs.text!r} ({theirs.status}) in urn:x"
    right = ours.status == 200 and theirs.status != 200
    expect.that(right, "only the one of DAV:", told, answer)


NAMES = ("plain", "a b", "a%b", "a#b", "ä", "a&b")


@requirement("PROP-014")
def test_hrefs_are_encoded_alike_and_lead_to_the_resources(client, folder):
    paths = {f"{folder}/{quote(name)}": name.encode() for name in NAMES}
    stored = {p: c for p, c in paths.items() if client.put(p, c).status in (200, 201, 204)}
    expect.control(bool(stored), "no name can be stored")
    answer = client.propfind(f"{folder}/", "1", body=wish("resourcetype"))
    document = multistatus(answer)
    entries = [entry.href for entry in document.entries] if document else []
    faults = [fault for href in entries if (fault := _fault(check_characters, href))]
    expect.that(not faults, "percent-encoded hrefs", "; ".join(faults), answer)
    forms = {"://" in href for href in entries}
    expect.that(len(forms) == 1, "one form of href", "absolute URLs and paths, mixed", answer)
    reached = {client.get(urljoin(client.url(folder), href)).body.content for href in entries}
    lost = [path for path, content in stored.items() if content not in reached]
    expect.that(not lost, "every href leads to its file", f"not reached: {lost}", answer)


@requirement("PROP-019")
def test_missing_resource_has_no_properties(client, existing, new_path):
    there = client.propfind(existing.path, body=wish("getcontentlength"))
    expect.control(there.status == 207, f"PROPFIND of a file got {there.status}", there)
    answer = client.propfind(new_path, body=wish("getcontentlength"))
    expect.that(400 <= answer.status < 500, "404", answer.status, answer)
    expect.preferably(answer.status in (404, 401, 403), "404", answer.status, answer)


SRM = "{http://srm.lbl.gov/StorageResourceManager}"
VALUES = {
    "FileLocality": {"ONLINE", "NEARLINE", "ONLINE_AND_NEARLINE", "LOST", "NONE", "UNAVAILABLE"},
    "AccessLatency": {"ONLINE", "NEARLINE"},
    "RetentionPolicy": {"REPLICA", "OUTPUT", "CUSTODIAL"},
}


@requirement("PROP-018")
@pytest.mark.parametrize("name", VALUES)
def test_srm_property_has_a_word_of_its_vocabulary(client, existing, name):
    answer = client.propfind(existing.path, body=wish(SRM + name))
    found = find(answer, SRM + name)
    if found.status != 200:
        expect.noted(f"{name} is not there ({found.status})")
        return
    expect.that(found.text in VALUES[name], sorted(VALUES[name]), found.text, answer)


@requirement("PROP-020")
def test_iscollection_and_length_are_consistent(client, folder, existing):
    of_folder = client.propfind(f"{folder}/", body=ALLPROP)
    of_file = client.propfind(existing.path, body=ALLPROP)
    words = [find(answer, "iscollection").text.upper() for answer in (of_folder, of_file)]
    told = f"iscollection: {words[0]} of the collection, {words[1]} of the file"
    expect.that(
        words in (["TRUE", "FALSE"], ["1", "0"]), "TRUE and FALSE", told, of_folder, of_file
    )
    length = find(of_file, "getcontentlength").text
    expect.that(length == str(len(existing.content)), "the length of the file", length, of_file)

"""Directories described as Metalink (dCache's WebDAV chapter, Metalink; RFC 5854, RFC 6249)."""

import secrets
from datetime import timedelta
from urllib.parse import quote, urljoin

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from harness.wire.digests import compute
from harness.wire.links import parse_links
from harness.wire.metalink import HASHES, MEDIA_TYPE, MetalinkFault, is_unsafe, parse_metalink
from harness.wire.problem import SyntaxProblem
from harness.wire.times import parse_http_date, parse_instant
from harness.wire.urls import parse_url

WANTED = "application/metalink4+xml"
STORED = (200, 201, 204)
FILES = {"first": b"the first file", "a second-one.txt": b"2" * 4000, "third": b""}
NEAR = timedelta(seconds=10)


def fill(client, folder, files):
    """Put these files into the directory."""
    for name, content in files.items():
        put = client.put(f"{folder}/{quote(name)}", content, want_digest="md5")
        expect.control(put.status in STORED, f"the upload of {name!r} got {put.status}", put)


def described(client, folder):
    """The description of a directory, and the answer that it came in."""
    answer = client.get(f"{folder}/?type=metalink")
    try:
        return parse_metalink(answer.body.content or b""), answer
    except SyntaxProblem as problem:
        expect.that(False, "a Metalink description", f"{answer.status}: {problem}", answer)
        raise


def kind_of(answer):
    """The media type of an answer, without parameters."""
    return (answer.header("content-type") or "").partition(";")[0].strip().lower()


def is_metalink(answer):
    try:
        parse_metalink(answer.body.content or b"")
    except SyntaxProblem:
        return False
    return answer.status == 200 and kind_of(answer) == MEDIA_TYPE


def get(client, path, accept):
    """A GET with this Accept, or with none at all."""
    return client.apart(Ask("GET", path, (("Accept", accept),) if accept else ()))


@requirement("META-001")
def test_accept_gives_a_description_of_a_directory(client, folder):
    fill(client, folder, FILES)
    answer = client.get(f"{folder}/", accept=WANTED)
    if kind_of(answer) != MEDIA_TYPE:
        expect.noted(f"no description by Accept: {answer.status}, {kind_of(answer)}")
        return
    try:
        found = parse_metalink(answer.body.content or b"")
    except SyntaxProblem as problem:
        expect.that(False, "XML", str(problem), answer)
    else:
        expect.noted(f"{len(found.files)} files are described")


@requirement("META-002")
@pytest.mark.parametrize("accept", ["text/html", "*/*", None])
def test_type_in_the_query_gives_a_description_whatever_accept_says(client, folder, accept):
    answer = get(client, f"{folder}/?type=metalink", accept)
    shown = f"{answer.status}, {kind_of(answer)}"
    good = answer.status == 200 and kind_of(answer) == MEDIA_TYPE
    expect.that(good, f"200 and {MEDIA_TYPE}", shown, answer)


@requirement("META-003")
@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (f"text/html, {WANTED};q=0.5", "html"),
        (f"{WANTED}, text/html;q=0.5", "metalink"),
        (None, "html"),
    ],
    ids=["html preferred", "metalink preferred", "nothing said"],
)
def test_weights_in_accept_decide(client, folder, accept, wanted):
    answer = get(client, f"{folder}/", accept)
    shown = f"{answer.status}, {kind_of(answer)}"
    expect.that(answer.status == 200 and wanted in kind_of(answer), wanted, shown, answer)


@requirement("META-004")
def test_description_has_one_element_for_each_file(client, folder):
    fill(client, folder, FILES)
    found, answer = described(client, folder)
    nameless = [n for n in found.notes if n.what is MetalinkFault.NO_NAME]
    expect.that(not nameless, "every file has a name", f"{len(nameless)} have none", answer)
    shown = f"{sorted(found.names)}"
    expect.that(sorted(found.names) == sorted(FILES), f"{sorted(FILES)}", shown, answer)


@requirement("META-005")
def test_sizes_and_urls_are_those_of_the_files(client, folder):
    fill(client, folder, FILES)
    found, answer = described(client, folder)
    expect.control(len(found.files) == len(FILES), "not every file is described", answer)
    for file in found.files:
        actual = f"size {file.size} of {file.name!r}"
        content = FILES.get(file.name, b"")
        expect.that(file.size in (len(content), None), f"{len(content)}", actual, answer)
        expect.that(bool(file.urls), "a url", f"none for {file.name!r}", answer)
        for url in file.urls:
            expect.that(absolute(url), "an absolute URL", url, answer)
            expect.content(client.get(url), content)


def absolute(url):
    try:
        parse_url(url)
    except SyntaxProblem:
        return False
    return True


@requirement("META-006")
@pytest.mark.parametrize("asked", ["md5", "sha", "sha-256"])
def test_hashes_are_hexadecimal_and_right(client, folder, asked):
    content = secrets.token_bytes(700)
    put = client.put(f"{folder}/file", content, want_digest=asked)
    expect.control(put.status in STORED, f"the upload got {put.status}", put)
    client.head(f"{folder}/file", want_digest=asked)
    found, answer = described(client, folder)
    expect.control(len(found.files) == 1, "the only file is not described", answer)
    hashes = [h for h in found.files[0].hashes if h.type in HASHES]
    if not hashes:
        expect.noted(f"no hash that can be compared, though {asked} was asked for")
    for given in hashes:
        wanted = compute(HASHES[given.type], content).hex()
        actual = f"{given.type}: {given.text}"
        expect.that(given.text.lower() == wanted, f"{given.type}: {wanted}", actual, answer)


@requirement("META-007")
def test_only_files_of_the_directory_itself_are_described(client, folder):
    made = client.make_home(f"{folder}/sub")
    expect.control(made.status in STORED, f"MKCOL got {made.status}", made)
    fill(client, folder, {"outer": b"here", "sub/nested": b"further down"})
    found, answer = described(client, folder)
    actual = f"{sorted(found.names)}"
    expect.that("outer" in found.names, "the file of the directory", actual, answer)
    expect.that(set(found.names) <= {"outer"}, "no other file", actual, answer)
    strays = [url for file in found.files for url in file.urls if "/sub" in url]
    expect.that(not strays, "nothing of the subdirectory", f"{strays}", answer)


@requirement("META-008")
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_link_leads_to_the_description(client, folder, method):
    fill(client, folder, FILES)
    answer = client.follow(method, f"{folder}/", headers=(("Accept", "text/html"),))
    links = parse_links(answer.header("link") or "")
    wanted = [k for k in links if "describedby" in k.relations]
    wanted = [k for k in wanted if k.parameters.get("type", "").lower() == MEDIA_TYPE]
    expected = f'Link with rel=describedby; type="{MEDIA_TYPE}"'
    actual = f"{answer.status}, Link: {answer.header('link')}"
    expect.that(bool(wanted), expected, actual, answer)
    target = client.get(urljoin(answer.url, wanted[0].target))
    shown = f"{target.status}, {kind_of(target)}"
    expect.that(is_metalink(target), "its target is a description", shown, answer, target)


@requirement("META-009")
def test_updated_is_the_time_of_modification(client, folder):
    fill(client, folder, {"file": b"now"})
    found, answer = described(client, folder)
    text = next((file.updated for file in found.files if file.updated), None)
    expect.noted(f"updated of the document: {found.updated}, of the file: {text}")
    if text is None:
        return
    head = client.head(f"{folder}/file")
    modified = head.header("last-modified")
    expect.control(modified is not None, "there is no Last-Modified to compare with", head)
    try:
        apart = abs(parse_instant(text) - parse_http_date(modified))
    except SyntaxProblem as problem:
        expect.that(False, "a date-time as in RFC 3339", str(problem), answer)
    else:
        expect.that(apart <= NEAR, f"near {modified}", text, answer, head)


@requirement("META-010")
def test_names_are_escaped_and_stay_in_the_directory(client, folder):
    names = [
        name
        for name in ("a&b<c", "..x", "q\"'u>")
        if client.put(f"{folder}/{quote(name, safe='')}", b"x").status in STORED
    ]
    expect.control(bool(names), "none of the names can be stored")
    found, answer = described(client, folder)
    actual = f"{sorted(found.names)}"
    unsafe = [name for name in found.names if is_unsafe(name)]
    expect.that(not unsafe, "names without / and ..", f"{unsafe}", answer)
    expect.that(sorted(found.names) == sorted(names), f"{sorted(names)}", actual, answer)

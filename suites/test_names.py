"""Names: percent-encoding and dot segments (RFC 3986 sections 2.1 and 5.2.4; RFC 4918 section 8.3).

Each name has a twin: what it turns into under a known mistake. A file under the twin's name would
show the mistake even if PUT and GET made it alike.
"""

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import Ask
from suites.resources import absent, multistatus

NAMES = {
    "a b": None,
    "a%25b": "a%b",
    "a%b": None,
    "ä": None,
    "a+b": "a b",
    "a;b": "a",
    "a#b": "a",
    "a?b": "a",
    "a&b=c": "a",
}
DONE = (200, 201, 204)


def spelling(name):
    """Percent-encoded where a path needs it: a plus stays a plus (RFC 3986 section 3.3)."""
    return quote(name, safe="!$&'()*+,;=:@")


@requirement("DAV-021")
@pytest.mark.parametrize("name", NAMES, ids=spelling)
def test_name_survives_upload_download_and_delete(client, folder, name):
    path, twin = f"{folder}/{spelling(name)}", NAMES[name]
    put = client.put(path, name.encode())
    if 400 <= put.status < 500:
        expect.noted(f"{name!r} is refused with {put.status}")
        return
    expect.status(put, *DONE)
    expect.content(client.get(path), name.encode())
    if twin is not None:
        other = client.get(f"{folder}/{spelling(twin)}")
        told = f"{spelling(twin)} reads the same"
        expect.that(
            other.body.content != name.encode(), f"only {spelling(name)} is there", told, put, other
        )
    expect.status(deleted := client.delete(path), *DONE)
    gone, left = absent(client, path)
    if gone or _deletes(client, f"{folder}/plain"):
        expect.that(gone, "gone after DELETE", f"GET {left.status}", deleted, left)


def _deletes(client, path):
    """Whether a DELETE of the plainest name has an effect; if not, names are not to blame."""
    client.put(path, b"plain")
    client.delete(path)
    return absent(client, path)[0]


@requirement("DAV-021")
@needs("propfind")
def test_listing_names_what_was_stored(client, folder):
    stored = {
        name
        for name in NAMES
        if client.put(f"{folder}/{spelling(name)}", name.encode()).status in DONE
    }
    expect.control(bool(stored), "no name at all can be stored")
    listing = client.propfind(f"{folder}/", "1")
    document = multistatus(listing)
    expect.that(document is not None, "207 with a multistatus", listing.status, listing)
    hrefs = [entry.href for entry in document.entries] if document else []
    paths = [urlsplit(urljoin(client.url(folder), href)).path for href in hrefs]
    members = {unquote(p.rstrip("/").rpartition("/")[2]) for p in paths if p.rstrip("/") != folder}
    told = f"missing {sorted(stored - members)}, instead {sorted(members - stored)}"
    expect.that(stored == members, "the names that were stored", told, listing)


OUTSIDE = ("etc/passwd", "etc/hostname")
UP = {
    "plain": "../",
    "encoded dots": "%2e%2e/",
    "encoded slash": "..%2f",
    "all encoded": "%2e%2e%2f",
    "twice encoded": "%252e%252e%252f",
    "half encoded": ".%2e/",
    "backslash": "..%5c",
    "overlong": "%c0%ae%c0%ae/",
    "parameters": "..;/",
}
NO_NAMES = ("encoded dots", "encoded slash", "all encoded", "half encoded")
"""Spellings that cannot be the name of a file; the others might be, and then may be stored."""

LEAK = re.compile(rb"^root:[^:]*:0:0:", re.MULTILINE)


@requirement("DAV-022")
@pytest.mark.parametrize("form", UP)
def test_dot_segments_do_not_read_outside(client, existing, place, form):
    expect.content(client.get(existing.path), existing.content)
    for start in ("", place):
        for target in OUTSIDE:
            path = f"{start}/{UP[form] * 12}{target}"
            answer = client.exact(spelt(client, "GET", path))
            told = f"{answer.status} with {answer.body.excerpt[:40]!r} for {path}"
            leaked = bool(LEAK.search(answer.body.content or b""))
            leaked = leaked or (target == "etc/hostname" and hostname_like(answer))
            expect.that(not leaked, "nothing from outside", told, answer, severe=True)
            silent = answer.fault.startswith("no end")
            expect.that(not silent, "a refusal or what lies inside", answer.fault, answer)


def hostname_like(answer):
    """A file of one word and a newline: no listing and no page of an error looks like that."""
    return answer.status == 200 and bool(re.fullmatch(rb"[\w.-]+\n", answer.body.content or b""))


@requirement("DAV-022")
@pytest.mark.parametrize("form", ["plain", *(form for form in UP if form in NO_NAMES)])
def test_dot_segments_do_not_write_outside(client, new_path, form):
    put = client.exact(spelt(client, "PUT", f"/{UP[form] * 12}{new_path[1:]}", b"wherever"))
    inside = client.get(new_path)
    stray = put.status in DONE and inside.body.content != b"wherever"
    told = f"PUT {put.status}, but GET of the path inside is {inside.status}"
    wanted = ("refused", "stored at the path inside")
    expect.that(not stray, wanted, told, put, inside, severe=True)


def spelt(client, method, path, body=b""):
    """A request whose target is ``path`` letter by letter; no library gets to tidy it."""
    plain = client.ask(method, "/", (("Content-Length", str(len(body))),) if body else ())
    return Ask(method, f"{client.url('/').rstrip('/')}{path}", plain.headers, body)

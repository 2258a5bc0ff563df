"""The remote URL of a COPY: what it decides, and which ones are refused."""

import secrets
from urllib.parse import urlsplit

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY
from harness.problems import NotApplicable
from harness.wire.urls import parse_url

ODD_NAME = "%C3%BC%20b%2Bc;v=1/%25end.dat?key=a%26b&flag&slash=%2F"
"""Percent-encoding that must stay, a query, and a path of two elements."""

SLASHES = {"in-a-row": "a//b.dat", "at-the-end": "a/b/"}

INVALID = {
    "words": "not a url",
    "no-host": "https://",
    "bad-port": "https://host:notaport/x",
    "empty": "",
}


@requirement("TPC-008")
@pytest.mark.parametrize("url", INVALID.values(), ids=INVALID)
@pytest.mark.usefixtures("pull_works")
def test_invalid_source_never_leads_to_success(client, new_path, url):
    expect.failure(client.pull(url, new_path, **PLAINLY))


@requirement("TPC-009")
@needs("tpc-pull")
def test_source_url_decides_port_path_and_query(client, party, new_path):
    far = party.source(size=700, name=ODD_NAME)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    _verify_target(far, "GET", copy)
    expect.content(client.get(new_path), far.content)


@requirement("TPC-009")
@needs("tpc-push")
def test_destination_url_decides_port_path_and_query(client, party, existing):
    far = party.destination(name=ODD_NAME)
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.success(copy)
    _verify_target(far, "PUT", copy)
    expect.arrived(copy, far, existing.content)


@requirement("TPC-009")
@needs("tpc-pull")
@pytest.mark.parametrize("name", SLASHES.values(), ids=SLASHES)
def test_slashes_of_the_source_url_are_kept(client, party, new_path, name):
    far = party.source(size=700, name=name)
    copy = client.pull(far.url, new_path, **PLAINLY)
    if copy.failed and not far.requests and name.endswith("/"):
        raise NotApplicable(f"a source that looks like a collection is refused: {copy}")
    expect.success(copy)
    _verify_target(far, "GET", copy)


def _verify_target(far, method, copy):
    """Some data request named the very resource; unreserved characters may be encoded or not."""
    wanted = parse_url(far.url)
    origin = far.url.partition("/far/")[0]
    targets = [seen.target for seen in far.asked(method)]
    same = any(parse_url(origin + target).same_resource(wanted) for target in targets)
    shown = ", ".join(targets) or f"no {method}"
    expect.that(same, f"{method} {far.url.removeprefix(origin)}", shown, copy)


@requirement("TPC-067")
@needs("tpc-pull", "tpc-push")
@pytest.mark.parametrize("direction", ["pull", "push"])
def test_far_side_that_offers_http_2_gets_what_was_agreed(
    client, party, existing, new_path, direction
):
    if direction == "pull":
        far = party.source(size=700, door="h2")
        copy = client.pull(far.url, new_path, **PLAINLY)
    else:
        far = party.destination(door="h2")
        copy = client.push(existing.path, far.url, **PLAINLY)
    broken = sorted({seen.method for seen in far.requests if seen.agreed == "h2"})
    told = f"{', '.join(broken)} in HTTP/1.1 where HTTP/2 was agreed on; {copy}"
    expect.that(not broken, "the protocol that was agreed on", told, copy)
    if not far.requests and copy.failed:
        raise NotApplicable(f"no HTTP/1.1 is spoken: {copy}", (copy.exchange,))
    expect.success(copy)
    expect.control(bool(far.requests), f"{copy}, and nothing was asked of the far side", copy)


@requirement("TPC-010")
def test_plain_http_source_is_pulled_or_refused(client, party, new_path):
    far = party.source(size=700, door="plain")
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.that(copy.succeeded or copy.failed, ("success", "a refusal"), copy, copy)
    if copy.streamed:  # accepted, so no policy is against it
        asked = bool(far.requests)
        expect.that(asked, "a request without TLS", f"{copy}, no request", copy)
    if copy.succeeded:
        expect.content(client.get(new_path), far.content)
    expect.noted(f"an http source is {'supported' if copy.succeeded else 'refused'}: {copy}")


@requirement("TPC-011")
def test_unknown_scheme_is_refused(client, party, new_path):
    url = party.source().url.replace("https://", "foo://")
    copy = client.pull(url, new_path, **PLAINLY)
    expect.failure(copy)
    expect.that(copy.status < 500 or copy.status == 501, ("a 4xx status", "501"), copy, copy)
    expect.noted(f"scheme foo: {copy}")


@requirement("TPC-012")
@pytest.mark.parametrize("fault", ["unresolvable", "refusing"])
@pytest.mark.usefixtures("pull_works")
def test_source_that_cannot_be_reached_makes_the_pull_fail(client, party, new_path, fault):
    closed = party.source(door="closed").url
    url = closed if fault == "refusing" else "https://nowhere.invalid/file.dat"
    expect.failure(client.pull(url, new_path, **PLAINLY))


@requirement("TPC-051")
def test_destination_that_cannot_be_reached_makes_no_local_file(client, place, existing):
    path = f"{place}/never-{secrets.token_hex(4)}"
    copy = client.push(existing.path, f"https://nowhere.invalid{path}", **PLAINLY)
    expect.failure(copy)
    made = client.head(path)
    expect.that(made.status == 404, f"no local file {path}", f"status {made.status}", made, copy)


@requirement("TPC-053")
@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "redirect-to-file"])
def test_source_of_another_protocol_is_never_read(client, party, new_path, scheme):
    copy = client.pull(_foreign_source(party, scheme), new_path, **PLAINLY)
    expect.that(not copy.succeeded, "no success", copy, copy, severe=True)
    stored = client.get(new_path)
    size = stored.body.size if stored.status == 200 else 0
    expect.that(size == 0, "nothing stored", f"{size} bytes stored", copy, stored, severe=True)
    expect.failure(copy)


def _foreign_source(party, scheme):
    if scheme == "file":
        return "file:///etc/hostname"
    if scheme == "redirect-to-file":
        return party.source(redirect=302, redirect_to="file").url
    # nobody listens for ftp; what gopher sends, our unencrypted door does answer
    far = party.source(door="closed" if scheme == "ftp" else "plain")
    return f"{scheme}://{urlsplit(far.url).netloc}/1file"


@requirement("TPC-053")
def test_destination_of_the_servers_own_disk_is_never_written(client, existing):
    url = f"file:///tmp/httptpc-{secrets.token_hex(6)}"
    copy = client.push(existing.path, url, **PLAINLY)
    expect.that(not copy.succeeded, f"no file written to {url}", copy, copy, severe=True)
    expect.failure(copy)

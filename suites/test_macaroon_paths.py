"""Caveats path, root and home: which part of the namespace a token sees."""

from __future__ import annotations

import secrets
from urllib.parse import urljoin, urlsplit

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from harness.problems import NotApplicable


def exactly(client, path):
    """GET of ``path`` byte for byte, then wherever that leads: libraries tidy paths up."""
    parts = urlsplit(client.endpoint.url)
    url = f"{parts.scheme}://{parts.netloc}{path}"
    answer = client.exact(Ask("GET", url, client.authorization(url)))
    target = answer.header("location") if 300 <= answer.status < 400 else None
    return client.get(urljoin(url, target)) if target else answer


def hidden(answer, leaf):
    """The answer does not deliver the content of ``leaf``, and it is an answer."""
    expect.that(answer.status > 0, "an answer", answer.fault, answer)
    delivered = leaf.content in (answer.body.content or b"")
    expect.that(not delivered, f"nothing of {leaf.path}", f"{answer.status}, its content", answer)


@requirement("MAC-026")
@pytest.mark.parametrize("method", ["GET", "PROPFIND", "PUT", "DELETE", "MKCOL"])
def test_path_caveat_keeps_out_of_siblings(macaroons, client, tree, spare, method):
    confined = macaroons.bearing(macaroons.below(tree.directory))
    expect.content(confined.get(tree.inside.path), tree.inside.content)
    file = spare(beside=tree.outside)
    fresh = f"{file.path}-new" if method in ("PUT", "MKCOL") else ""
    expect.denied(confined.follow(method, fresh or file.path, headers=(("Depth", "0"),)))
    expect.content(client.get(file.path), file.content)
    if fresh:
        expect.denied(client.head(fresh))


@requirement("MAC-027")
@pytest.mark.parametrize(
    "form",
    [
        "{near}",
        "{directory}/../{out}/f",
        "{directory}/%2e%2e/{out}/f",
        "{directory}/%2E%2e%2f{out}/f",
        "{directory}/./../{out}/f",
        "/{outside}",
        "{root}//{out}//f",
        "{directory}/sub/../../{out}/f",
    ],
    ids=["prefix", "dots", "encoded", "slash", "dot", "lead", "double", "deep"],
)
def test_path_caveat_sees_through_other_spellings(macaroons, tree, form):
    confined = macaroons.bearing(macaroons.below(tree.directory))
    control = exactly(confined, tree.inside.path)
    expect.content(control, tree.inside.content)
    target = tree.near if form == "{near}" else tree.outside
    out = tree.outside.directory.removeprefix(f"{tree.root}/")
    words = {"root": tree.root, "directory": tree.directory, "out": out, "near": tree.near.path}
    hidden(exactly(confined, form.format(outside=tree.outside.path, **words)), target)


@requirement("MAC-028")
@pytest.mark.parametrize("depth", ["0", "1"])
def test_ancestors_of_the_path_can_be_seen(macaroons, tree, depth):
    confined = macaroons.bearing(macaroons.below(tree.deep.directory))
    for ancestor in (tree.root, tree.directory):
        expect.status(confined.propfind(ancestor, depth), 207)


@requirement("MAC-029")
@pytest.mark.parametrize("how", ["PROPFIND", "GET"])
def test_listings_leave_out_what_the_path_hides(macaroons, tree, how):
    confined = macaroons.bearing(macaroons.below(tree.directory))
    names = [leaf.directory.rpartition("/")[2] for leaf in (tree.near, tree.outside)]

    def listed(client):
        return client.follow(how, f"{tree.root}/", headers=(("Depth", "1"),))

    full = listed(macaroons.asker)
    if not all(name in full.body.excerpt for name in names):
        raise NotApplicable(f"{how} of a directory lists nothing: {full.status}", (full,))
    part = listed(confined)
    shown = [name for name in names if name.encode() in (part.body.content or b"")]
    expect.that(part.status > 0, "a listing or a refusal", part.fault, part)
    expect.that(not shown, "what leads to the path alone", f"also {', '.join(shown)}", part)


@requirement("MAC-030")
def test_later_path_is_taken_below_the_earlier(macaroons, client, tree):
    token = macaroons.issue(f"path:{tree.root}", path="/")
    confined = macaroons.bearing(macaroons.narrowed(token, "path:/ab"))
    expect.content(confined.get(tree.inside.path), tree.inside.content)
    expect.denied(confined.get(tree.outside.path))
    fresh = f"{tree.root}/new-{secrets.token_hex(4)}"
    expect.denied(confined.put(fresh, b"not allowed"))
    expect.denied(client.head(fresh))


@requirement("MAC-031")
@pytest.mark.parametrize("what", ["file", "directory"])
def test_path_of_the_request_limits_the_token(macaroons, tree, spare, what):
    sibling = spare() if what == "file" else tree.outside
    asked = tree.inside.path if what == "file" else tree.directory
    confined = macaroons.bearing(macaroons.issue("activity:DOWNLOAD", path=asked))
    expect.content(confined.get(tree.inside.path), tree.inside.content)
    expect.denied(confined.get(sibling.path))


@requirement("MAC-041")
@pytest.mark.parametrize("split", [False, True], ids=["one", "two"])
def test_root_is_put_before_every_path(macaroons, tree, split):
    caveats = [f"root:{tree.root}", "root:/ab"] if split else [f"root:{tree.directory}"]
    token = macaroons.issue("activity:DOWNLOAD,LIST,UPLOAD", path="/")
    confined = macaroons.bearing(macaroons.narrowed(token, *caveats))
    expect.content(confined.get("/f"), tree.inside.content)
    expect.content(confined.get("/sub/f"), tree.deep.content)
    for path in (tree.inside.path, tree.outside.path):
        expect.denied(confined.get(path))


@requirement("MAC-041")
@pytest.mark.parametrize("up", ["/../", "/%2e%2e/", "/sub/../../"])
def test_nothing_leads_out_of_the_root(macaroons, tree, up):
    token = macaroons.issue("activity:DOWNLOAD,LIST", path="/")
    confined = macaroons.bearing(macaroons.narrowed(token, f"root:{tree.directory}"))
    expect.content(exactly(confined, "/f"), tree.inside.content)
    out = tree.outside.directory.rpartition("/")[2]
    hidden(exactly(confined, f"{up}{out}/f"), tree.outside)


@requirement("MAC-042")
def test_home_does_not_limit(macaroons, tree):
    token = macaroons.issue("activity:DOWNLOAD", path="/")
    homes = macaroons.parsed(token).values("home")
    expect.noted(f"home: {', '.join(homes) or 'none'}")
    narrowed = macaroons.narrowed(token, "home:/nobody") if not homes else token
    if homes and tree.inside.path.startswith(homes[0].rstrip("/") + "/"):
        expect.noted("all that is ours lies below it")
    expect.content(macaroons.bearing(narrowed).get(tree.inside.path), tree.inside.content)

"""Web pages of directories (dCache's WebDAV chapter, directory operations)."""

from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from harness.problems import NotApplicable, Untested
from harness.wire.pages import parse_page

NAMES = ("plain", "a b", "a%b", "a#b", "ä", "a&b", "a+b")
MARKUP = "httptpc-b"
TRIES = 8


@pytest.fixture
def shelf(client, folder):
    """A collection with files of awkward names and a collection in it; contents by path."""
    contents = {f"{folder}/{quote(name, safe='+')}": name.encode() for name in NAMES}
    below = client.make_home(f"{folder}/sub")
    contents[f"{folder}/sub/deep"] = b"deep"
    puts = {path: client.put(path, content) for path, content in contents.items()}
    stored = {p: contents[p] for p, answer in puts.items() if answer.status in (200, 201, 204)}
    expect.control(f"{folder}/sub/deep" in stored, "nothing to list", below, *puts.values())
    return folder, stored


def page_of(client, path, query=""):
    """The page of a collection and its links, resolved; NotApplicable where there is none."""
    answer = client.get(f"{path}/{query}", accept="text/html")
    html = "html" in (answer.header("content-type") or "").lower()
    if answer.status in (403, 404, 405) or (answer.status == 200 and not html):
        raise NotApplicable(f"no web page of a directory: {answer.status}", (answer,))
    expect.status(answer, 200)
    page = parse_page(answer.body.content)
    return answer, page, [urljoin(answer.url, link) for link in page.links]


def inside(links, folder):
    """Those links that lead to something below the folder, by their path."""
    return {urlsplit(link).path: link for link in links if below(link, folder)}


def below(link, folder):
    return urlsplit(link).path.startswith(f"{folder}/") and urlsplit(link).path != f"{folder}/"


@requirement("DIR-001")
def test_page_links_to_every_entry(client, shelf):
    folder, contents = shelf
    answer, _, links = page_of(client, folder)
    reached = {client.get(link).body.content for link in inside(links, folder).values()}
    lost = [p for p, content in contents.items() if content not in reached and "/sub/" not in p]
    expect.that(not lost, "a working link for each entry", f"none for {lost}", answer)
    folders = [path for path in inside(links, folder) if path.rstrip("/") == f"{folder}/sub"]
    expect.that(bool(folders), "a link to the collection in it", "none", answer)


@requirement("DIR-002")
@pytest.mark.parametrize("level", ["", "/sub"])
def test_query_is_carried_over_into_every_link(client, shelf, level):
    folder, _ = shelf
    answer, page, _ = page_of(client, folder + level, "?foo=bar")
    # a page's own icons and style sheets lie elsewhere; up, down and to files is navigation
    here = folder + level
    up = here.rpartition("/")[0]
    ways = [link for link in page.links if _navigates(urljoin(answer.url, link), here, up)]
    expect.that(bool(ways), "links to the entries", "no link", answer)
    bare = [way for way in ways if parse_qs(urlsplit(way).query).get("foo") != ["bar"]]
    expect.that(not bare, "foo=bar in every link", f"not in {bare}", answer)


def _navigates(link, here, up):
    return below(link, here) or urlsplit(link).path.rstrip("/") == up


def encodable(issue):
    """A token with a character that could be encoded: every third has letters and digits only."""
    tokens = (issue() for _ in range(TRIES))
    return next((token for token in tokens if not token.isalnum()), None) or issue()


@requirement("DIR-003")
def test_tree_is_browsed_with_the_token_in_the_query(anonymous, macaroons, shelf):
    folder, contents = shelf
    token = encodable(lambda: macaroons.below(folder, "activity:DOWNLOAD,LIST"))
    refused = anonymous.get(f"{folder}/sub/deep")
    if refused.status == 200:
        raise Untested("anybody may read here, so a token in the query proves nothing")
    first, _, links = page_of(anonymous, folder, f"?authz={token}")
    ways = inside(links, folder)
    lower = next((w for path, w in ways.items() if path.rstrip("/") == f"{folder}/sub"), None)
    expect.that(lower is not None, "a link to the collection below", "none", first)
    second = anonymous.get(lower or "")
    expect.status(second, 200)
    found = [urljoin(second.url, link) for link in parse_page(second.body.content).links]
    deep = inside(found, f"{folder}/sub")
    expect.that(bool(deep), "a link to the file below", "none", second)
    expect.content(anonymous.get(next(iter(deep.values()))), contents[f"{folder}/sub/deep"])
    back = [link for link in found if urlsplit(link).path.rstrip("/") == folder]
    refused_ways = [answer for way in back if (answer := anonymous.get(way)).status != 200]
    expect.that(not refused_ways, "the way back is open", "refused", second, *refused_ways)


@requirement("DIR-004")
def test_page_of_a_private_directory_is_not_shown_to_anybody(client, anonymous, shelf):
    folder, contents = shelf
    page_of(client, folder)
    file = anonymous.get(next(iter(contents)))
    if file.status == 200:
        raise Untested("anybody may read here, so nothing is private")
    answer = anonymous.get(f"{folder}/", accept="text/html")
    shown = answer.status == 200 and "sub" in answer.body.excerpt
    expect.that(not shown, ("401", "403", "404"), f"{answer.status}, with entries", answer)
    expect.that(400 <= answer.status < 500, ("401", "403", "404"), answer.status, answer)


@requirement("DIR-004")
def test_missing_directory_is_not_found(client, folder, new_path):
    page_of(client, folder)
    answer = client.get(f"{new_path}/", accept="text/html")
    expect.that(answer.status in (404, 401, 403), "404", answer.status, answer)


@requirement("DIR-005")
def test_names_are_escaped_in_the_page(client, folder):
    name = f"<{MARKUP}>\"'&"
    put = client.put(f"{folder}/{quote(name)}", b"x")
    if 400 <= put.status < 500:
        expect.noted(f"the name is refused with {put.status}")
        return
    answer, page, _ = page_of(client, folder)
    expect.that(MARKUP not in page.elements, "text", "an element made of a name", answer)


@requirement("DIR-005")
@pytest.mark.parametrize("form", ["encoded", "raw"])
def test_query_is_escaped_in_the_page(client, shelf, form):
    folder, _ = shelf
    page_of(client, folder)
    value = f'"><{MARKUP}>'
    query = quote(value) if form == "encoded" else value
    url = f"{client.url(folder)}/?x={query}"
    answer = client.exact(Ask("GET", url, client.ask("GET", folder).headers))
    made = MARKUP in parse_page(answer.body.content or b"").elements
    expect.that(not made, "text", "an element made of the query", answer)
    expect.that(answer.status > 0, "an answer", answer.fault, answer)


@requirement("DIR-006")
def test_following_every_link_changes_nothing(client, shelf):
    folder, contents = shelf
    answer, _, links = page_of(client, folder)
    same = [link for link in links if urlsplit(link).netloc == urlsplit(answer.url).netloc]
    for link in [*same, *(urljoin(answer.url, f"?{urlsplit(w).query}") for w in same)][:40]:
        client.get(link)
    lost = [path for path, content in contents.items() if client.get(path).body.content != content]
    expect.that(not lost, "every file as before", f"changed: {lost}", answer, severe=True)
    after = inside(page_of(client, folder)[2], folder)
    expect.that(set(after) == set(inside(links, folder)), "the same entries", "others", answer)

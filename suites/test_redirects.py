"""Head nodes that send data requests on to a data server (dCache's WebDAV chapter; RFC 9110 15.4).

The checks of uploads begin like a careful client: with Expect: 100-continue, the body held back.
"""

from urllib.parse import quote, unquote, urlsplit

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import Ask
from harness.problems import NotApplicable
from harness.wire.problem import SyntaxProblem
from harness.wire.redirects import resolve_location
from suites.uploads import held_back, status_of, target_of

CONTENT = b"by way of another server\n" * 40
STORED = (200, 201, 204)
USUAL, UNUSUAL = (307, 302), (301, 303, 308)


def redirected(client, path):
    """An upload that was redirected before its body was sent: the answer, and where to go."""
    answer = client.closed(held_back(client, path, len(CONTENT)))
    told = f"{answer.status} {answer.fault}".strip()
    expect.control(300 <= answer.status < 400, f"the upload is not redirected but {told}", answer)
    target = target_of(answer)
    expect.that(target is not None, "a redirect with Location", "no Location", answer)
    return answer, target


@requirement("REDIR-001")
def test_redirect_of_a_download_has_a_location(client, existing):
    answer = client.request("GET", existing.path)
    if answer.status == 200:
        expect.content(answer, existing.content)
        return
    expect.status(answer, *USUAL, *UNUSUAL)
    there = answer.header("location") is not None
    expect.that(there, "a redirect with Location", "no Location", answer)
    if answer.status in UNUSUAL:
        expect.noted(f"downloads are redirected with {answer.status}")


@requirement("REDIR-002")
def test_redirect_of_a_download_leads_to_the_file(client, anonymous, upload):
    file, other = upload(CONTENT), upload(CONTENT + b"another file")
    for wanted in (file, other):
        answer = client.request("GET", wanted.path)
        if answer.status == 200:
            raise NotApplicable("the file itself comes, no redirect", (answer,))
        target = target_of(answer)
        expect.that(target is not None, "a redirect with Location", "no Location", answer)
        got = anonymous.request("GET", target)
        if got.status != 200:
            got = client.request("GET", target)
        expect.content(got, wanted.content)
        plain = urlsplit(target).scheme == "http" and client.url("/").startswith("https")
        expect.preferably(not plain, "https", "redirected to plain http", answer)


@requirement("REDIR-004")
def test_redirect_of_an_upload_comes_instead_of_100(client, new_path):
    live = held_back(client, new_path, len(CONTENT))
    if live.reader.interim:
        # not sent a byte yet: a server that meant 100 has nothing more to say
        live.until(lambda it: it.reader.head is not None, within=1.0)
    answer = client.closed(live)
    both = bool(answer.interim) and 300 <= answer.status < 400
    told = f"{[i.status for i in answer.interim]}, then {answer.status}"
    expect.that(not both, ("100", "a redirect"), told, answer)
    if 300 <= answer.status < 400:
        missing = target_of(answer) is None
        expect.that(not missing, "a redirect with Location", "no Location", answer)


@requirement("REDIR-005")
def test_redirected_upload_becomes_the_file_asked_for(client, new_path):
    answer, target = redirected(client, new_path)
    put = client.request("PUT", target, body=CONTENT)
    expect.status(put, *STORED)
    found = client.get(new_path)
    right = found.status == 200 and found.body.content == CONTENT
    told = f"PUT {put.status}, then GET of the original path {found.status}"
    expect.that(right, "the file at the original path", told, answer, put, found, severe=True)


@requirement("REDIR-008")
def test_body_sent_in_spite_of_a_redirect_is_taken(client, new_path):
    # a body that would be a good request, were it mistaken for the next one
    place = urlsplit(client.url(new_path))
    body = f"OPTIONS {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode()
    live = held_back(client, new_path, len(body))
    expect.control(300 <= status_of(live) < 400, f"no redirect but {status_of(live)}")
    following = live.again(Ask("PUT", live.ask.url, live.ask.headers, raw=body))
    following.until(lambda it: it.reader.head is not None, within=10)
    then, first = client.closed(following), client.closed(live)
    if then.fault or any("closed before any byte" in problem for problem in then.problems):
        expect.noted(f"the connection is closed after the {first.status}")
        return
    found = client.get(new_path)
    stored = found.status == 200 and found.body.content == body
    # 401 to a request that was let in before, and Allow, are answers to the OPTIONS in the body
    refused = then.status >= 400 and then.status != 401 and then.header("allow") is None
    told = f"{first.status}, then {then.status or 'nothing'}; the file: {found.status}"
    wanted = ("the file is stored", "an error", "the connection is closed")
    expect.that(stored or refused, wanted, told, first, then, found, severe=True)


@requirement("REDIR-010")
def test_redirect_is_sent_when_its_target_is_ready(client, new_path):
    for number in range(20):
        answer, target = redirected(client, f"{new_path}-{number}")
        put = client.request("PUT", target, body=CONTENT)
        told = f"upload {number + 1}: {put.status} {put.fault}".strip()
        ready = put.status in STORED
        expect.that(ready, "the target takes the data at once", told, answer, put)


NAMES = ("a b", "a%b", "a+b", "ä", "a#b")


@requirement("REDIR-019")
@pytest.mark.parametrize("name", NAMES, ids=quote)
def test_location_keeps_the_encoding_of_the_path(client, folder, name):
    path = f"{folder}/{quote(name, safe='+')}"
    first = client.request("PUT", path, body=CONTENT)
    if 400 <= first.status < 500:
        expect.noted(f"{name!r} is refused with {first.status}")
        return
    _valid(first)
    expect.status(client.put(path, CONTENT), *STORED)
    _valid(client.request("GET", path))
    expect.content(client.get(path), CONTENT)


@requirement("REDIR-019")
@needs("tpc-pull")
def test_location_of_a_copy_keeps_the_encoding(client, party, folder):
    far = party.source(size=500)
    path = f"{folder}/{quote('a b%ä+', safe='+')}"
    copy = client.pull(far.url, path, credential="none")
    expect.success(copy)
    expect.content(client.get(path), far.content)


def _valid(answer):
    """A Location, if there is one, is a URI reference."""
    location = answer.header("location")
    if location is None:
        expect.that(answer.status > 0, "an answer", answer.fault, answer)
        return
    try:
        resolve_location(answer.url, location)
        fault = ""
    except SyntaxProblem as problem:
        fault = str(problem)
    expect.that(not fault, "a URI reference", f"Location: {location!r}: {fault}", answer)


@requirement("REDIR-021")
@pytest.mark.parametrize("where", ["header", "query"])
def test_location_of_a_download_does_not_repeat_the_token(client, anonymous, existing, where):
    token = client.identity.token
    if not token:
        raise NotApplicable("there is no bearer token that could come back")
    who, query = (client, "") if where == "header" else (anonymous, f"?authz={token}")
    answer = who.request("GET", existing.path + query)
    location = answer.header("location")
    if location is None:
        expect.that(answer.status > 0, "an answer", answer.fault, answer)
        words = f"a GET with the token in the {where} is not redirected: {answer.status}"
        raise NotApplicable(words, (answer,))
    repeated = token in unquote(location)
    expect.that(not repeated, "a Location without the token", "the token is in it", answer)

"""Raw requests: Host, unknown methods, HTTP/1.0 (RFC 9112 section 3.2; RFC 9110 section 9.1)."""

from dataclasses import replace

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from harness.problems import NotApplicable
from suites.uploads import answered

DONE = (200, 201, 204)


@requirement("DAV-019")
@pytest.mark.parametrize("hosts", ["none", "two", "two different"])
def test_request_without_exactly_one_host_is_refused(client, existing, hosts):
    good = client.ask("GET", existing.path)
    control = client.exact(good)
    expect.control(control.status < 400, "the same request with one Host is refused", control)
    answer = client.exact(hosted(good, client.endpoint.authority, hosts), within=30)
    told = f"{answer.status} {answer.fault}".strip()
    expect.that(400 <= answer.status < 500, "400", told, answer)
    expect.preferably(answer.status == 400, "400", told, answer)


def hosted(good, authority, hosts):
    """``good`` with another number of Host fields."""
    second = "other.invalid" if hosts == "two different" else authority
    if hosts != "none":
        headers = (("Host", authority), ("Host", second), *good.headers)
        return Ask("GET", good.url, headers)
    line, _, rest = good.head().partition(b"\r\n")
    return Ask("GET", good.url, good.headers, raw=line + b"\r\n" + rest.partition(b"\r\n")[2])


@requirement("DAV-034")
def test_download_by_a_whole_url_is_like_one_by_path(client, existing):
    good = client.ask("GET", existing.path)
    control = client.exact(good)
    expect.control(control.status < 400, f"the path gets {control.status}", control)
    answer = client.exact(absolute(good), within=30)
    same = (answer.status, answer.body.content) == (control.status, control.body.content)
    told = f"{answer.status} with {answer.body.size} bytes {answer.fault}".strip()
    wanted = f"{control.status} with {control.body.size} bytes, as for the path"
    expect.that(same, wanted, told, answer, control)


@requirement("DAV-034")
def test_upload_by_a_whole_url_is_like_one_by_path(client, new_path):
    sized = (("Content-Length", "7"),)
    control = client.exact(
        replace(client.ask("PUT", f"{new_path}-control", sized), body=b"control")
    )
    expect.control(control.status < 400, f"the path gets {control.status}", control)
    answer = client.exact(absolute(client.ask("PUT", new_path, sized), b"content"), within=30)
    told = f"{answer.status} {answer.fault}".strip()
    expect.that(answer.status == control.status, f"{control.status}, as for the path", told, answer)
    if answer.status in DONE:
        expect.content(client.get(new_path), b"content")


def absolute(good, body=b""):
    """``good`` with its URL as request target."""
    method, rest = good.head().split(b" ", 1)
    raw = method + b" " + good.url.encode() + b" " + rest.partition(b" ")[2] + body
    return Ask(good.method, good.url, good.headers, raw=raw)


@requirement("DAV-020")
@pytest.mark.parametrize("target", ["file", "collection", "new name"])
def test_unknown_method_is_refused(client, existing, place, new_path, target):
    path = {"file": existing.path, "collection": place, "new name": new_path}[target]
    answer = client.exact(client.ask("FOOBAR", path), within=30)
    _refused(answer)
    expect.content(client.get(existing.path), existing.content)


@requirement("DAV-020")
def test_lock_is_refused_where_it_is_unsupported(client, existing):
    options = client.follow("OPTIONS", existing.path)
    offers = f"{options.header('dav') or ''}, {options.header('allow') or ''}".replace(" ", "")
    if {"2", "LOCK"} & set(offers.split(",")):
        raise NotApplicable("locking is offered", (options,))
    _refused(client.exact(client.ask("LOCK", existing.path), within=30))


def _refused(answer):
    wanted = ("501", "405 with Allow", "400")
    told = f"{answer.status} {answer.reason}, Allow: {answer.header('allow')} {answer.fault}"
    expect.that(400 <= answer.status < 500 or answer.status == 501, wanted, told, answer)
    expect.that(answer.status != 405 or answer.header("allow") is not None, wanted, told, answer)


@requirement("REDIR-020")
@pytest.mark.parametrize("patience", [0.0, 0.5], ids=["body at once", "body held back"])
def test_http_1_0_upload_gets_no_interim_answer(client, new_path, patience):
    sized = (("Expect", "100-continue"), ("Content-Length", "7"))
    live = client.send(client.ask("PUT", new_path, sized, version="1.0"))
    live.until(answered, within=patience)
    live.send(b"content")
    answer = client.closed(live.finish(within=60))
    interim = [i.status for i in answer.interim]
    expect.that(not interim, "no 1xx to HTTP/1.0", f"{interim}, then {answer.status}", answer)
    if answer.status in (426, 505):
        return
    if 300 <= answer.status < 400:
        expect.noted(f"redirected with {answer.status}")
        return
    expect.status(answer, *DONE)
    expect.content(client.get(new_path), b"content")

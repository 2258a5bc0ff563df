"""Who may do what: refusals, their order and their form."""

from __future__ import annotations

import secrets

import pytest

from fixtures.access import SCHEMES
from harness import expect
from harness.checks import needs, requirement
from harness.identity import Identity
from harness.problems import NotApplicable, Untested
from harness.wire.challenges import parse_challenges
from harness.wire.problem import SyntaxProblem

PLAIN = {"credential": "none", "require_checksum_verification": "false"}


@requirement("AUTH-001")
def test_right_password_reads(ways, private):
    way = ways("basic")
    read = way.client.get(private.inside.path)
    expect.content(read, private.inside.content)


@requirement("AUTH-001")
@pytest.mark.parametrize("form", ["wrong-password", "wrong-user", "no-colon"])
def test_wrong_password_is_answered_401(ways, private, redactor, form):
    way = ways("basic")
    read = way.client.get(private.inside.path)
    expect.control(read.status == 200, f"the right password got {read.status}", read)
    user, _, password = way.client.identity.password.partition(":")
    shown = {
        "wrong-password": f"{user}:{password[::-1]}x",
        "wrong-user": f"nobody-{secrets.token_hex(4)}:{password}",
        "no-colon": secrets.token_hex(8),
    }[form]
    wrong = way.client.known_as(Identity(password=redactor.register(shown, "basic")))
    expect.status(wrong.get(private.inside.path), 401)


@requirement("AUTH-009")
def test_negotiate_that_is_advertised_works(anonymous, private, ticket):
    bare = anonymous.get(private.inside.path)
    offered = [c.scheme.lower() for c in challenges_of(bare)]
    if "negotiate" not in offered:
        raise NotApplicable(f"Negotiate is not offered, but {', '.join(offered) or 'nothing'}")
    read = anonymous.get(private.inside.path, authorization=f"Negotiate {ticket}")
    expect.content(read, private.inside.content)


def challenges_of(answer):
    """The challenges of the answer; none if the header is missing or malformed."""
    try:
        return parse_challenges(answer.header("www-authenticate") or "")
    except SyntaxProblem:
        return ()


@requirement("AUTH-015")
@needs("tpc-pull")
@pytest.mark.parametrize("case", ["new", "existing", "new from a guarded source"])
@pytest.mark.usefixtures("pull_works")
def test_nobody_pulls(anonymous, client, party, spare, case):
    far, header = guarded(party.source(size=500), "guarded" in case)
    file = spare()
    path = file.path if case == "existing" else f"{file.path}-new"
    copy = anonymous.pull(far.url, path, **header, **PLAIN)
    expect.refused(copy)
    expect.that(not far.requests, "nobody contacted", "a request at the far side", copy)
    expect.content(client.get(file.path), file.content)


@requirement("AUTH-015")
@needs("tpc-push")
@pytest.mark.parametrize("is_guarded", [False, True], ids=["open", "guarded"])
@pytest.mark.usefixtures("push_works")
def test_nobody_pushes(anonymous, party, existing, is_guarded):
    far, header = guarded(party.destination(), is_guarded)
    copy = anonymous.push(existing.path, far.url, **header, **PLAIN)
    expect.refused(copy)
    expect.that(not far.requests, "nobody contacted", "a request", copy, severe=bool(far.received))


def guarded(far, is_guarded):
    """A far side that is open, or one that wants a token; and the header that opens it."""
    if not is_guarded:
        return far, {}
    bearer = f"Bearer {secrets.token_urlsafe(24)}"
    return far.needing(bearer), {"transfer_header_authorization": bearer}


NOWHERE = "https://source.invalid/file"
"""A source for a COPY that is refused before anybody looks for it."""


def asked(client, how, place):
    """One of the requests that need a right."""
    fresh = f"{place}/refused-{secrets.token_hex(4)}"
    if how == "COPY":
        return client.pull(NOWHERE, fresh, **PLAIN).exchange
    if how == "POST":
        kind = (("Content-Type", "application/macaroon-request"),)
        return client.ask_token(place, headers=kind, body=b'{"validity": "PT1M"}')
    path = f"{place}/first" if how == "GET" else fresh
    return client.follow(how, path, body=b"refused" if how == "PUT" else b"")


METHODS = ("GET", "PUT", "DELETE", "MKCOL", "PROPFIND", "COPY", "POST")


def ended_by_tls(answer):
    """Where a client certificate is demanded, nobody gets as far as a request."""
    return any(word in answer.fault.lower() for word in ("alert", "violation of protocol"))


@requirement("AUTH-016")
@pytest.mark.parametrize("who", ["nobody", "bad-token"])
@pytest.mark.parametrize("how", METHODS)
def test_every_401_has_a_challenge(anonymous, home, how, who):
    place, writable = home
    if how not in ("GET", "PROPFIND") and not writable.present:
        raise Untested(writable.proof)
    client = anonymous if who == "nobody" else anonymous.bearing("not-a-token-of-anybody")
    answer = asked(client, how, place)
    told = f"{how} of {who}: {answer.status or answer.fault}"
    expect.that(answer.status != 0 or ended_by_tls(answer), "an answer", told, answer)
    if answer.status != 401:
        raise NotApplicable(f"{told}, not 401", (answer,))
    shown = answer.header("www-authenticate")
    good = bool(challenges_of(answer))
    expect.that(good, "WWW-Authenticate with a challenge", shown or "no such header", answer)


@requirement("AUTH-017")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_whoever_may_write_may_pull(ways, client, party, place, scheme):
    way, path = ways(scheme), f"{place}/{scheme}-{secrets.token_hex(4)}"
    put = way.client.put(way.path(f"{path}-put"), b"by hand")
    if put.status >= 400 or not put.status:
        raise NotApplicable(f"{scheme} does not authenticate a PUT: {put.status}", (put,))
    far = party.source(size=700)
    copy = way.client.pull(far.url, way.path(path), **PLAIN)
    expect.success(copy)
    expect.content(client.get(path), far.content)


@requirement("AUTH-018")
@pytest.mark.parametrize("how", ["PUT", "MKCOL", "DELETE", "COPY"])
def test_known_user_without_the_right_gets_403(second, spare, client, how):
    file = spare()
    read = second.get(file.path)
    expect.control(0 < read.status < 500, f"the second identity cannot ask: {read.status}", read)
    answer = second.delete(file.path) if how == "DELETE" else asked(second, how, file.directory)
    expect.status(answer, 401, 403, 404)
    expect.content(client.get(file.path), file.content)


CONDITIONS = {
    "overwrite": ("COPY", ("Overwrite", "F")),
    "if-match": ("PUT", ("If-Match", '"no-such-entity-tag"')),
    "if-none-match": ("PUT", ("If-None-Match", "*")),
    "if-unmodified": ("PUT", ("If-Unmodified-Since", "Mon, 01 Jan 2001 00:00:00 GMT")),
}


@pytest.fixture(params=["anonymous", "second"])
def unauthorised(request):
    """Somebody without the right to write: nobody, and a weaker identity."""
    return request.getfixturevalue(request.param)


@requirement("AUTH-019")
@pytest.mark.parametrize("condition", CONDITIONS)
def test_rights_are_decided_before_conditions(unauthorised, client, spare, condition):
    method, header = CONDITIONS[condition]
    file = spare()
    if method == "COPY":
        source = (("Source", NOWHERE), ("Credential", "none"))
        answer = unauthorised.copy(file.path, (*source, header)).exchange
    else:
        answer = unauthorised.follow(method, file.path, headers=(header,), body=b"not allowed")
    expect.status(answer, 401, 403, 404)
    expect.content(client.get(file.path), file.content)


@requirement("AUTH-019")
def test_existence_is_not_told_to_nobody(anonymous, private):
    there, missing = (anonymous.propfind(private.inside.path + end) for end in ("", "-not-there"))
    expect.denied(there)
    actual = f"{there.status} for what is there, {missing.status} for what is not"
    expect.that(there.status == missing.status, "the same answer", actual, there, missing)


@requirement("AUTH-022")
def test_refusal_of_an_anonymous_copy_is_recorded(anonymous, place):
    answer = asked(anonymous, "COPY", place)
    shown = answer.header("www-authenticate")
    size = answer.header("content-length")
    told = f"{answer.status} {answer.reason}; challenge {shown}; Content-Length {size}"
    expect.noted(told)
    ended = answer.complete and not answer.fault
    expect.that(ended, "an answer whose end can be seen", answer.fault or "cut off", answer)

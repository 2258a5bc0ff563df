"""Bearer tokens: where they are looked for, what they allow, and which prove nothing."""

from __future__ import annotations

import secrets
import time

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable

DIALECTS = {
    "wlcg": ("wlcg", "storage.read", "storage.modify"),
    "scitoken": ("scitoken", "read", "write"),
}
"""Two vocabularies for the same rights: the WLCG token profile 1.0 and SciTokens 2.0."""


@pytest.fixture
def main_token(client, private):
    """The tester's token, which reads a file."""
    token = client.identity.token
    read = client.bearing(token).get(private.inside.path)
    expect.control(read.status == 200, f"the token itself got {read.status}", read)
    return token


@requirement("AUTH-010")
@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_scheme_name_is_matched_in_any_case(main_token, private, anonymous, word):
    read = anonymous.get(private.inside.path, authorization=f"{word} {main_token}")
    expect.content(read, private.inside.content)


@requirement("AUTH-011")
@pytest.mark.parametrize("kind", ["query", "oidc"])
def test_query_item_authz_takes_any_token(ways, main_token, private, anonymous, kind):
    token = main_token if kind == "query" else ways(kind).client.identity.token
    header = anonymous.get(private.inside.path, authorization=f"Bearer {token}")
    expect.control(header.status == 200, f"the header form got {header.status}", header)
    expect.content(anonymous.get(f"{private.inside.path}?authz={token}"), private.inside.content)


def corrupted(token):
    """The token with another last character but one: its signature does not hold."""
    changed = "A" if token[-6] != "A" else "B"
    return token[:-6] + changed + token[-5:]


@requirement("AUTH-012")
@pytest.mark.parametrize("form", ["text", "words", "dots", "signature", "empty"])
def test_text_that_is_no_token_grants_nothing(main_token, private, anonymous, form):
    token = {
        "text": secrets.token_urlsafe(40),
        "words": "not a token at all",
        "dots": "a.b.c",
        "signature": corrupted(main_token),
        "empty": "",
    }[form]
    grants_nothing(anonymous, private, token)


@requirement("AUTH-012")
@pytest.mark.parametrize("form", ["expired", "early", "impostor", "unsigned"])
def test_token_with_a_flaw_grants_nothing(trusted, redactor, private, anonymous, form):
    scope, now = everything(trusted), int(time.time())
    token = {
        "expired": lambda: trusted.wlcg(scope, nbf=now - 7200, iat=now - 7200, exp=now - 3600),
        "early": lambda: trusted.wlcg(scope, nbf=now + 3600, exp=now + 7200),
        "impostor": lambda: trusted.impostor().wlcg(scope),
        "unsigned": lambda: trusted.unsigned(scope),
    }[form]()
    grants_nothing(anonymous, private, redactor.register(token, "token"))


@requirement("AUTH-012")
def test_token_of_one_request_is_not_that_of_the_next(client, anonymous, private):
    shown = (("Authorization", f"Bearer {secrets.token_hex(16)}"),)
    first = client.send(client.ask("GET", private.inside.path))
    first.until(lambda x: x.over, within=60)
    read = first.exchange(client.endpoint.name)
    closes = "close" in (read.header("connection") or "").lower()
    if read.status != 200 or closes or not first.reader.complete:
        raise NotApplicable(f"no second request on the connection of a GET: {read.status}", (read,))
    second = first.again(anonymous.ask("GET", private.inside.path, shown))
    answer = client.closed(second.finish(within=60))
    told = f"{answer.status} after a good token on the same connection"
    expect.that(400 <= answer.status < 500 or not answer.status, ["401", "403"], told, answer)


def grants_nothing(anonymous, private, token):
    """Neither reading nor writing, and an authentication error for both."""
    shown = f"Bearer {token}".rstrip()
    fresh = f"{private.directory}/bad-{secrets.token_hex(4)}"
    for answer in (
        anonymous.put(fresh, b"not allowed", authorization=shown),
        anonymous.get(private.inside.path, authorization=shown),
    ):
        expect.that(400 <= answer.status < 500, ["401", "403"], answer.status, answer)


@pytest.fixture
def allowed(issuer, client, redactor, private):
    """A client with a token of one dialect for one right below the tree's directory."""

    def made(dialect, right):
        kind, *rights = DIALECTS[dialect]
        scope = issuer.scope(rights[right == "write"], private.directory)
        token = issuer.wlcg(scope) if kind == "wlcg" else issuer.scitoken(scope)
        return client.bearing(redactor.register(token, "token"))

    return made


@requirement("AUTH-013")
def test_some_dialect_of_scopes_is_understood(allowed, private):
    reads = {d: allowed(d, "read").get(private.inside.path) for d in DIALECTS}
    shown = ", ".join(f"{dialect}: {answer.status}" for dialect, answer in reads.items())
    works = any(answer.status == 200 for answer in reads.values())
    expect.that(works, "200 for what the token lists", shown, *reads.values())


@requirement("AUTH-013")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_reading_scope_reads_below_its_path_and_no_more(allowed, client, private, spare, dialect):
    reader = allowed(dialect, "read")
    read = reader.get(private.inside.path)
    if read.status >= 400:
        raise NotApplicable(f"scopes of {dialect} are not understood: {read.status}", (read,))
    expect.content(read, private.inside.content)
    for other in (private.outside, private.near):
        expect.denied(reader.get(other.path))
    file = spare()
    expect.denied(reader.put(f"{file.path}-new", b"not allowed"))
    expect.denied(reader.delete(file.path))
    expect.content(client.get(file.path), file.content)


@requirement("AUTH-013")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_writing_scope_writes_below_its_path_alone(allowed, client, private, spare, dialect):
    writer, name = allowed(dialect, "write"), f"scope-{secrets.token_hex(4)}"
    put = writer.put(f"{private.directory}/{name}", b"allowed")
    if put.status >= 400:
        raise NotApplicable(f"scopes of {dialect} do not write: {put.status}", (put,))
    expect.content(client.get(f"{private.directory}/{name}"), b"allowed")
    for other in (private.outside, private.near):
        expect.denied(writer.put(f"{other.directory}/{name}", b"not allowed"))
        file = spare(beside=other)
        expect.denied(writer.delete(file.path))
        expect.content(client.get(file.path), file.content)


@requirement("AUTH-014")
def test_token_of_the_trusted_provider_identifies_its_user(ways, private):
    read = ways("oidc").client.get(private.inside.path)
    expect.content(read, private.inside.content)


@pytest.fixture
def trusted(issuer, ways, private):
    """The issuer, whose tokens read a file: the control of every other one."""
    read = ways("oidc").client.get(private.inside.path)
    expect.control(read.status == 200, f"the trusted issuer's token got {read.status}", read)
    return issuer


@requirement("AUTH-014")
@pytest.mark.parametrize("who", ["stranger", "renamed"])
def test_token_of_another_provider_grants_nothing(trusted, redactor, private, anonymous, who):
    unknown = "https://stranger.invalid/"
    other = (trusted.impostor() if who == "stranger" else trusted).named(unknown)
    grants_nothing(anonymous, private, redactor.register(other.wlcg(everything(other)), "token"))


def everything(issuer):
    """Scopes for reading and writing everywhere."""
    return f"{issuer.scope('storage.modify', '/')} {issuer.scope('storage.read', '/')}"

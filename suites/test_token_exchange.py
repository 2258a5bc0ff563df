"""Credential: oidc: a new token for the transfer, from the requester's own OpenID provider."""

from __future__ import annotations

import secrets

import pytest

from fixtures.openid_provider import REFUSE
from harness import expect
from harness.checks import needs, requirement

UNCHECKED = {"require_checksum_verification": "false"}
RIGHTS = ("read", "modify", "create")


class Holder:
    """Somebody with a token of the provider, and what the far side was shown in its place."""

    def __init__(self, issuer, client, redactor, claims):
        self.issuer, self.number = issuer, secrets.token_hex(8)
        scope = " ".join(issuer.scope(f"storage.{right}", "/") for right in RIGHTS)
        self.token = redactor.register(issuer.wlcg(scope, jti=self.number, **claims), "token")
        self.client = client.bearing(self.token)

    def misused(self, seen):
        """What is wrong with the credential of a request at the far side, in words."""
        shown = (seen.header("authorization") or "").removeprefix("Bearer ")
        if not shown:
            return "no token"
        if shown == self.token:
            return "the token of the COPY itself"
        claims = self.issuer.read(shown)
        if claims is None or claims.get("iss") != self.issuer.url:
            return "a token that the requester's provider did not give"
        mine = claims.get("exchanged_from") == self.number
        return "" if mine else "a token exchanged for another one"


@pytest.fixture
def holder(issuer, client, redactor):
    return lambda **claims: Holder(issuer, client, redactor, claims)


def judge_exchanged(holder, copy, requests):
    """The far side was shown a token that was exchanged for the requester's."""
    expect.success(copy)
    expect.that(bool(requests), "a data request at the far side", copy, copy)
    wrong = ", ".join(filter(None, map(holder.misused, requests)))
    words = "the token that the requester's provider gave for this one"
    expect.that(not wrong, words, wrong, copy)


@requirement("CRED-002")
@needs("tpc-pull", "oidc", "oidc-delegation")
def test_oidc_uses_no_other_token(holder, party, new_path):
    who, far = holder(), party.source()
    copy = who.client.pull(far.url, new_path, credential="oidc", **UNCHECKED)
    expect.that(copy.succeeded or copy.failed, ("a transfer", "a refusal"), copy, copy)
    served = [seen for seen in far.asked("GET") if seen.status < 300]
    wrong = ", ".join(filter(None, map(who.misused, served)))
    expect.that(not wrong, "an exchanged token or no transfer", f"{copy}; {wrong}", copy)


@requirement("CRED-013")
@needs("tpc-pull")
def test_pull_brings_the_exchanged_token(holder, party, new_path):
    who, far = holder(), party.source()
    copy = who.client.pull(far.url, new_path, credential="oidc", **UNCHECKED)
    judge_exchanged(who, copy, far.asked("GET"))


@requirement("CRED-013")
@needs("tpc-push")
def test_push_brings_the_exchanged_token(holder, party, existing):
    who, far = holder(), party.destination()
    copy = who.client.push(existing.path, far.url, credential="oidc", **UNCHECKED)
    judge_exchanged(who, copy, far.asked("PUT"))


@requirement("CRED-010")
@needs("tpc-pull", "oidc-delegation")
def test_token_user_without_credential_header_is_delegated_for(holder, party, new_path):
    who, far = holder(), party.source()
    copy = who.client.pull(far.url, new_path, **UNCHECKED)
    judge_exchanged(who, copy, far.asked("GET"))


@requirement("CRED-014")
@needs("tpc-pull", "oidc-delegation")
def test_copy_fails_when_the_provider_refuses(holder, party, new_path):
    given = holder().client.pull(party.source().url, f"{new_path}-given", credential="oidc")
    expect.control(given.succeeded, f"with a token that is exchanged: {given}", given.exchange)
    far = party.source()
    copy = holder(**REFUSE).client.pull(far.url, new_path, credential="oidc", **UNCHECKED)
    seen = f"{copy}; {len(far.asked('GET'))} GET at the source"
    expect.that(not far.asked("GET"), "no transfer without the exchange", seen, copy)
    expect.failure(copy)


@requirement("CRED-015")
@needs("oidc-delegation")
def test_exchanged_token_does_not_travel_over_http(holder, party, new_path):
    far = party.source(door="plain")
    copy = holder().client.pull(far.url, new_path, credential="oidc", **UNCHECKED)
    shown = [seen.method for seen in far.requests if seen.header("authorization")]
    words = f"Authorization in {', '.join(shown)}"
    expect.that(not shown, "no token over plain http", words, copy, severe=True)
    expect.noted(f"oidc for an http source: {copy}")

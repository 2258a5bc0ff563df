"""What becomes of a delegated credential: who may use it, and what the far side gets to see."""

from __future__ import annotations

import pytest

from fixtures.delegation import asks
from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY


def shown_to(far):
    """The subjects that the endpoint showed to the far side; empty for no certificate."""
    return {seen.client_subject for seen in far.requests}


@requirement("DELEG-013")
@needs("tpc-pull")
def test_copy_goes_on_at_location_after_delegating(delegator, party, new_path):
    far = party.source()
    first = delegator.pull(far.url, new_path)
    expect.control(asks(first), f"nothing was asked for: {first}", first.exchange)
    delegator.delegate()
    then = delegator.again(first)
    expect.that(not asks(then), "no further request to delegate", then, then)
    expect.success(then)
    expect.content(delegator.client.get(new_path), far.content)


@requirement("DELEG-014")
@needs("tpc-pull")
def test_pull_shows_the_delegated_certificate(delegator, party, new_path):
    delegator.delegate()
    far = party.source()
    copy = delegator.pull(far.url, new_path)
    judge_shown(delegator, copy, far, "GET")


@requirement("DELEG-014")
@needs("tpc-push")
def test_push_shows_the_delegated_certificate(delegator, party, existing):
    delegator.delegate()
    far = party.destination()
    copy = delegator.push(existing.path, far.url)
    judge_shown(delegator, copy, far, "PUT")


@requirement("DELEG-014")
@needs("tpc-pull", "second-identity")
def test_everybody_is_shown_as_who_they_are(delegator, other_delegator, party, new_path):
    delegator.delegate()
    other_delegator.delegate()
    far = party.source()
    copy = delegator.pull(far.url, new_path)
    judge_shown(delegator, copy, far, "GET")


def judge_shown(delegator, copy, far, method):
    """Every data request came with a certificate of the user."""
    expect.that(not asks(copy), "a transfer", copy, copy)
    requests = far.asked(method)
    expect.that(bool(requests), f"a {method} at the far side", copy, copy)
    wrong = [
        seen.client_subject for seen in requests if not delegator.is_shown(seen.client_subject)
    ]
    ours = delegator.user.subject.rfc4514_string()
    expect.that(not wrong, f"a proxy of {ours}", wrong and (wrong[0] or "no certificate"), copy)


@requirement("DELEG-015")
@needs("tpc-pull")
def test_delegated_credential_serves_nobody_else(delegator, other_delegator, party, new_path):
    delegator.delegate()
    mine = delegator.pull(party.source().url, f"{new_path}-mine")
    expect.control(not asks(mine), f"the credential is not used for its owner: {mine}")
    far = party.source()
    copy = other_delegator.pull(far.url, new_path)
    used = [subject for subject in shown_to(far) if delegator.is_shown(subject)]
    expect.that(not used, "no use of the first user's credential", ", ".join(used), copy)
    expect.that(asks(copy), "a request to delegate", copy, copy)


@requirement("DELEG-026")
@needs("tpc-pull")
def test_destroyed_credential_is_not_used_again(delegator, party, new_path):
    delegator.delegate()
    before = delegator.pull(party.source().url, f"{new_path}-before")
    expect.control(not asks(before), f"the credential is not used: {before}", before.exchange)
    called = delegator.service.call("destroy", delegationID="httptpc-check")
    expect.that(called.worked, "an answer to destroy", called, called.exchange)
    far = party.source()
    copy = delegator.pull(far.url, new_path)
    expect.that(asks(copy), "a request to delegate", copy, copy)
    expect.that(not far.asked("GET"), "no transfer", f"{copy}; a GET at the source", copy)


@requirement("CRED-008")
@needs("tpc-pull")
def test_none_keeps_a_delegated_credential_back(delegator, party, new_path):
    delegator.delegate()
    used, far = party.source(), party.source()
    delegator.pull(used.url, f"{new_path}-used")
    expect.control(any(map(delegator.is_shown, shown_to(used))), "the credential is not used")
    copy = delegator.client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    shown = [subject for subject in shown_to(far) if delegator.is_shown(subject)]
    expect.that(not shown, "no certificate of the user", ", ".join(shown), copy)


@requirement("CRED-002")
@needs("x509", "gridsite", "tpc-pull")
@pytest.mark.parametrize("delegated", [False, True], ids=["nothing-delegated", "delegated"])
def test_gridsite_shows_the_user_or_nobody(request, asker, party, new_path, delegated):
    if delegated:
        request.getfixturevalue("delegator").delegate()
    far = party.source()
    copy = asker.pull(far.url, new_path)
    expect.that(copy.succeeded or copy.failed, ("a transfer", "a refusal"), copy, copy)
    served = [seen.client_subject for seen in far.asked("GET") if seen.status < 300]
    wrong = ", ".join(f"{s or 'no certificate'}" for s in served if not asker.is_shown(s))
    expect.that(not wrong, "a certificate of the user", f"{copy}; {wrong}", copy)


@requirement("CRED-015")
@pytest.mark.parametrize("delegated", [False, True], ids=["nothing-delegated", "delegated"])
def test_gridsite_for_an_http_source(request, asker, party, new_path, delegated):
    if delegated:
        request.getfixturevalue("delegator").delegate()
    far = party.source(door="plain")
    copy = asker.pull(far.url, new_path)
    shown = [seen.method for seen in far.requests if seen.header("authorization")]
    words = f"Authorization in {', '.join(shown)}"
    expect.that(not shown, "no credential over plain http", words, copy, severe=True)
    expect.noted(f"gridsite for an http source: {copy}")

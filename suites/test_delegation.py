"""GridSite delegation at a COPY: when the endpoint asks for a credential, and how."""

from __future__ import annotations

import datetime as dt

import pytest

from fixtures.delegation import KNOWN, asks
from fixtures.waiting import eventually
from harness import expect
from harness.checks import needs, requirement, slow
from harness.problems import Untested
from harness.wire.gridsite import delegation_urls
from harness.wire.problem import SyntaxProblem

MINUTE = dt.timedelta(minutes=1)
MOST_HOPS = 3
KEEPS_METHOD = (307, 308)


def judge_not_started(copy, far):
    """No transfer took place, whatever the answer says."""
    served = [seen for seen in far.requests if seen.status < 300]
    actual = f"{copy}; {len(served)} requests served at the far side"
    expect.that(not served and not copy.succeeded, "no transfer", actual, copy)


def judge_asked(asker, copy, far):
    """The client is asked to delegate; unless it has done so before the run."""
    if asker.is_known(far):
        raise Untested(KNOWN)
    expect.that(asks(copy), "a redirect with X-Delegate-To", copy, copy)
    judge_not_started(copy, far)


@requirement("DELEG-002")
@needs("tpc-pull")
def test_pull_without_delegated_credential_asks_for_one(asker, party, new_path):
    far = party.source()
    judge_asked(asker, asker.pull(far.url, new_path), far)


@requirement("DELEG-002")
@needs("tpc-push")
def test_push_without_delegated_credential_asks_for_one(asker, party, existing):
    far = party.destination()
    judge_asked(asker, asker.push(existing.path, far.url), far)


@pytest.fixture
def expired(delegator):
    """A delegated credential whose time is over."""
    end = delegator.delegate(dt.timedelta(seconds=4))
    eventually(now, lambda seen: seen > end, within=6)
    return delegator


def now():
    return dt.datetime.now(dt.UTC)


@slow
@requirement("DELEG-003", "DELEG-006")
@needs("tpc-pull")
def test_expired_credential_is_replaced_or_the_copy_refused(judge, expired, party, new_path):
    far = party.source()
    first = expired.pull(far.url, new_path)
    with judge("DELEG-003"):
        expect.that(asks(first), "a redirect with X-Delegate-To", first, first)
    with judge("DELEG-006"):
        judge_declined(expired, first, far)


@requirement("DELEG-006")
@needs("tpc-pull")
def test_client_that_does_not_delegate_is_refused(asker, party, new_path):
    far = party.source()
    first = asker.pull(far.url, new_path)
    expect.control(asks(first), f"nothing was asked for: {first}", first.exchange)
    judge_declined(asker, first, far)


def judge_declined(asker, copy, far):
    """Who follows Location again and again without delegating is refused in the end."""
    hops = 0
    while asks(copy) and hops < MOST_HOPS:
        copy, hops = asker.again(copy), hops + 1
    judge_not_started(copy, far)
    expect.that(not asks(copy), f"no request to delegate after {MOST_HOPS}", copy, copy)
    expect.failure(copy)


@requirement("DELEG-004")
@needs("tpc-pull")
@pytest.mark.parametrize("minutes", [1, 10])
def test_credential_that_ends_soon_is_used_replaced_or_refused(delegator, party, new_path, minutes):
    delegator.delegate(minutes * MINUTE)
    copy = delegator.pull(party.source().url, new_path)
    clear = asks(copy) or copy.succeeded or 400 <= copy.status < 500 or copy.text
    words = ("a request to delegate", "a transfer", "a clear error")
    expect.that(bool(clear), words, copy, copy)
    expect.noted(f"{minutes} minutes: {'asks' if asks(copy) else copy}")


@requirement("DELEG-005")
@needs("tpc-pull")
def test_credential_of_two_hours_is_used_again_and_again(delegator, party, new_path):
    delegator.delegate()
    for number in (1, 2):
        copy = delegator.pull(party.source().url, f"{new_path}-{number}")
        expect.that(not asks(copy), "no request to delegate", copy, copy)


@requirement("DELEG-007")
@needs("tpc-pull")
def test_client_that_keeps_a_credential_of_ten_minutes_gets_an_end(delegator, party, new_path):
    delegator.delegate(10 * MINUTE)
    first = delegator.pull(party.source().url, new_path)
    if not asks(first):
        expect.that(first.status < 500, "no server error", first, first)
        return expect.noted(f"not asked to delegate: {first}")
    then = delegator.again(first)
    expect.that(not asks(then) and then.status < 500, ("a transfer", "a refusal"), then, then)
    expect.noted(f"asked to delegate, and without: {then}")


@requirement("DELEG-008")
@needs("tpc-pull")
def test_request_to_delegate_is_302_with_both_headers(asker, party, new_path):
    far = party.source()
    copy = asker.pull(far.url, new_path)
    if asker.is_known(far):
        raise Untested(KNOWN)
    there = [n for n in ("X-Delegate-To", "Location") if copy.exchange.header(n.lower())]
    words = "302 with X-Delegate-To and Location"
    shown = f"{copy} with {' and '.join(there) or 'neither'}"
    expect.that(300 <= copy.status < 400 and len(there) == 2, words, shown, copy)
    expect.preferably(copy.status not in KEEPS_METHOD, words, shown, copy)


@requirement("DELEG-009")
@needs("tpc-pull")
def test_delegate_to_lists_absolute_urls(asker, party, new_path):
    copy = asker.pull(party.source().url, new_path)
    value = copy.exchange.header("x-delegate-to")
    expect.control(value is not None, f"no X-Delegate-To: {copy}", copy.exchange)
    try:
        problem = "" if delegation_urls(value) else "nothing"
    except SyntaxProblem as found:
        problem = str(found)
    expect.that(not problem, "absolute URLs with blanks between", problem or value, copy)


@requirement("DELEG-016")
@needs("tpc-pull")
@pytest.mark.usefixtures("pull_works")
def test_requester_without_certificate_cannot_use_gridsite(client, party, new_path):
    far = party.source()
    copy = client.pull(far.url, new_path, credential="gridsite")
    judge_not_started(copy, far)
    expect.refused(copy)


@requirement("DELEG-017")
@needs("tpc-pull")
def test_credential_of_five_minutes_is_enough_once_asked(delegator, party, new_path):
    copy = asked_and_delegated(delegator, party.source(), new_path, 5 * MINUTE)
    words = "the transfer, since more than two minutes are left"
    expect.that(copy.succeeded, words, copy, copy)


@requirement("DELEG-017")
@needs("tpc-pull")
def test_credential_of_ninety_seconds_is_too_short(delegator, party, new_path):
    far = party.source()
    copy = asked_and_delegated(delegator, far, new_path, 1.5 * MINUTE)
    judge_not_started(copy, far)


def asked_and_delegated(delegator, far, path, lifetime):
    """What comes of a COPY whose client was asked, and delegated a credential of some life."""
    first = delegator.pull(far.url, path)
    expect.control(asks(first), f"nothing was asked for: {first}", first.exchange)
    delegator.delegate(lifetime)
    return delegator.again(first)

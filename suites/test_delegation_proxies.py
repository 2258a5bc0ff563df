"""Proxies that the delegation service must not take: for other keys, and from other people."""

from __future__ import annotations

import pytest

from fixtures.delegation import ID, TWO_HOURS, asks, public_key
from fixtures.pki import Forgery, Shape, Window, certify_proxy
from fixtures.pki.authority import Leaf, self_signed
from fixtures.pki.material import cert_pem, spare_key
from harness import expect
from harness.checks import requirement

UNUSED = "httptpc-nobody-asked-for-this"


@pytest.fixture
def works(delegator):
    """Control: a proxy as it should be is taken, and then destroyed."""
    delegator.delegate()
    delegator.service.call("destroy", delegationID=ID)
    return delegator


def judge_refused(called, what):
    answer = called.answer
    refused = called.exchange.status >= 400 or (answer is not None and answer.fault is not None)
    expect.that(refused and not called.worked, f"a fault for {what}", called, called.exchange)


@requirement("DELEG-021")
def test_proxy_for_another_key_is_refused(works, party, new_path):
    works.requested()
    proxy = works.certified(spare_key().public_key(), Window.around_now(TWO_HOURS))
    called = works.put(proxy)
    judge_refused(called, "a proxy for another key")
    judge_useless(works, called, party, new_path)


@requirement("DELEG-022")
def test_proxy_that_nobody_asked_for_is_refused(works):
    proxy = works.certified(spare_key().public_key(), Window.around_now(TWO_HOURS))
    judge_refused(works.put(proxy, UNUSED), "an ID without request")


@requirement("DELEG-022")
def test_request_of_somebody_else_cannot_be_answered(works, other_delegator):
    other_delegator.delegate(identifier="httptpc-other")
    request = works.requested()
    proxy = other_delegator.signed(request, TWO_HOURS)
    judge_refused(other_delegator.put(proxy), "the request of another person")


@requirement("DELEG-023")
def test_proxy_from_somebody_else_is_refused(works, other_delegator, party, new_path):
    proxy = other_delegator.signed(works.requested(), TWO_HOURS)
    judge_useless(works, works.put(proxy), party, new_path)


@requirement("DELEG-023")
@pytest.mark.parametrize("forgery", [Forgery.OTHER_KEY, Forgery.FOREIGN_SUBJECT])
def test_forged_proxy_is_refused(works, party, new_path, forgery):
    key = public_key(works.requested())
    shape = Shape(Window.around_now(TWO_HOURS), forgery=forgery)
    forged = certify_proxy(works.credential, shape, key)
    proxy = cert_pem(forged, works.credential.certificate, *works.credential.chain).decode()
    judge_useless(works, works.put(proxy), party, new_path)


@requirement("DELEG-023")
def test_certificate_that_vouches_for_itself_is_refused(works, party, new_path):
    works.requested()
    alone = self_signed(Leaf(works.user.subject, ()), spare_key())
    judge_useless(works, works.put(cert_pem(alone.certificate).decode()), party, new_path)


def judge_useless(delegator, called, party, path):
    """It is refused at once, or when it is to be used (a variant of the catalogue)."""
    faulty = called.answer is not None and called.answer.fault is not None
    refused = called.exchange.status >= 400 or faulty
    copy = delegator.pull(party.source().url, path)
    useless = refused or asks(copy) or copy.failed
    expect.that(useless, "a fault", f"{called}; then {copy}", called.exchange, copy)
    moved = copy.succeeded and not asks(copy)
    expect.that(not moved, "no transfer with it", f"{called}; {copy}", copy)

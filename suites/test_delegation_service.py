"""The GridSite delegation service: its operations, and what they answer."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fixtures.delegation import ID, Service, asks, key_text, public_key, read_request
from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable
from harness.wire.gridsite import VERSION_2, delegation_urls, parse_time
from harness.wire.problem import SyntaxProblem

FEWEST_BITS = {"rsa": 1024, "ec": 160}
CLOCK = dt.timedelta(seconds=60)
UNKNOWN = "httptpc-nobody-used-this"
PRIVATE = re.compile(rb"PRIVATE KEY")


@requirement("DELEG-010")
def test_listed_urls_are_delegation_services(delegator, party, new_path):
    copy = delegator.pull(party.source().url, new_path)
    expect.control(asks(copy), f"nothing was asked for: {copy}", copy.exchange)
    found = {url: service_at(delegator, url) for url in listed(copy)}
    alive = [url for url, problem in found.items() if not problem]
    dead = "; ".join(f"{url}: {problem}" for url, problem in found.items() if problem)
    expect.that(bool(alive), "a service that takes a delegation", dead or "no URL", copy)
    expect.preferably(not dead, "every URL alive", dead, copy)


def listed(copy):
    """The URLs to try; a list that is spelt wrongly is another requirement's."""
    try:
        return delegation_urls(copy.exchange.header("x-delegate-to"))
    except SyntaxProblem as problem:
        expect.control(False, str(problem), copy.exchange)


def service_at(delegator, url):
    """What keeps a delegation from being made at a URL; empty if nothing does."""
    if urlsplit(url).scheme != "https":
        return "no https, so no client certificate"
    service = Service(delegator.client, url, delegator.service.namespace)
    request = read_request(service.call("getProxyReq", delegationID=ID).value("getProxyReqReturn"))
    if request is None:
        return "getProxyReq gives no certificate request"
    proxy = delegator.signed(request, dt.timedelta(hours=1))
    put = service.call("putProxy", delegationID=ID, proxy=proxy)
    return "" if put.worked else f"putProxy: {put}"


def request_in(called, element="getProxyReqReturn"):
    """The certificate request of an answer."""
    request = read_request(called.value(element))
    expect.that(request is not None, "a PKCS#10 request in PEM", called, called.exchange)
    return request


@requirement("DELEG-019")
@pytest.mark.parametrize("identifier", ["conf-test", ""], ids=["named", "derived"])
def test_request_is_for_a_new_key_and_signed_with_it(delegator, identifier):
    first = delegator.service.call("getProxyReq", delegationID=identifier)
    second = delegator.service.call("getProxyReq", delegationID=identifier)
    for called in (first, second):
        request, key = request_in(called), public_key(request_in(called))
        signed = request.is_signature_valid
        expect.that(signed, "signed with its own key", "a bad signature", called.exchange)
        kind = "ec" if isinstance(key, ec.EllipticCurvePublicKey) else "rsa"
        enough = key.key_size >= FEWEST_BITS[kind]
        expect.that(enough, "1024 bits or more", f"{kind} {key.key_size}", called.exchange)
    new = key_text(request_in(first)) != key_text(request_in(second))
    expect.that(new, "a new key for every request", "the same", first.exchange, second.exchange)


@requirement("DELEG-020")
def test_new_request_comes_with_the_id_to_answer_under(delegator):
    called = delegator.service.call("getNewProxyReq")
    request, identifier = request_in(called, "proxyRequest"), called.value("delegationID")
    expect.that(bool(identifier), "a delegation ID", called, called.exchange)
    put = delegator.put(delegator.signed(request, dt.timedelta(hours=1)), identifier)
    expect.that(put.worked, "the proxy taken under this ID", put, put.exchange)


@requirement("DELEG-024")
def test_renewal_is_for_a_new_key_and_an_id_in_use(delegator):
    first = delegator.requested()
    put = delegator.put(delegator.signed(first, dt.timedelta(hours=1)))
    expect.control(put.worked, f"putProxy: {put}", put.exchange)
    called = delegator.service.call("renewProxyReq", delegationID=ID)
    again = request_in(called, "renewProxyReqReturn")
    expect.that(key_text(again) != key_text(first), "another key", "the same", called.exchange)
    unknown = delegator.service.call("renewProxyReq", delegationID=UNKNOWN)
    refused_with_fault(unknown, "an ID that nothing is delegated under")


def refused_with_fault(called, what):
    faulty = called.answer is not None and called.answer.fault is not None
    refused = faulty or called.exchange.status >= 400
    expect.that(refused and not called.worked, f"a fault for {what}", called, called.exchange)


@requirement("DELEG-025")
def test_termination_time_is_the_end_of_the_proxy(delegator):
    end = delegator.delegate(dt.timedelta(minutes=30))
    called = delegator.service.call("getTerminationTime", delegationID=ID)
    text = called.value("getTerminationTimeReturn")
    expect.that(bool(text), "a time", called, called.exchange)
    try:
        told = parse_time(text)
    except SyntaxProblem:
        told = None
    right = told is not None and abs(told - end) <= CLOCK
    expect.that(right, f"{end.isoformat()}, with its time zone", text, called.exchange)


@requirement("DELEG-025")
def test_termination_time_of_an_unknown_id_is_a_fault(delegator):
    delegator.delegate()
    known = delegator.service.call("getTerminationTime", delegationID=ID)
    expect.control(known.worked, f"for a known ID: {known}", known.exchange)
    called = delegator.service.call("getTerminationTime", delegationID=UNKNOWN)
    refused_with_fault(called, "an unknown ID")


@requirement("DELEG-026")
def test_destroying_an_unknown_id_is_a_fault(delegator):
    called = delegator.service.call("destroy", delegationID=UNKNOWN)
    refused_with_fault(called, "an unknown ID")


@requirement("DELEG-027")
def test_caller_without_certificate_gets_no_request(delegator, anonymous, client):
    known = delegator.requested()
    expect.control(known is not None, "no request for a known caller")
    for nobody in (anonymous, client):
        service = Service(nobody, delegator.service.url, delegator.service.namespace)
        called = service.call("getProxyReq", delegationID=ID)
        denied = called.exchange.status >= 400 or not called.exchange.status
        expect.that(denied and not called.worked, "a refusal", called, called.exchange)


@pytest.fixture
def second_version(delegator):
    """Calls operations that only version 2 of the service has."""
    told = delegator.service.call("getInterfaceVersion", namespace=VERSION_2)
    if told.answer is not None and told.answer.fault is not None:
        raise NotApplicable(f"a service of version 1: {told}", (told.exchange,))
    return lambda name, **given: delegator.service.call(name, namespace=VERSION_2, **given)


@requirement("DELEG-028")
@pytest.mark.parametrize("operation", ["getVersion", "getInterfaceVersion"])
def test_versions_are_told(second_version, operation):
    called = second_version(operation)
    wanted = f"{operation}Return in {VERSION_2}"
    right = called.worked and called.answer.namespace == VERSION_2
    expect.that(right and bool(called.value(f"{operation}Return")), wanted, called, called.exchange)


@requirement("DELEG-028")
def test_unknown_metadata_are_an_exception(second_version):
    called = second_version("getServiceMetadata", key=UNKNOWN)
    exception = called.answer is not None and called.answer.exception
    expect.that(exception, "a fault with a DelegationException", called, called.exchange)


@requirement("DELEG-029")
def test_private_key_stays_on_the_server(delegator, other_delegator, party, new_path):
    keys = [key_text(one.requested()) for one in (delegator, other_delegator)]
    expect.that(keys[0] != keys[1], "a key for each delegation", "the same for two people")
    called = [delegator.service.call("getNewProxyReq")]
    delegator.delegate()
    called.append(delegator.service.call("renewProxyReq", delegationID=ID))
    called.append(delegator.service.call("getProxyReq", delegationID=ID))
    copy = delegator.pull(party.source().url, new_path)
    for exchange in (*(one.exchange for one in called), copy.exchange):
        leaked = PRIVATE.search(exchange.body.content or b"")
        shown = f"a private key in the answer to {exchange.method}"
        expect.that(not leaked, "no private key", shown, exchange, severe=True)

"""Client certificates and proxies: whom they authenticate, and which authenticate nobody."""

from __future__ import annotations

import secrets

import pytest

from fixtures.people import HALF_A_DAY
from fixtures.pki import Forgery, Shape, Window
from harness import expect
from harness.checks import needs, requirement
from harness.client.client import without
from harness.identity import Identity
from harness.problems import NotApplicable, Untested

NOW = Window.around_now


@pytest.fixture
def certified(client, private):
    """The tester's certificate alone."""
    shown = client.known_as(without(client.identity, token=True))
    read = shown.get(private.inside.path)
    if read.status in (401, 403):
        raise NotApplicable(f"certificates authenticate nobody here: {read.status}", (read,))
    expect.control(read.status == 200, f"the certificate itself got {read.status}", read)
    return shown


@pytest.fixture
def showing(client):
    """The endpoint, asked with a certificate and nothing else."""
    return lambda pair: client.known_as(Identity(x509=pair))


@pytest.fixture
def nobody(people, showing, certified, private):
    """Verifies that a certificate authenticates nobody, where the tester's own does."""
    good = showing(people.good_proxy()).get(private.inside.path)

    def judge(pair):
        if good.status != 200:
            expect.noted("even a good proxy is refused")
        shut_out(showing(pair), certified, private)

    return judge


def shut_out(stranger, certified, private):
    """A stranger neither reads nor writes, while who is known is still answered."""
    expect.denied(stranger.get(private.inside.path), handshake=True)
    fresh = f"{private.directory}/stranger-{secrets.token_hex(4)}"
    expect.denied(stranger.put(fresh, b"not allowed"), handshake=True)
    again = certified.get(private.inside.path)
    expect.control(again.status > 0, "then nobody is answered any more", again)


def reads_and_writes(who, private):
    expect.content(who.get(private.inside.path), private.inside.content)
    fresh = f"{private.directory}/certified-{secrets.token_hex(4)}"
    put = who.put(fresh, b"allowed")
    expect.that(put.status in (200, 201, 204), "the file stored", put.status or put.fault, put)
    expect.content(who.get(fresh), b"allowed")


@requirement("AUTH-003")
def test_certificate_alone_reads_and_writes(client, private):
    reads_and_writes(client.known_as(without(client.identity, token=True)), private)


@requirement("AUTH-004")
@pytest.mark.parametrize("below", [False, True], ids=["proxy", "proxy-of-proxy"])
def test_proxy_reads_and_writes_as_its_user(people, showing, private, below):
    if below and people.room < 2:
        raise Untested("the proxy that is given lets only one other proxy follow")
    pair = people.proxy_of_proxy(None) if below else people.good_proxy()
    reads_and_writes(showing(pair), private)


@requirement("AUTH-004")
@needs("macaroon")
def test_proxy_is_mapped_to_the_user_of_its_certificate(people, showing, certified, macaroons):
    names = [told_name(macaroons, who) for who in (certified, showing(people.good_proxy()))]
    expect.that(names[0] == names[1], f"the user {names[0]}", f"the user {names[1]}")


def told_name(macaroons, who):
    """Whom a macaroon of ``who`` stands for: caveat id of dCache, name of XRootD."""
    inside = macaroons.parsed(macaroons.issue(by=who))
    found = inside.values("id") or inside.values("name")
    expect.control(bool(found), "the macaroon tells no name")
    return found[0]


@requirement("AUTH-005")
@pytest.mark.parametrize("window", [Window.over, Window.to_come], ids=["expired", "early"])
def test_proxy_outside_of_its_time_authenticates_nobody(people, nobody, window):
    nobody(people.proxy(Shape(window())))


@requirement("AUTH-006")
@pytest.mark.parametrize("forgery", Forgery, ids=lambda f: f.name.lower().replace("_", "-"))
def test_forged_proxy_authenticates_nobody(people, nobody, forgery):
    nobody(people.proxy(Shape(NOW(HALF_A_DAY), forgery=forgery)))


@requirement("AUTH-007")
def test_proxy_below_the_last_one_allowed_authenticates_nobody(people, nobody):
    nobody(people.proxy_of_proxy(0))


@requirement("AUTH-004")
def test_last_proxy_of_a_constrained_chain_reads(people, showing, private):
    last = showing(people.proxy(Shape(NOW(HALF_A_DAY), path_length=0)))
    expect.content(last.get(private.inside.path), private.inside.content)


@requirement("AUTH-008")
@pytest.mark.parametrize("signed", ["by-itself", "by-unknown-ca"])
def test_untrusted_certificate_authenticates_nobody(people, certified, showing, private, signed):
    pair = people.self_signed() if signed == "by-itself" else people.of_unknown_ca()
    shut_out(showing(pair), certified, private)

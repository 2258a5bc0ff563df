"""Who may write scenarios for a far side on a public host, and for how long."""

from __future__ import annotations

import pytest

from harness.redact import Secret
from harness.remote_party import Door, ListeningParty, Scenario
from harness.remote_party.seal import LIFETIME, Signed
from tests.harness.remote_party.conftest import asked

TOKEN = Secret("t" * 40)
NONCE = "0123456789abcdef"


class Clock:
    now = 1_800_000_123.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_signed_scenario_is_read_back(clock: Clock) -> None:
    scenario = Scenario(size=5, redirect=307)
    segment = Signed(TOKEN, clock).sealed(scenario, NONCE)
    assert Signed(TOKEN, clock).opened(segment, NONCE) == scenario


def test_url_stays_the_same_for_an_hour(clock: Clock) -> None:
    seal = Signed(TOKEN, clock)
    first = seal.sealed(Scenario(), NONCE)
    clock.now += 60
    assert seal.sealed(Scenario(), NONCE) == first


@pytest.mark.parametrize("seconds", [LIFETIME - 1, 2 * LIFETIME])
def test_url_is_good_for_an_hour_at_least_and_two_at_most(clock: Clock, seconds: int) -> None:
    seal = Signed(TOKEN, clock)
    segment = seal.sealed(Scenario(), NONCE)
    clock.now += seconds
    if seconds < LIFETIME:
        seal.opened(segment, NONCE)
    else:
        with pytest.raises(ValueError, match="no longer good"):
            seal.opened(segment, NONCE)


@pytest.mark.parametrize(
    "forged",
    [
        lambda good: Scenario().encode(),
        lambda good: "",
        lambda good: "..",
        lambda good: good[:-1] + ("A" if good[-1] != "A" else "B"),
        lambda good: Scenario(size=64_000_000).encode() + good[good.index(".") :],
        lambda good: good.replace(good.split(".")[1], "ffffffff"),
        lambda good: good + "é",
    ],
)
def test_what_was_not_signed_is_refused(clock: Clock, forged) -> None:
    seal = Signed(TOKEN, clock)
    good = seal.sealed(Scenario(), NONCE)
    seal.opened(good, NONCE)
    with pytest.raises(ValueError, match="not signed"):
        seal.opened(forged(good), NONCE)


def test_signature_is_for_one_nonce_and_one_token(clock: Clock) -> None:
    good = Signed(TOKEN, clock).sealed(Scenario(), NONCE)
    with pytest.raises(ValueError, match="not signed"):
        Signed(TOKEN, clock).opened(good, "0" * 16)
    with pytest.raises(ValueError, match="not signed"):
        Signed("u" * 40, clock).opened(good, NONCE)


def test_next_hop_is_good_for_no_longer(clock: Clock) -> None:
    seal = Signed(TOKEN, clock)
    first = seal.sealed(Scenario(redirect=307), NONCE)
    clock.now += LIFETIME
    following = seal.forwarded(Scenario(), first, NONCE)
    assert following.split(".")[1] == first.split(".")[1]
    seal.opened(following, NONCE)


def test_party_with_a_token_serves_signed_urls_only() -> None:
    party = ListeningParty({"tls": Door(), "other": Door()}, token=TOKEN)
    stranger = ListeningParty({"tls": Door()})
    try:
        far = party.source(size=10)
        assert asked(far, "GET")[1] == far.content
        unsigned = stranger.source(size=10)
        stranger.origins["tls"] = party.origins["tls"]
        head, body = asked(unsigned, "GET")
        assert head[0] == "HTTP/1.1 404 Not Found"
        assert body == b""
        assert party.log.of(unsigned.nonce) == []
    finally:
        party.close()
        stranger.close()


def test_redirects_are_signed_too() -> None:
    party = ListeningParty({"tls": Door(), "other": Door()}, token=TOKEN)
    try:
        far = party.source(size=10, redirect=307, redirect_to="other")
        (location,) = (h[10:] for h in asked(far, "GET")[0] if h.startswith("Location: "))
        segment = location.split("/")[4]
        assert party.seal.opened(segment, far.nonce).redirect == 0
    finally:
        party.close()

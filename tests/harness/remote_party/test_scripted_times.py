"""Holding back, pacing, pausing and stalling: seen by the one who waits, and written down."""

from __future__ import annotations

import time

import pytest

from harness.remote_party import ListeningParty
from harness.remote_party.seen import MOST_STEPS, Seen
from tests.harness.remote_party.conftest import talk


@pytest.mark.parametrize(("method", "held"), [("GET", True), ("HEAD", False)])
def test_hold_delays_the_answers_to_named_methods(
    party: ListeningParty, method: str, held: bool
) -> None:
    far = party.source(hold=0.3, hold_on=("GET",))
    with talk(far) as conversation:
        began = time.monotonic()
        conversation.ask(method)
        conversation.head()
        assert (time.monotonic() - began >= 0.3) == held


def test_rate_is_kept_over_the_body(party: ListeningParty) -> None:
    far = party.source(size=50_000, rate=100_000)
    with talk(far) as conversation:
        conversation.ask("GET")
        conversation.head()
        began = time.monotonic()
        assert conversation.take(50_000) == far.content
        took = time.monotonic() - began
    assert 0.35 <= took < 2.0
    seen = far.requests[0]
    half = seen.moved_by(seen.at + took / 2)
    assert 5_000 <= half <= 45_000


def test_upload_is_read_at_the_rate(party: ListeningParty) -> None:
    far = party.destination(rate=100_000)
    with talk(far) as conversation:
        began = time.monotonic()
        conversation.ask("PUT", "Content-Length: 40000", body=b"x" * 40_000)
        assert conversation.head()[0].split()[1] == "201"
        assert 0.3 <= time.monotonic() - began < 2.0


def test_pause_is_at_its_place(party: ListeningParty) -> None:
    far = party.source(size=1000, pause_at=600, pause=0.3)
    with talk(far) as conversation:
        conversation.ask("GET")
        conversation.head()
        conversation.take(600)
        began = time.monotonic()
        assert conversation.take(400) == far.content[600:]
        assert time.monotonic() - began >= 0.25


def test_stall_goes_on_until_the_peer_leaves(party: ListeningParty) -> None:
    far = party.source(size=1000, stall_at=600)
    with talk(far) as conversation:
        conversation.ask("GET")
        conversation.head()
        assert conversation.take(600) == far.content[:600]
        assert conversation.silent(0.2)
        assert far.requests[0].ended == "stalled"
        left = time.monotonic()
    assert far.wait(lambda seen: not seen[0].open, within=5)
    ended = far.requests[0].ended_at
    assert ended is not None
    assert left <= ended <= time.monotonic()


def test_wait_ends_when_its_time_is_over(party: ListeningParty) -> None:
    began = time.monotonic()
    assert not party.source().wait(lambda seen: bool(seen), within=0.2)
    assert 0.2 <= time.monotonic() - began < 2.0


def test_steps_are_thinned_out_but_keep_the_last() -> None:
    seen = Seen("n", "GET", "/", (), 0.0, "tls", 1, ("192.0.2.1", 1))
    for count in range(3 * MOST_STEPS):
        seen.step(count)
    assert len(seen.steps) <= MOST_STEPS
    assert seen.moved_by(time.monotonic()) == 3 * MOST_STEPS - 1

"""What a far side gives away at most, to anybody."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.remote_party import Door, FarFile, ListeningParty, Scenario
from harness.remote_party.content import HUGEST
from harness.remote_party.limits import Budget, Exhausted, Limits
from tests.harness.remote_party.conftest import asked, eventually, talk

Limited = Callable[..., ListeningParty]


@pytest.fixture
def limited() -> Iterator[Limited]:
    made: list[ListeningParty] = []

    def make(**limits: Any) -> ListeningParty:
        made.append(ListeningParty({"tls": Door()}, limits=Limits(**limits)))
        return made[-1]

    yield make
    for party in made:
        party.close()


def test_conversation_ends_when_it_has_moved_enough(limited: Limited) -> None:
    party = limited(conversation=300_000)
    far = party.source(size=1_000_000)
    _, body = asked(far, "GET")
    assert 100_000 < len(body) <= 300_000
    assert far.content.startswith(body)
    assert eventually(lambda: far.requests[0].ended == "limit: bytes in a conversation")
    assert asked(party.source(size=10), "GET")[1] != b""  # another one is served


def test_upload_counts_in_a_conversation_too(limited: Limited) -> None:
    far = limited(conversation=100_000).destination()
    with talk(far) as conversation:
        conversation.ask("PUT", "Transfer-Encoding: chunked")
        piece = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):
            conversation.connection.sendall(piece * 1000)
    assert len(far.requests[0].body) <= 100_000


def test_hour_has_only_so_many_bytes(limited: Limited) -> None:
    party = limited(hourly=200_000)
    far = party.source(size=1_000_000)
    with talk(far) as conversation:
        conversation.ask("GET")
        assert len(conversation.rest()) < 400_000
    with talk(party.source(size=10)) as conversation:
        conversation.ask("GET")
        assert conversation.rest() == b""


def test_budget_is_refilled_as_time_goes_by() -> None:
    now = [0.0]
    budget = Budget(3600, lambda: now[0])
    budget.spend(5000)
    with pytest.raises(Exhausted):
        budget.spend(1)
    now[0] = 1401.0
    budget.spend(1)
    with pytest.raises(Exhausted):
        budget.spend(1)


@pytest.mark.parametrize("limits", [{"connections": 2}, {"per_address": 2}])
def test_connections_are_counted(limited: Limited, limits: dict[str, int]) -> None:
    far = limited(**limits).source(hold=30)
    with talk(far) as one, talk(far) as two:
        one.ask("GET")
        two.ask("GET")
        assert far.wait(lambda seen: len(seen) == 2, within=5)
        with talk(far) as three:
            assert three.rest() == b""
    assert eventually(lambda: _served(far.party.source()))


def _served(far: FarFile) -> bool:
    with talk(far) as conversation:
        with contextlib.suppress(OSError):
            conversation.ask("HEAD", "Connection: close")
            conversation.connection.shutdown(socket.SHUT_WR)
        return conversation.rest().startswith(b"HTTP/1.1 200 ")


def test_conversation_ends_when_it_has_lasted_enough(limited: Limited) -> None:
    party = limited(seconds=0.3)
    with talk(party.source(hold=30)) as conversation:
        conversation.ask("GET")
        assert conversation.rest() == b""
    with talk(party.source(size=1000, stall_at=5)) as conversation:
        conversation.ask("GET")
        assert conversation.rest().endswith(party.source().content[:5])


def test_silent_visitor_is_sent_away(limited: Limited) -> None:
    with talk(limited(patience=0.2).source()) as conversation:
        conversation.connection.sendall(b"GET ")
        assert conversation.rest() == b""


def test_announced_upload_beyond_the_limit_is_refused(limited: Limited) -> None:
    far = limited(upload=1000).destination()
    with talk(far) as conversation:
        conversation.ask("PUT", "Content-Length: 1001", "Expect: 100-continue")
        assert conversation.head()[0].split()[1] == "413"
    with talk(far) as conversation:
        conversation.ask("PUT", "Content-Length: 1000", body=b"x" * 1000)
        assert conversation.head()[0].split()[1] == "201"


def test_unannounced_upload_is_cut_at_the_limit(limited: Limited) -> None:
    far = limited(upload=1000).destination()
    with talk(far) as conversation:
        conversation.ask("PUT", "Transfer-Encoding: chunked", body=b"7d0\r\n" + b"x" * 2000)
        assert conversation.rest() == b""
    assert far.received is None
    assert far.requests[0].ended == "limit: bytes of an upload"


def put(party: ListeningParty, size: int) -> tuple[bytes | None, str]:
    far = party.destination()
    with talk(far) as conversation:
        conversation.ask("PUT", f"Content-Length: {size}", body=b"x" * size)
        conversation.connection.shutdown(socket.SHUT_WR)
        conversation.rest()
    assert eventually(lambda: not far.requests or not far.requests[0].open)
    return far.received, far.nonce


def test_oldest_files_are_forgotten_when_memory_is_full(limited: Limited) -> None:
    party = limited(kept=100_000)
    found = [put(party, 20_000) for _ in range(4)]
    assert all(received is not None for received, _ in found)
    there = [party.log.uploaded(nonce) is not None for _, nonce in found]
    assert there == [False, False, True, True]


def test_one_upload_cannot_take_more_than_all_memory(limited: Limited) -> None:
    party = limited(kept=50_000)
    received, nonce = put(party, 60_000)
    assert received is None
    assert party.log.of(nonce)[0].ended == "limit: bytes kept"
    assert put(party, 5_000)[0] is not None


def test_oldest_nonces_are_forgotten_but_none_under_way(limited: Limited) -> None:
    party = limited(nonces=3)
    held = party.source(hold=30)
    with talk(held) as conversation:
        conversation.ask("GET")
        assert held.wait(lambda seen: bool(seen), within=5)
        files = [party.source() for _ in range(4)]
        for far in files:
            asked(far, "GET")
            assert eventually(lambda f=far: f.requests and not f.requests[0].open)
        assert len(held.requests) == 1
        assert [len(far.requests) for far in files] == [0, 0, 1, 1]


def test_file_is_asked_for_so_often_and_no_more(limited: Limited) -> None:
    far = limited(requests=2).source()
    for _ in range(2):
        assert asked(far, "GET")[1] == far.content
    with talk(far) as conversation:
        conversation.ask("GET")
        assert conversation.rest() == b""
    assert len(far.requests) == 2


def test_endless_header_is_not_read(limited: Limited) -> None:
    party = limited(conversation=10_000_000)
    with talk(party.source()) as conversation:
        conversation.connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)
        assert conversation.rest().startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("size", [-1, HUGEST + 1])
def test_bodies_beyond_measure_are_no_scenario(size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        Scenario(size=size)


def test_doors_are_closed_with_the_party(limited: Limited) -> None:
    party = limited()
    port = urlsplit(party.origins["tls"]).port
    party.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port or 0), timeout=5)

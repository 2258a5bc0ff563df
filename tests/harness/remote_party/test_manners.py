"""The far side itself: refusing doors, redirects around a body, conditional uploads."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from harness.remote_party import Door, FarFile, ListeningParty, RemoteParty

BODY = b"b" * 5000


@pytest.fixture
def party() -> Iterator[RemoteParty]:
    made = ListeningParty(
        {"tls": Door(), "other": Door(), "plain": Door(), "closed": Door(open=False)}
    )
    yield made
    made.close()


def put(far: FarFile, **headers: str) -> tuple[int, str | None]:
    parts = urlsplit(far.url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    connection.request("PUT", parts.path, body=BODY, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Location")


def test_closed_door_refuses_connections(party: RemoteParty) -> None:
    parts = urlsplit(party.source(door="closed").url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((parts.hostname, parts.port), timeout=5)


@pytest.mark.parametrize("late", [False, True])
def test_redirect_of_an_uninvited_body_reaches_the_client(party: RemoteParty, late: bool) -> None:
    far = party.destination(redirect=307, redirect_to="other", redirect_late=late)
    status, location = put(far)
    assert status == 307
    assert location is not None
    assert location.startswith(party.origins["other"])
    assert far.received is None


@pytest.mark.parametrize(("tells", "length"), [(True, "1000"), (False, None)])
def test_length_is_told_to_head_if_it_is_to_be(
    party: RemoteParty, tells: bool, length: str | None
) -> None:
    parts = urlsplit(party.source(size=1000, head_length=tells).url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    connection.request("HEAD", parts.path)
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Length")) == (200, length)
    connection.close()


def test_conditional_upload_keeps_an_existing_file(party: RemoteParty) -> None:
    far = party.source()
    assert put(far, **{"If-None-Match": "*"})[0] == 412
    assert far.received is None


def test_conditional_upload_makes_a_new_file(party: RemoteParty) -> None:
    far = party.destination()
    assert put(far, **{"If-None-Match": "*"})[0] == 201
    assert far.received == BODY


def test_slow_upload_is_read_slowly_and_completely(party: RemoteParty) -> None:
    far = party.destination(rate=20_000)
    assert put(far)[0] == 201
    assert far.received == BODY
    first, last = far.requests[0].steps[0], far.requests[0].steps[-1]
    assert last[1] == len(BODY)
    assert last[0] >= first[0]


def test_far_side_that_waits_notices_that_the_client_has_gone(party: RemoteParty) -> None:
    far = party.source(hold=60.0)
    parts = urlsplit(far.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        assert far.wait(lambda seen: bool(seen), within=5)
    assert far.wait(lambda seen: not seen[0].open, within=5)
    assert far.requests[0].ended == "peer closed"


def test_method_that_is_not_held_is_answered_at_once(party: RemoteParty) -> None:
    far = party.destination(hold=60.0, hold_on=("GET",))
    assert put(far)[0] == 201

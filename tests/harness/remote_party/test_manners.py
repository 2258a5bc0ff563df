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


def test_conditional_upload_keeps_an_existing_file(party: RemoteParty) -> None:
    far = party.source()
    assert put(far, **{"If-None-Match": "*"})[0] == 412
    assert far.received is None


def test_conditional_upload_makes_a_new_file(party: RemoteParty) -> None:
    far = party.destination()
    assert put(far, **{"If-None-Match": "*"})[0] == 201
    assert far.received == BODY

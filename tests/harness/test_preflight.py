"""Before the first check: who answers nothing is not reached; any answer, or an end, will do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from harness.endpoints import Endpoint
from harness.plugin import preflight
from harness.problems import Unreachable
from tests.harness.conftest import Talk


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait(10)


def drips(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def answers(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 401 No\r\n\r\n")
    over.wait(10)


def gabbles(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"\x00\x01 this is no HTTP\r\n\r\n")
    over.wait(10)


def leaves(connection: socket.socket, over: threading.Event) -> None:
    pass


@pytest.fixture
def at(
    talking: Callable[[Talk], str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Talk], Endpoint]:
    """Starts a server that says this; the endpoint."""
    monkeypatch.setattr(preflight, "SILENCE", 0.5)
    return lambda talk: Endpoint("a", url=talking(talk))


@pytest.mark.parametrize("talk", [silent, drips])
def test_who_answers_nothing_is_not_reached(at: Callable[[Talk], Endpoint], talk: Talk) -> None:
    with pytest.raises(Unreachable, match=r"a takes connections at .*, but answers nothing"):
        preflight.reach(at(talk))


@pytest.mark.parametrize("talk", [answers, gabbles, leaves])
def test_any_answer_will_do(at: Callable[[Talk], Endpoint], talk: Talk) -> None:
    preflight.reach(at(talk))

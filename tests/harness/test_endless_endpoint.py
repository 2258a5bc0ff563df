"""An endpoint whose answer does not end: a few seconds and megabytes of it, and no more."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

import pytest

from harness.client import bounds
from harness.client.connection import Ask, Live, Route
from harness.client.ordinary import Ordinary
from harness.model import Exchange
from tests.harness.conftest import Talk

PATIENCE = 1.0
OK = b"HTTP/1.1 200 OK\r\n"


def flood(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(OK + b"Content-Length: 1000000000000\r\n\r\n")
    while not over.is_set():
        connection.sendall(bytes(2**16))


def chunks(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"10000\r\n" + bytes(2**16) + b"\r\n")


def interim(connection: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.05):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def drips_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


def drips_head(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(OK + b"X-Long: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_BYTES", 2**22)


def ordinary(url: str) -> Exchange:
    session = Ordinary(None, None)
    with contextlib.closing(session):
        return session.exchange(Ask("GET", url), endpoint="e", timeout=PATIENCE)


def live(url: str) -> Exchange:
    return Live(Ask("GET", url), Route(url)).finish(within=PATIENCE).exchange("e")


@pytest.mark.parametrize("way", [ordinary, live])
@pytest.mark.parametrize(
    ("talk", "words"),
    [
        (flood, "more than 4194304 bytes"),
        (chunks, "more than 4194304 bytes"),
        (interim, ""),
        (drips_body, "no end of the answer within 1 s"),
        (drips_head, "no end of the answer within 1 s"),
    ],
)
def test_an_answer_without_end(
    talking: Callable[[Talk], str], way: Callable[[str], Exchange], talk: Talk, words: str
) -> None:
    began = time.monotonic()
    seen = way(talking(talk))
    assert time.monotonic() - began < 5 * PATIENCE
    assert words in seen.fault
    assert seen.fault or seen.problems
    assert not seen.complete
    assert seen.body.size < 2**23

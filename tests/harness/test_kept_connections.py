"""A server may close a connection that we keep: what is safe is asked again, once."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from harness.client.connection import Ask
from harness.client.ordinary import Ordinary
from harness.model import Exchange

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def leaving() -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers every other request, and hangs up on those between; what it heard."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        with listener, contextlib.suppress(OSError):
            while len(heard) < 4:
                with listener.accept()[0] as connection:
                    connection.settimeout(10)
                    while line := connection.recv(65536):
                        heard.append(line.split(b" ", 1)[0])
                        if len(heard) % 2 == 0:
                            break
                        connection.sendall(OK)

    thread = threading.Thread(target=run)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/x", heard
    thread.join(15)
    assert not thread.is_alive()


def asked(session: Ordinary, method: str, url: str) -> Exchange:
    return session.exchange(Ask(method, url), endpoint="e", timeout=5)


def test_only_what_is_safe_is_asked_again(leaving: tuple[str, list[bytes]]) -> None:
    url, heard = leaving
    with contextlib.closing(Ordinary(None, None)) as session:
        assert asked(session, "GET", url).status == 200
        assert asked(session, "GET", url).status == 200  # left alone, then answered
        lost = asked(session, "DELETE", url)
    assert (lost.status, lost.fault) == (0, "Remote end closed connection without response")
    assert heard == [b"GET", b"GET", b"GET", b"DELETE"]

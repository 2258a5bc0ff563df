"""One connection, byte by byte: used again, closed in one direction, read to its end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from harness.client.connection import Ask, Live, Route

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Talk = Callable[[socket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], str]]:
    """Starts a server that holds one conversation on one connection; its URL."""
    threads = []

    def start(talk: Talk) -> str:
        listener = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            with listener, listener.accept()[0] as connection:
                connection.settimeout(10)
                talk(connection)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/x"

    yield start
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data and (piece := connection.recv(4096)):
        data += piece
    return data


def test_a_connection_is_used_again(serve: Callable[[Talk], str]) -> None:
    def talk(connection: socket.socket) -> None:
        for _ in range(2):
            request(connection)
            connection.sendall(OK)

    url = serve(talk)
    first = Live(Ask("GET", url), Route(url))
    first.until(lambda live: live.over, within=5)
    second = first.again(Ask("GET", url)).finish(within=5)
    assert [live.exchange("e").status for live in (first, second)] == [200, 200]
    assert second.exchange("e").problems == ()


def test_what_came_too_much_spoils_the_next_answer(serve: Callable[[Talk], str]) -> None:
    def talk(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(OK)
        request(connection)
        connection.sendall(OK)

    url = serve(talk)
    first = Live(Ask("HEAD", url), Route(url))
    first.until(lambda live: live.over, within=5)
    following = first.again(Ask("GET", url)).finish(within=5)
    assert following.exchange("e").problems


def test_a_connection_that_is_gone_cannot_be_used_again(serve: Callable[[Talk], str]) -> None:
    def talk(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(OK)

    url = serve(talk)
    first = Live(Ask("GET", url), Route(url)).finish(within=5)
    assert "closed the connection" in first.again(Ask("GET", url)).exchange("e").fault


def test_reading_goes_on_after_we_have_ended_sending(serve: Callable[[Talk], str]) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(request(connection))
        heard.append(connection.recv(10))  # the end of stream
        connection.sendall(OK)

    url = serve(talk)
    live = Live(Ask("GET", url), Route(url))
    live.end_sending()
    assert live.finish(within=5).exchange("e").status == 200
    assert heard[1] == b""


def test_drain_sees_what_follows_the_answer(serve: Callable[[Talk], str]) -> None:
    def talk(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(OK)
        connection.sendall(b"0\r\n\r\n")

    url = serve(talk)
    live = Live(Ask("GET", url), Route(url)).drain(within=5)
    assert any("bytes after the end" in problem for problem in live.exchange("e").problems)

"""How long an answer is waited for: over TLS 1.3 tickets come first, and they are no answer."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from fixtures.pki import Testbed
from harness.client.connection import Ask, Live, Route

LATE = 3.0


@pytest.fixture
def late(testbed: Testbed) -> Iterator[str]:
    """A server that sends two tickets at once and its answer three seconds later; its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    host = testbed.host()
    context.load_cert_chain(host.cert, host.key)
    context.num_tickets = 2
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with listener, listener.accept()[0] as plain:
            plain.settimeout(10)
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(4096)
                time.sleep(LATE)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                connection.recv(1)

    thread = threading.Thread(target=talk)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}/x"
    thread.join(10)
    assert not thread.is_alive()


def test_tickets_do_not_prolong_the_wait(testbed: Testbed, late: str) -> None:
    live = Live(Ask("GET", late), Route(late, testbed.ca))
    assert not live.until(lambda live: live.reader.head is not None, within=0.5)
    assert live.elapsed < LATE / 2
    assert live.finish(within=2 * LATE).exchange("e").status == 200

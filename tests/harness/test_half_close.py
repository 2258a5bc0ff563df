"""Our direction closed over TLS: what the server has said by then is not lost."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from fixtures.pki import Testbed
from harness.client.connection import Ask, Live, Route

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Quick:
    """Answers before the request is over, and waits for the end of it then."""

    context: ssl.SSLContext
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    answered: threading.Event = field(default_factory=threading.Event)
    after: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.listener.getsockname()[1]}/x"

    def talk(self) -> None:
        with self.listener, self.listener.accept()[0] as plain:
            plain.settimeout(10)
            with self.context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(4096)
                connection.sendall(OK[:-1])
                self.answered.set()
                self.after.append(connection.recv(10))  # empty: close_notify came
                connection.sendall(OK[-1:])


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def quick(testbed: Testbed, request: pytest.FixtureRequest) -> Iterator[Quick]:
    host = testbed.host()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = request.param
    context.load_cert_chain(host.cert, host.key)
    made = Quick(context)
    thread = threading.Thread(target=made.talk)
    thread.start()
    yield made
    thread.join(15)
    assert not thread.is_alive()


def test_an_answer_that_is_there_already_is_read(quick: Quick, testbed: Testbed) -> None:
    live = Live(Ask("GET", quick.url), Route(quick.url, testbed.capath))
    assert quick.answered.wait(10)
    assert live._socket is not None
    assert select.select([live._socket], [], [], 10)[0]
    live.end_sending()
    seen = live.finish(within=10).exchange("e")
    assert (seen.status, seen.body.content, seen.fault) == (200, b"ok", "")
    assert quick.after == [b""]

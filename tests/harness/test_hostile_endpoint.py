"""An endpoint that answers nonsense: the client makes an Exchange of it, soon and every time."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.client import Client
from harness.endpoints import Endpoint
from harness.identity import Identity
from harness.lint import Lint
from harness.model import Exchange
from harness.recorder import Recorder
from harness.redact import Redactor

SEED = 20261122
ROUNDS = 120
WOUNDS = (
    *(b"\x00", b"\xff", b"\xc3\xa9", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t"),
    *(b"\xed\xa0\x80", b"9" * 30, b"9" * 5000, b"A" * 70_000, b"<a>" * 500, b"[" * 3000),
    *b": ; , -1 0x5".split(),
)  # fmt: skip
ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDigest: adler32=0a0b0c0d\r\n\r\nhello",
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"macaroon": "abc"}',
    b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n31\r\nPerf Marker\n Timestamp: 1\n"
    b" Stripe Index: 0\nEnd\n\r\n11\r\nsuccess: Created\n\r\n0\r\n\r\n",
    b"HTTP/1.1 207 Multi-Status\r\nContent-Type: application/xml\r\n\r\n"
    b'<multistatus xmlns="DAV:"/>',
    b'HTTP/1.1 206 Partial\r\nContent-Type: multipart/byteranges; boundary="b"\r\n\r\n'
    b"--b\r\n\r\nx\r\n--b--",
    b'HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm="a", Basic\r\n\r\nx',
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nETag: x\r\n\r\n",
)
LOCATIONS = (
    *b"http://[x/ // https://127.0.0.1:99999/ http://127.0.0.1:x/ ::: http:///x ? #".split(),
    *b"ftp://127.0.0.1/ http://a..invalid/ http://user:x@127.0.0.1:1/ http://[::1%25lo]:1/".split(),
    *(b"", b"\xff\xfe", b"http://\xe9.invalid/", b"http://" + b"a" * 300 + b".invalid/"),
)


def answer(rng: random.Random) -> bytes:
    """One answer, hurt; where a redirect leads is never mutated, lest it leads to somebody."""
    if rng.random() < 0.15:
        return b"HTTP/1.1 307 Go\r\nLocation: " + rng.choice(LOCATIONS) + b"\r\n\r\n"
    data = rng.choice(ANSWERS)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data))
        data = (
            data[:at]
            + rng.choice((*WOUNDS, b"", rng.randbytes(8)))
            + data[at + rng.randint(0, 6) :]
        )
    return data


@dataclass
class Hostile:
    """The endpoint; it closes every connection after its answer."""

    listener: socket.socket
    rng: random.Random

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    while b"\r\n\r\n" not in connection.recv(65536):
                        pass
                    connection.sendall(answer(self.rng))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[tuple[Client, list[Exchange]]]:
    seen: list[Exchange] = []
    hostile = Hostile(socket.create_server(("127.0.0.1", 0)), random.Random(SEED))  # noqa: S311
    thread = threading.Thread(target=hostile.run)
    thread.start()
    url = f"http://127.0.0.1:{hostile.listener.getsockname()[1]}/"
    recorder = Recorder(tmp_path, Redactor(), watch=seen.append)
    made = Client(Endpoint("hostile", url=url), Identity(), recorder)
    yield made, seen
    made.close()
    hostile.listener.shutdown(socket.SHUT_RDWR)
    hostile.listener.close()
    thread.join(10)
    recorder.close()


ACTS: list[tuple[str, Callable[[Client], object]]] = [
    ("request", lambda client: client.request("GET", "/x")),
    ("follow", lambda client: client.propfind("/x")),
    ("apart", lambda client: client.apart(client.ask("GET", "/x"))),
    ("copy", lambda client: str(client.copy("/x", (("Source", "http://127.0.0.1:1/"),)))),
    ("token", lambda client: client.ask_token("/x", body=b"{}")),
]


@pytest.mark.parametrize(("name", "act"), ACTS, ids=[name for name, _ in ACTS])
def test_every_answer_becomes_an_exchange(
    client: tuple[Client, list[Exchange]], name: str, act: Callable[[Client], object]
) -> None:
    asking, seen = client
    lint = Lint()
    for number in range(ROUNDS):
        act(asking)
        assert len(seen) > number
    for exchange in seen:
        lint.look(exchange)
    assert any(exchange.fault or exchange.problems for exchange in seen)

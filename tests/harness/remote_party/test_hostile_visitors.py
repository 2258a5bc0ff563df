"""Visitors of the far side that speak nonsense: no thread dies of it, the next one is served."""

from __future__ import annotations

import contextlib
import random
import socket

from harness.remote_party import ListeningParty
from tests.harness.remote_party.conftest import asked, talk

SEED = 20261122
VISITS = 250
WOUNDS = (
    *(b"\x00", b"\xff", b"\xc3\xa9", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b""),
    *(b"9" * 30, b"9" * 5000, b"A" * 70_000, b"%", b"%ff", b"//", b"?", b"-1", b":", b"chunked"),
)  # fmt: skip
FIELDS = (
    b"Range: bytes=0-4\r\n",
    b"Want-Digest: adler32\r\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\nContent-Length: 5\r\n",
    b"If-None-Match: *\r\n",
)
BODY = b"5\r\nhello\r\n0\r\n\r\n"


def hurt(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data))
        data = data[:at] + rng.choice((*WOUNDS, rng.randbytes(8))) + data[at + rng.randint(0, 6) :]
    return data


def test_nonsense_ends_nothing_but_its_own_connection(party: ListeningParty) -> None:
    """pytest turns an exception in a thread of the far side into a failure."""
    rng = random.Random(SEED)  # noqa: S311
    far = party.source(size=1000)
    for _ in range(VISITS):
        path = far.url[far.url.index("/", 8) :].encode()
        line = rng.choice((b"GET ", b"HEAD ", b"PUT ", b"DELETE ", b"X ")) + path + b" HTTP/1.1\r\n"
        data = hurt(rng, line + b"Host: far\r\n" + rng.choice(FIELDS) + b"\r\n" + BODY)
        with talk(far) as conversation:
            with contextlib.suppress(OSError):  # it may have closed by then
                conversation.connection.sendall(data)
                conversation.connection.shutdown(socket.SHUT_WR)
            conversation.rest()
    head, body = asked(party.source(size=10), "GET")
    assert head[0].startswith("HTTP/1.1 200")
    assert len(body) == 10

"""The end of a connection over TLS: said aloud, also while the client is still sending.

A server that closes while bytes of the client lie unread makes the kernel send a reset, and the
client may lose the answer that it was given (RFC 9112 section 9.6).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.pki import Testbed
from reference_server.wire.tls import TlsSocket

SENT = bytes(range(256)) * 120


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[tuple[ssl.SSLSocket, TlsSocket]]:
    """A client and the server's side of one connection."""
    testbed = Testbed.create(tmp_path / "testbed")
    host = testbed.host()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(host.cert, host.key)
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    theirs.settimeout(5)
    trusting = ssl.create_default_context(cafile=str(testbed.ca))
    client = trusting.wrap_socket(ours, server_hostname="localhost", do_handshake_on_connect=False)
    server = TlsSocket(theirs, context)
    _shake_hands(client, server)
    yield client, server
    client.close()
    server.close()


def _shake_hands(client: ssl.SSLSocket, server: TlsSocket) -> None:
    client.setblocking(False)
    server.setblocking(False)
    done: set[object] = set()
    for _ in range(1000):
        for end in (client, server):
            if end not in done:
                try:
                    end.do_handshake()
                    done.add(end)
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
        if len(done) == 2:
            break
    client.settimeout(5)
    server.settimeout(5)


def test_what_is_unread_does_not_hide_the_end(ends: tuple[ssl.SSLSocket, TlsSocket]) -> None:
    client, server = ends
    client.sendall(SENT)
    assert server.recv(10) == SENT[:10]
    server.close_notify()
    assert client.recv(10) == b""  # not a stream that was cut


def test_what_the_client_still_sends_is_taken(ends: tuple[ssl.SSLSocket, TlsSocket]) -> None:
    client, server = ends
    client.sendall(SENT)
    assert server.recv(10) == SENT[:10]
    server.close_notify()
    server.settimeout(5)
    client.sendall(b"more")
    client.unwrap().shutdown(socket.SHUT_WR)
    taken = b""
    while piece := server.recv(1 << 16):
        taken += piece
    assert taken.endswith(b"more")

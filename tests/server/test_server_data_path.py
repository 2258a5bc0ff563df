"""The data path: connections that are shared, TLS in pieces, large files."""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl
import uuid
import zlib
from pathlib import Path

from reference_server.store import Record
from reference_server.store.disk import LARGE as LARGE_FILE
from reference_server.store.disk import DiskStore
from reference_server.wire.bodies import BLOCK
from tests.server.scripted_peer import Peer, Seen, reply
from tests.server.server_kit import Server
from tests.server.wire_client import Answer, Client

CONTENT = b"small"
ADLER = f"adler32={zlib.adler32(CONTENT):08x}"
LARGE = secrets.token_bytes(5 * BLOCK + 12345)


def pull(client: Client, peer: Peer, path: str = "") -> Answer:
    fields = {"Source": f"{peer.url}/data", "Credential": "none"}
    return client.ask("COPY", path or f"/{uuid.uuid4().hex}", fields)


class Doors:
    """Answers every GET and notes by which connection it came; `after` follows the answer."""

    def __init__(self, after: bytes = b"", ends: bool = False) -> None:
        self.after, self.ends = after, ends
        self.by: list[tuple[str, int]] = []

    def __call__(self, seen: Seen, sock: socket.socket) -> None:
        place = sock.getpeername()
        if self.ends and place in self.by:
            return sock.shutdown(socket.SHUT_RDWR)
        self.by.append(place)
        return sock.sendall(reply("200 OK", {"Digest": ADLER}, CONTENT) + self.after)


def test_pulls_of_one_requester_share_a_connection(server: Server) -> None:
    doors = Doors()
    with Peer(doors) as peer, server.client() as client:
        assert all(pull(client, peer).result == "success: Created" for _ in range(3))
        assert len(doors.by) == 3
        assert len({*doors.by}) == 1
        assert peer.gone.wait(5), "the connection is given up when nobody needs it"


def test_requesters_do_not_share_a_connection(server: Server) -> None:
    doors, shown = Doors(), server.ready["credentials"]
    cert = {"cert": shown["cert"], "key": shown["key"]}
    with Peer(doors) as peer, server.client() as one:
        assert pull(one, peer).result == "success: Created"
        with server.client(token=None, **cert) as other:
            assert pull(other, peer).result == "success: Created"
    assert len({*doors.by}) == 2


def test_a_shared_connection_that_ends_is_replaced(server: Server) -> None:
    """The far side closes it when the next request comes: nobody learns of that."""
    doors = Doors(ends=True)
    with Peer(doors) as peer, server.client() as client:
        assert all(pull(client, peer).result == "success: Created" for _ in range(2))
    assert len({*doors.by}) == 2


def test_what_follows_an_answer_is_no_answer_to_the_next_request(server: Server) -> None:
    doors, path = Doors(after=reply("200 OK", None, b"wrong")), f"/{uuid.uuid4().hex}"
    with Peer(doors) as peer, server.client() as client:
        assert pull(client, peer).result == "success: Created"
        assert pull(client, peer, path).result == "success: Created"
        assert client.ask("GET", path).body == CONTENT
    assert len({*doors.by}) == 2


def test_large_content_is_kept_and_delivered_as_it_is(pair: tuple[Server, Server]) -> None:
    """It fills many blocks."""
    server, other = pair
    path = f"/{uuid.uuid4().hex}"
    with server.client() as client, other.client() as away:
        assert client.ask("PUT", path, body=LARGE).status == 201
        assert client.ask("GET", path).body == LARGE
        asked = {"Source": f"{server.url}{path}", "Credential": "none"}
        asked["TransferHeaderAuthorization"] = f"Bearer {server.token}"
        assert away.ask("COPY", path, asked).result == "success: Created"
        assert away.ask("GET", path).body == LARGE


def test_a_client_that_says_goodbye_right_away_is_noticed(server: Server) -> None:
    """Its close_notify comes along with the request: no poll of the socket tells of it."""
    quiet = []

    def script(seen: Seen, sock: socket.socket) -> None:
        quiet.append(sock.recv(1))

    with Peer(script) as peer, server.client() as client:
        client.send("COPY", "/gone", {"Source": f"{peer.url}/data", "Credential": "none"})
        assert isinstance(client.sock, ssl.SSLSocket)
        client.sock.settimeout(0)
        with contextlib.suppress(ssl.SSLError):
            client.sock.unwrap()
        assert peer.gone.wait(3) or not peer.seen
    with server.client() as after:
        assert after.ask("HEAD", "/gone").status == 404


def test_what_is_replaced_by_another_stays_readable_until_it_is(tmp_path: Path) -> None:
    """A large file that is replaced is given back on the side: readers still have it."""
    store = DiskStore(tmp_path)
    for content in (b"a", b"b"):
        draft = store.draft()
        draft.write(content * LARGE_FILE)
        if content == b"b":
            reader = store.open("/file")
        draft.publish("/file", Record(), replace=True)
    view = memoryview(bytearray(1))
    reader.read_into(view, LARGE_FILE - 1)
    assert bytes(view) == b"a"
    reader.close()
    assert store.stat("/file") is not None

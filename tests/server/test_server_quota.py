"""507: what does not fit is refused or cut off, and what was there stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from tests.server.scripted_peer import Peer, serving
from tests.server.server_kit import Server
from tests.server.wire_client import Client

LIMIT = 100_000
BARE = {"Credential": "none"}
QUOTA = (
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop>'
    b"</D:propfind>"
)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(params=["disk", "memory:"])
def client(request: pytest.FixtureRequest, launch: Callable[..., Server], tmp_path: Path) -> Client:
    """A connection to a server with a quota."""
    store = str(tmp_path) if request.param == "disk" else request.param
    return launch("--store", store, "--quota", str(LIMIT)).client()


def quota(client: Client) -> tuple[int, int]:
    """Available and used bytes as PROPFIND tells them."""
    answer = client.ask("PROPFIND", "/", {"Depth": "0"}, QUOTA)
    found: Element = fromstring(answer.body)
    names = ("quota-available-bytes", "quota-used-bytes")
    available, used = (int(found.findtext(f".//{{DAV:}}{name}") or -1) for name in names)
    return available, used


def test_a_declared_length_is_refused_before_the_body(client: Client) -> None:
    with client:
        assert client.ask("PUT", "/old", body=b"o" * 60_000).status == 201
        client.send("PUT", "/old", {"Content-Length": "40001", "Expect": "100-continue"})
        assert client.head()[0] == 507


def test_what_fits_is_stored_and_counted(client: Client) -> None:
    with client:
        assert quota(client) == (LIMIT, 0)
        assert client.ask("PUT", "/a", body=b"a" * LIMIT).status == 201
        assert quota(client) == (0, LIMIT)
        assert client.ask("PUT", "/b", body=b"").status == 201
        assert client.ask("MOVE", "/a", {"Destination": "/b"}).status == 204
        assert client.ask("DELETE", "/b").status == 204
        assert client.ask("MKCOL", "/d").status == 201
        assert client.ask("PUT", "/d/a", body=b"a" * 40_000).status == 201
        assert client.ask("PUT", "/d/a", body=b"a" * 50_000).status == 204
        assert quota(client) == (50_000, 50_000)
        assert client.ask("DELETE", "/d").status == 204
        assert quota(client) == (LIMIT, 0)
        everything = client.ask("PROPFIND", "/", {"Depth": "0"})
        assert b"quota" not in everything.body  # RFC 4331 section 3


def test_a_chunked_upload_is_cut_off_at_the_limit(client: Client) -> None:
    old = os.urandom(60_000)
    with client:
        client.ask("PUT", "/old", body=old)
        client.send("PUT", "/old", {"Transfer-Encoding": "chunked"})
        for _ in range(3):
            client.sock.sendall(b"4e20\r\n" + b"n" * 20_000 + b"\r\n")
        answer = client.answer()
    assert answer.status == 507
    assert answer.headers["connection"] == "close"


def test_the_old_file_stays_and_room_comes_back(launch: Callable[..., Server]) -> None:
    server, old = launch("--quota", str(LIMIT)), os.urandom(60_000)
    with server.client() as client:
        client.ask("PUT", "/old", body=old)
        client.send("PUT", "/old", {"Transfer-Encoding": "chunked"})
        client.sock.sendall(b"c350\r\n" + b"n" * 50_000 + b"\r\n0\r\n\r\n")
        assert client.answer().status == 507
    with server.client() as client:
        assert client.ask("GET", "/old").body == old
        assert quota(client) == (40_000, 60_000)


@pytest.mark.parametrize("framed", [True, False])
def test_a_pull_that_does_not_fit_fails_by_its_result_line(
    launch: Callable[..., Server], framed: bool
) -> None:
    content = b"n" * (LIMIT + 1)
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)
    script = serving(content) if framed else lambda _, sock: sock.sendall(CHUNKED + chunk)
    server = launch("--quota", str(LIMIT))
    with Peer(script) as peer, server.client() as client:
        client.ask("PUT", "/old", body=b"old")
        answer = client.ask("COPY", "/old", {"Source": f"{peer.url}/data", **BARE})
        assert answer.status == 202
        assert answer.result.startswith("failure: quota exhausted")
        assert client.ask("GET", "/old").body == b"old"
        assert quota(client) == (LIMIT - 3, 3)


def test_a_local_copy_that_does_not_fit_takes_nothing_away(launch: Callable[..., Server]) -> None:
    server = launch("--quota", str(LIMIT))
    with server.client() as client:
        for path in ("/d", "/e"):
            client.ask("MKCOL", path)
        client.ask("PUT", "/d/big", body=b"b" * 60_000)
        client.ask("PUT", "/e/old", body=b"old")
        for path, target in (("/d", "/e"), ("/d/big", "/e/old"), ("/d/big", "/new")):
            answer = client.ask("COPY", path, {"Destination": server.url + target})
            assert answer.status == 507
        assert client.ask("GET", "/e/old").body == b"old"


def test_a_quota_counts_what_was_there_before(
    launch: Callable[..., Server], tmp_path: Path
) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/found").write_bytes(b"f" * 99_999)
    server = launch("--store", str(tmp_path), "--quota", str(LIMIT))
    with server.client() as client:
        assert quota(client) == (1, 99_999)
        assert client.ask("PUT", "/x", body=b"xx").status == 507

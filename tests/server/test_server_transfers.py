"""Pull and push against a scripted far side."""

from __future__ import annotations

import socket
import threading
import time
import uuid
import zlib
from collections.abc import Callable

import pytest

from tests.server.scripted_peer import Peer, Script, Seen, answering, reply, serving
from tests.server.server_kit import Server
from tests.server.wire_client import Answer

CONTENT = b"0123456789" * 5000
ADLER = f"{zlib.adler32(CONTENT):08x}"
BARE = {"Credential": "none"}


def fresh() -> str:
    return f"/{uuid.uuid4().hex}"


def pull(server: Server, peer: Peer, headers: dict[str, str] | None = None) -> Answer:
    """Pull /data of the peer to a fresh path."""
    with server.client() as client:
        fields = {"Source": f"{peer.url}/data", **BARE, **(headers or {})}
        return client.ask("COPY", fresh(), fields)


def push(server: Server, peer: Peer, headers: dict[str, str] | None = None) -> Answer:
    """Push CONTENT to /data of the peer."""
    with server.client() as client:
        path = fresh()
        assert client.ask("PUT", path, body=CONTENT).status == 201
        fields = {"Destination": f"{peer.url}/data", **BARE, **(headers or {})}
        return client.ask("COPY", path, fields)


REQUIRED = {"RequireChecksumVerification": "true"}
OPTIONAL = {"RequireChecksumVerification": "false"}


@pytest.mark.parametrize(
    ("digest", "headers", "good"),
    [
        (f"adler32={ADLER}", REQUIRED, True),
        (f"adler32={ADLER.lstrip('0').upper()}", REQUIRED, True),
        ("adler32=deadbeef", REQUIRED, False),
        ("adler32=deadbeef", OPTIONAL, False),
        ("unixcksum=1234", REQUIRED, False),
        ("unixcksum=1234", OPTIONAL, True),
        (None, REQUIRED, False),
        (None, OPTIONAL, True),
        (None, {}, True),
    ],
)
@pytest.mark.parametrize("act", [pull, push])
def test_verification(
    server: Server,
    act: Callable[..., Answer],
    digest: str | None,
    headers: dict[str, str],
    good: bool,
) -> None:
    with Peer(serving(CONTENT, {"Digest": digest} if digest else None)) as peer:
        answer = act(server, peer, headers)
    assert answer.status == 202
    assert answer.result.startswith("success: Created" if good else "failure: "), answer.text


def test_a_pull_asks_for_the_digest_in_the_get(server: Server) -> None:
    with Peer(serving(CONTENT, {"Digest": f"adler32={ADLER}"})) as peer:
        pull(server, peer)
    assert peer.methods() == ["GET"]
    assert "adler32" in (peer.seen[0].get("want-digest") or "")
    assert peer.seen[0].get("want-repr-digest")


def test_a_push_is_looked_at_and_removed_when_it_is_wrong(server: Server) -> None:
    with Peer(serving(CONTENT[:-1])) as peer:
        answer = push(server, peer)
    assert peer.methods() == ["PUT", "HEAD", "DELETE"]
    assert answer.result.startswith("failure: size mismatch")


@pytest.mark.parametrize("status", ["401 Unauthorized", "404 Not Found", "500 Oops", "503 Busy"])
def test_a_refused_get_fails_and_leaves_nothing(server: Server, status: str) -> None:
    with (
        Peer(answering(status, b"<html>\nsuccess: no\n</html>")) as peer,
        server.client() as client,
    ):
        path = fresh()
        fields = {"Source": f"{peer.url}/data", **BARE}
        answer = client.ask("COPY", path, fields)
        assert answer.result == f"failure: rejected GET: {status}"
        assert client.ask("GET", path).status == 404


@pytest.mark.parametrize("status", ["403 Forbidden", "507 Insufficient Storage"])
def test_a_refused_put_fails(server: Server, status: str) -> None:
    with Peer(answering(status)) as peer:
        assert push(server, peer).result == f"failure: rejected PUT: {status}"


def test_a_put_refused_before_its_body_sends_none(server: Server) -> None:
    with Peer(answering("403 Forbidden"), reads_body=False) as peer:
        assert push(server, peer).result == "failure: rejected PUT: 403 Forbidden"
    assert peer.methods() == ["PUT"]


def redirecting(status: str, location: Callable[[], str]) -> Script:
    def script(seen: Seen, sock: socket.socket) -> None:
        sock.sendall(reply(status, {"Location": location()}))

    return script


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("act", [pull, push])
def test_redirects_are_followed(server: Server, act: Callable[..., Answer], status: int) -> None:
    headers = {"TransferHeaderAuthorization": "Bearer x.y", "TransferHeaderX-Test": "a=b; c"}
    with (
        Peer(serving(CONTENT)) as last,
        Peer(redirecting(f"{status} Go", lambda: f"{last.url}/there")) as first,
    ):
        assert act(server, first, headers).result == "success: Created"
        assert {seen.target for seen in last.seen} == {"/there"} | (
            {"/data"} if act is push and last.methods()[-1] == "HEAD" else set()
        ) or last.seen[0].target == "/there"
        assert first.seen[0].get("authorization") == "Bearer x.y"
        assert all(seen.get("authorization") is None for seen in last.seen)
        assert all(seen.get("x-test") == "a=b; c" for seen in last.seen)


@pytest.mark.parametrize("location", ["/data", "file:///etc/hostname", "ftp://127.0.0.1/x"])
def test_bad_redirects_end_in_failure(server: Server, location: str) -> None:
    with Peer(redirecting("302 Go", lambda: location)) as peer:
        assert pull(server, peer).result.startswith("failure: ")
    assert len(peer.seen) <= 6


def test_transfer_headers_reach_every_request(server: Server) -> None:
    headers = {
        "tRaNsFeRhEaDeRAuthorization": "Basic cGF1bDpwYXNzd29yZA==",
        "TransferHeaderClientContext": "foo",
    }
    with Peer(serving(CONTENT)) as peer:
        push(server, peer, headers)
    for seen in peer.seen:
        assert seen.all("authorization") == ["Basic cGF1bDpwYXNzd29yZA=="]
        assert seen.all("clientcontext") == ["foo"]
        assert not [name for name, _ in seen.headers if name.lower().startswith("transferheader")]
        assert seen.get("credential") is None


def test_own_token_stays_here(server: Server) -> None:
    with Peer(serving(CONTENT)) as peer:
        pull(server, peer)
    assert all(server.token not in value for seen in peer.seen for _, value in seen.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"TransferHeaderContent-Length": "0"},
        {"TransferHeaderHost": "evil.invalid"},
        {"TransferHeaderTransfer-Encoding": "chunked"},
        {"TransferHeader": "x"},
        {"Overwrite": "X"},
        {"RequireChecksumVerification": "maybe"},
        {"X-Number-Of-Streams": "many"},
        {"Credential": "gridsite"},
        {"Credential": "oidc"},
        {"Credential": "kerberos-x"},
        {"Destination": "https://localhost:1/x"},
    ],
)
def test_bad_requests_are_refused_before_anything_moves(
    server: Server, headers: dict[str, str]
) -> None:
    with Peer(serving(CONTENT)) as peer:
        assert pull(server, peer, headers).status == 400
    assert peer.seen == []


@pytest.mark.parametrize(
    "source", ["not a url", "https://", "https://host:notaport/x", "file:///x", "foo://h/x"]
)
def test_bad_sources_are_refused(server: Server, source: str) -> None:
    with server.client() as client:
        assert client.ask("COPY", fresh(), {"Source": source, **BARE}).status == 400


@pytest.mark.parametrize("source", ["https://nosuch.invalid/x", "https://localhost:1/x"])
def test_unreachable_sources_fail(server: Server, source: str) -> None:
    with server.client() as client:
        answer = client.ask("COPY", fresh(), {"Source": source, **BARE})
    assert answer.result.startswith("failure: cannot ")


def test_path_and_query_are_passed_on_as_given(server: Server) -> None:
    with Peer(serving(CONTENT)) as peer, server.client() as client:
        fields = {"Source": f"{peer.url}/a%20b/%C3%A4+c?x=1&y=%2F", **BARE}
        assert client.ask("COPY", fresh(), fields).result == "success: Created"
    assert peer.seen[0].target == "/a%20b/%C3%A4+c?x=1&y=%2F"
    assert peer.seen[0].get("host") == f"127.0.0.1:{peer.port}"


def short(seen: Seen, sock: socket.socket) -> None:
    sock.sendall(reply("200 OK", {"Content-Length": "100000"}, CONTENT))
    sock.shutdown(socket.SHUT_RDWR)


def test_a_short_body_fails(server: Server) -> None:
    with Peer(short) as peer:
        assert "Content-Length" in pull(server, peer).result


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 3_000_000])
def test_sizes(server: Server, size: int) -> None:
    content = bytes(size)
    with Peer(serving(content)) as peer, server.client() as client:
        path = fresh()
        answer = client.ask("COPY", path, {"Source": f"{peer.url}/data", **BARE})
        assert answer.result == "success: Created"
        assert client.ask("GET", path).body == content
        fields = {"Destination": f"{peer.url}/up", **BARE}
        assert client.ask("COPY", path, fields).result == "success: Created"
    uploaded = next(seen for seen in peer.seen if seen.method == "PUT")
    assert uploaded.body == content


def test_push_with_overwrite_f_looks_first(server: Server) -> None:
    with Peer(serving(CONTENT)) as peer:
        answer = push(server, peer, {"Overwrite": "F"})
    assert peer.methods() == ["HEAD"]
    assert answer.result.startswith("failure: ")


class Slow:
    """Sends the head and half of the content, then waits to be released."""

    def __init__(self, *, silent: bool = False) -> None:
        self.release = threading.Event()
        self.silent = silent

    def __call__(self, seen: Seen, sock: socket.socket) -> None:
        half = len(CONTENT) // 2
        if not self.silent:
            sock.sendall(reply("200 OK", {"Content-Length": str(len(CONTENT))}, CONTENT[:half]))
        while not self.release.wait(0.05):
            sock.setblocking(False)
            try:
                if not sock.recv(1, socket.MSG_PEEK):
                    return sock.close()
            except BlockingIOError:
                continue
            finally:
                sock.setblocking(True)
        return sock.sendall(CONTENT[half:])


def test_markers_keep_coming_while_the_far_side_stalls(server: Server) -> None:
    slow = Slow()
    with Peer(slow) as peer, server.client() as client:
        client.send("COPY", fresh(), {"Source": f"{peer.url}/data", **BARE})
        status, _ = client.head()
        started = time.monotonic()
        chunks = [client.chunk() for _ in range(4)]
        assert status == 202
        assert 0.4 < time.monotonic() - started < 2
        slow.release.set()
        while chunk := client.chunk():
            chunks.append(chunk)
    assert b"Stripe Bytes Transferred: 25000\n" in chunks[3]
    assert f"RemoteConnections: tcp:127.0.0.1:{peer.port}\n".encode() in chunks[3]
    assert chunks[-1] == b"success: Created\n"


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_client_that_leaves_cancels(server: Server, silent: bool, how: str) -> None:
    slow, path = Slow(silent=silent), fresh()
    with Peer(slow) as peer:
        client = server.client()
        client.send("COPY", path, {"Source": f"{peer.url}/data", **BARE})
        client.head()
        client.chunk()
        while not peer.seen:
            client.chunk()
        if how == "reset":
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sock.close()
        assert peer.gone.wait(3)
        with server.client() as other:
            assert other.ask("HEAD", path).status == 404
    with Peer(serving(CONTENT)) as peer, server.client() as other:
        fields = {"Source": f"{peer.url}/data", **BARE}
        assert other.ask("COPY", path, fields).result == "success: Created"


def test_http10_gets_no_chunks(server: Server) -> None:
    with Peer(serving(CONTENT)) as peer, server.client() as client:
        head = (
            f"COPY {fresh()} HTTP/1.0\r\nSource: {peer.url}/data\r\nCredential: none\r\n"
            f"Authorization: Bearer {server.token}\r\n\r\n"
        )
        client.sock.sendall(head.encode())
        answer = client.answer()
    assert "transfer-encoding" not in answer.headers
    assert answer.text.startswith("Perf Marker\n")
    assert answer.result == "success: Created"


def test_ipv6_far_side_in_brackets(server: Server) -> None:
    slow = Slow()
    with Peer(slow, socket.AF_INET6) as peer, server.client() as client:
        client.send("COPY", fresh(), {"Source": f"{peer.url}/data", **BARE})
        client.head()
        chunks = [client.chunk() for _ in range(2)]
        slow.release.set()
    assert f"RemoteConnections: tcp:[::1]:{peer.port}\n".encode() in chunks[1]


def test_self_copy_is_refused_under_every_name(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.ask("PUT", path, body=CONTENT)
        for host in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]"):
            for spelt in (path, f"/{path}", "/%" + f"{ord(path[1]):02x}{path[2:]}"):
                for field in ("Source", "Destination"):
                    url = f"https://{host}:{server.port}{spelt}"
                    assert client.ask("COPY", path, {field: url, **BARE}).status == 403
        assert client.ask("GET", path).body == CONTENT

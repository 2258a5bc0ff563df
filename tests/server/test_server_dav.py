"""WebDAV and HTTP of the passive server, and the command line."""

from __future__ import annotations

import json
import os
import uuid
import zlib
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import pytest

from tests.server.server_kit import Server
from tests.server.wire_client import Client


def fresh() -> str:
    return f"/{uuid.uuid4().hex}"


def raw(server: Server, request: bytes) -> int:
    """Status of a request sent byte for byte."""
    with server.client() as client:
        client.sock.sendall(request.replace(b"TOKEN", server.token.encode()))
        return client.answer().status


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", 400),
        (b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400),
        (
            b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100000 + b"\r\n\r\n", 431),
        (b"GET /%2e%2e%2fetc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /.httptpc/incoming HTTP/1.1\r\nHost: a\r\n\r\n", 403),
        (b"FOOBAR / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n", 501),
        (b"GET https://a/nosuch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\n\r\n", 404),
    ],
)
def test_heads(server: Server, request_: bytes, status: int) -> None:
    assert raw(server, request_) == status


def test_names_survive(server: Server) -> None:
    base = fresh()
    with server.client() as client:
        client.ask("MKCOL", base)
        for number, name in enumerate(("a%20b", "a%2525b", "%C3%A4", "a+b", "a;b", "a%23b")):
            content = str(number).encode()
            assert client.ask("PUT", f"{base}/{name}", body=content).status == 201
        listing = client.ask("PROPFIND", base, {"Depth": "1"}).text
        hrefs = [part.partition("</D:href>")[0] for part in listing.split("<D:href>")[2:]]
        assert sorted(client.ask("GET", href).body for href in hrefs) == [
            str(number).encode() for number in range(6)
        ]
        page = client.ask("GET", base).text
        assert all(f'href="{href}"' in page for href in hrefs)


def test_chunked_upload_and_pipelined_request(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.send("PUT", path, {"Transfer-Encoding": "chunked"})
        client.sock.sendall(b"5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n")
        client.send("GET", path)
        assert client.answer().status == 201
        assert client.answer().body == b"hello!"


def test_expect_is_answered_before_the_body(server: Server) -> None:
    with server.client() as client:
        client.send("PUT", fresh(), {"Content-Length": "5", "Expect": "100-continue"})
        assert client.head()[0] == 100
        client.sock.sendall(b"hello")
        assert client.answer().status == 201
    with server.client(token=server.second_token) as client:
        client.send("PUT", fresh(), {"Content-Length": "5", "Expect": "100-continue"})
        assert client.head()[0] == 403


def test_truncated_upload_is_nothing(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.send("PUT", path, {"Content-Length": "100"})
        client.sock.sendall(b"x" * 50)
    with server.client() as client:
        assert client.ask("GET", path).status == 404


def test_checksums(server: Server) -> None:
    path, content = fresh(), os.urandom(100_000)
    right = b64encode(md5(content, usedforsecurity=False).digest()).decode()
    with server.client() as client:
        for bad in (b64encode(bytes(16)).decode(), "abc", md5(content).hexdigest()):  # noqa: S324
            assert client.ask("PUT", path, {"Content-MD5": bad}, content).status == 400
            assert client.ask("GET", path).status == 404
        assert client.ask("PUT", path, {"Digest": "adler32=1"}, content).status == 400
        wishes = {"Content-MD5": right, "Want-Digest": "MD5, adler32;q=0.5"}
        answer = client.ask("PUT", path, wishes, content)
        adler = f"{zlib.adler32(content):08x}"
        assert answer.headers["digest"] == f"md5={right},adler32={adler}"
        for method in ("GET", "HEAD"):
            answer = client.ask(method, path, {"Want-Digest": "adler32;q=0,md5"})
            assert answer.headers["digest"] == f"md5={right}"
        answer = client.ask("GET", path, {"Range": "bytes=0-9", "Want-Digest": "adler32"})
        assert (answer.status, answer.headers["digest"]) == (206, f"adler32={adler}")
        assert "digest" not in client.ask("GET", path, {"Want-Digest": "unknown"}).headers
        answer = client.ask("HEAD", path, {"Want-Repr-Digest": "sha-256=1"})
        assert answer.headers["repr-digest"].startswith("sha-256=:")


def test_conditions(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        tag = client.ask("PUT", path, body=b"one").headers["etag"]
        assert client.ask("GET", path, {"If-None-Match": tag}).status == 304
        assert client.ask("PUT", path, {"If-None-Match": "*"}, b"two").status == 412
        assert client.ask("PUT", path, {"If-Match": '"no"'}, b"two").status == 412
        assert client.ask("PUT", path, {"If-Match": tag}, b"two").status == 204
        assert client.ask("HEAD", path).headers["etag"] != tag
        assert client.ask("PUT", path, {"Content-Range": "bytes 0-2/3"}, b"two").status == 400


def test_ranges(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.ask("PUT", path, body=b"0123456789")
        for text, expected in (("0-0", b"0"), ("5-9", b"56789"), ("-3", b"789"), ("8-", b"89")):
            answer = client.ask("GET", path, {"Range": f"bytes={text}"})
            assert (answer.status, answer.body) == (206, expected)
        assert client.ask("GET", path, {"Range": "bytes=10-"}).status == 416
        assert client.ask("GET", path, {"Range": "lines=1-2"}).body == b"0123456789"
        answer = client.ask("GET", path, {"Range": "bytes=0-1,4-5"})
        assert b"Content-Range: bytes 4-5/10\r\n\r\n45\r\n--" in answer.body


def test_local_copy_and_move(server: Server) -> None:
    base = fresh()
    with server.client() as client:
        for path in (base, f"{base}/d"):
            client.ask("MKCOL", path)
        client.ask("PUT", f"{base}/d/f", body=b"f")
        there = {"Destination": f"{server.url}{base}/e"}
        assert client.ask("COPY", f"{base}/d", there).status == 201
        assert client.ask("COPY", f"{base}/d", there).status == 204
        assert client.ask("COPY", f"{base}/d", {**there, "Overwrite": "F"}).status == 412
        assert client.ask("GET", f"{base}/e/f").body == b"f"
        assert client.ask("MOVE", f"{base}/e", {"Destination": f"{base}/g"}).status == 201
        assert client.ask("GET", f"{base}/e/f").status == 404
        assert client.ask("GET", f"{base}/g/f").body == b"f"
        assert client.ask("MKCOL", f"{base}/none/x").status == 409
        assert client.ask("MKCOL", f"{base}/d").status == 405


def test_propfind_body_must_be_xml_without_entities(server: Server) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    with server.client() as client:
        for body in (b"<a>", entity + b'<propfind xmlns="DAV:"><prop><a>&e;</a></prop></propfind>'):
            assert client.ask("PROPFIND", "/", {"Depth": "0"}, body).status == 400


def test_data_node(launch: Callable[..., Server]) -> None:
    head = launch("--data-node")
    with head.client() as client:
        client.send("PUT", "/a%20b", {"Content-Length": "3", "Expect": "100-continue"})
        status, headers = client.head()
        assert status == 307
        assert "/a%20b?ticket=" in headers["location"]
        client.sock.sendall(b"one")
        assert client.answer().status == 201
        location = client.ask("GET", "/a%20b").headers["location"]
    place = "/" + location.split("/", 3)[3]
    port = int(location.split("/")[2].rpartition(":")[2])
    for method, expected in (("GET", 200), ("GET", 200), ("PUT", 401)):
        with Client(port, ca=head.ready["ca"]) as client:
            assert client.ask(method, place).status == expected


@pytest.mark.parametrize("wrong", [(), ("--deviation", "body-after-redirect-is-a-request")])
def test_upload_that_came_along_is_not_redirected(
    launch: Callable[..., Server], wrong: tuple[str, ...]
) -> None:
    """Whether the body is seen with the head is a matter of timing: neither server errs then."""
    head = launch("--data-node", *wrong)
    path = fresh()
    lines = f"PUT {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {head.token}\r\n"
    fields = "Content-Length: 3\r\nExpect: 100-continue\r\n\r\none"
    with head.client() as client:
        client.sock.sendall((lines + fields).encode())
        assert client.answer().status == 201
        assert client.ask("HEAD", path).headers["content-length"] == "3"


def test_plain_door_takes_no_secrets(launch: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text(json.dumps({"paul": "secret"}))
    started = launch("--plain-port", "0", "--basic", str(tmp_path / "users.json"))
    port = int(str(started.ready["plain_url"]).rsplit(":", 1)[1])
    basic = {"Authorization": "Basic " + b64encode(b"paul:secret").decode()}
    with started.client(token=None) as client:
        assert client.ask("HEAD", "/", basic).status == 200
        wrong = {"Authorization": "Basic " + b64encode(b"paul:x").decode()}
        assert client.ask("HEAD", "/", wrong).status == 401
    with Client(port) as client:
        assert client.ask("HEAD", "/", basic).status == 401
        assert client.ask("HEAD", "/", {"Authorization": f"Bearer {started.token}"}).status == 401


def test_grants(launch: Callable[..., Server], tmp_path: Path) -> None:
    subject = "/DC=org/DC=httptpc/CN=Reference User"
    (tmp_path / "grants.json").write_text(json.dumps({subject: ["LIST"]}))
    started = launch("--grants", str(tmp_path / "grants.json"))
    proxy = started.ready["credentials"]["proxy"]
    with started.client(token=None, cert=proxy) as client:
        assert client.ask("GET", "/").status == 200
        assert client.ask("PUT", "/x", body=b"x").status == 403


@pytest.mark.parametrize("store", ["memory:", "disk"])
def test_store_shows_nothing_of_its_own(
    launch: Callable[..., Server], tmp_path: Path, store: str
) -> None:
    started = launch("--store", str(tmp_path) if store == "disk" else store)
    with started.client() as client:
        assert client.ask("PUT", "/f", body=b"x").status == 201
        assert client.ask("PUT", "/f", body=b"xy").status == 204
        assert ">f<" in client.ask("GET", "/").text
        assert "httptpc" not in client.ask("PROPFIND", "/", {"Depth": "1"}).text
    assert store == "memory:" or (tmp_path / "f").read_bytes() == b"xy"

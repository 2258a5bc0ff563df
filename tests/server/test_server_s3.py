"""The reference server in front of real S3 servers: what clients and the bucket see."""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.s3_kit import Backend, gateway, moto, rclone, staged
from tests.server.scripted_peer import Peer, serving
from tests.server.server_kit import Server
from tests.server.wire_client import Client

CONTENT = bytes(range(256)) * 700
ADLER = f"{zlib.adler32(CONTENT):08x}"
MIB = 1 << 20


@pytest.fixture(scope="module", params=["moto", "rclone"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    made = moto if request.param == "moto" else rclone
    with made(tmp_path_factory.mktemp(request.param)) as found:
        found.put("vo/there/first", b"1")
        yield found


@pytest.fixture(scope="module")
def server(backend: Backend) -> Iterator[Server]:
    with gateway(backend) as started:
        yield started


@pytest.fixture
def name() -> str:
    return f"there/{secrets.token_hex(6)}"


def test_upload_becomes_one_object_with_its_checksum(server, backend, name):
    with server.client() as client:
        assert client.ask("PUT", f"/{name}", body=CONTENT).status == 201
        assert backend.get(f"vo/{name}") == CONTENT
        assert backend.metadata(f"vo/{name}")["adler32"] == ADLER
        assert client.ask("GET", f"/{name}").body == CONTENT
        assert client.ask("PUT", f"/{name}", body=b"new").status == 204
        assert backend.get(f"vo/{name}") == b"new"


RANGES = {"0-0": CONTENT[:1], "5-100000": CONTENT[5:100_001], "-7": CONTENT[-7:]}


@pytest.mark.parametrize("asked", RANGES)
def test_ranges_of_objects_that_others_put_there(server, backend, name, asked):
    backend.put(f"vo/{name}", CONTENT)
    with server.client() as client:
        answer = client.ask("GET", f"/{name}", {"Range": f"bytes={asked}"})
    assert (answer.status, answer.body) == (206, RANGES[asked])


def test_checksum_of_a_foreign_object_is_kept_once_it_is_known(server, backend, name):
    backend.put(f"vo/{name}", CONTENT, ContentType="text/plain", Metadata={"colour": "red"})
    with server.client() as client:
        for _ in range(3):
            answer = client.ask("HEAD", f"/{name}", {"Want-Digest": "adler32"})
            assert answer.headers["digest"] == f"adler32={ADLER}"
        assert client.ask("GET", f"/{name}", {"Want-Digest": "adler32"}).body == CONTENT
    reads = [size for method, _, size in backend.door.asked(f"vo/{name}") if method == "GET"]
    assert reads == [len(CONTENT)] * 2  # once for the checksum, once for the GET
    assert backend.metadata(f"vo/{name}")["adler32"] == ADLER


def test_checksum_of_an_upload_is_never_read_again(server, backend, name):
    with server.client() as client:
        client.ask("PUT", f"/{name}", {"Want-Digest": "md5,adler32"}, CONTENT)
        answer = client.ask("HEAD", f"/{name}", {"Want-Digest": "adler32"})
    assert answer.headers["digest"] == f"adler32={ADLER}"
    assert [m for m, _, _ in backend.door.asked(f"vo/{name}") if m == "GET"] == []


def test_checksum_follows_an_object_that_others_replace(server, backend, name):
    with server.client() as client:
        client.ask("PUT", f"/{name}", body=CONTENT)
        backend.put(f"vo/{name}", CONTENT[::-1])
        answer = client.ask("HEAD", f"/{name}", {"Want-Digest": "adler32"})
    assert answer.headers["digest"] == f"adler32={zlib.adler32(CONTENT[::-1]):08x}"


def test_delete_removes_the_object(server, backend, name):
    backend.put(f"vo/{name}", CONTENT)
    with server.client() as client:
        assert client.ask("DELETE", f"/{name}").status == 204
        assert client.ask("HEAD", f"/{name}").status == 404
    assert backend.get(f"vo/{name}") is None


def test_prefixes_are_collections_and_keys_their_members(server, backend):
    root = f"tree-{secrets.token_hex(4)}"
    for key in ("a/b/1", "a/b/2", "a/c"):
        backend.put(f"vo/{root}/{key}", key.encode())
    with server.client() as client:
        text = client.ask("PROPFIND", f"/{root}/a", {"Depth": "1"}).text
        assert re.findall(r"<D:href>([^<]*)", text) == [
            f"/{root}/a/",
            f"/{root}/a/b/",
            f"/{root}/a/c",
        ]
        assert text.count("<D:collection/>") == 2
        assert client.ask("GET", f"/{root}/a/b/2").body == b"a/b/2"
        assert client.ask("PUT", f"/{root}/a", body=b"x").status == 405
        assert client.ask("PUT", f"/{root}/none/x", body=b"x").status == 409
        assert client.ask("DELETE", f"/{root}/a").status == 204
    assert backend.keys(f"vo/{root}/") == []


def test_move_is_refused_and_changes_nothing(server, backend, name):
    backend.put(f"vo/{name}", CONTENT)
    with server.client() as client:
        answer = client.ask("MOVE", f"/{name}", {"Destination": f"/{name}-new"})
        assert answer.status == 405
        assert "MOVE" not in answer.headers["allow"].split(", ")
    assert backend.get(f"vo/{name}") == CONTENT
    assert backend.get(f"vo/{name}-new") is None


def test_pull_and_push(server, backend, name):
    digest = {"Digest": f"adler32={ADLER}"}
    with Peer(serving(CONTENT, digest)) as peer, server.client() as client:
        fields = {"Source": f"{peer.url}/data", "Credential": "none"}
        assert client.ask("COPY", f"/{name}", fields).result.startswith("success")
    assert backend.get(f"vo/{name}") == CONTENT
    with Peer(serving(CONTENT, digest)) as peer, server.client() as client:
        fields = {"Destination": f"{peer.url}/data", "Credential": "none"}
        assert client.ask("COPY", f"/{name}", fields).result.startswith("success")
        assert [seen.body for seen in peer.seen if seen.method == "PUT"] == [CONTENT]


def test_large_upload_goes_in_parts_and_leaves_none_behind(server, backend, name):
    content = secrets.token_bytes(MIB) * 70 + b"end"
    with server.client() as client:
        assert client.ask("PUT", f"/{name}", body=content).status == 201
        assert backend.get(f"vo/{name}") == content
        answer = client.ask("HEAD", f"/{name}", {"Want-Digest": "adler32"})
    assert answer.headers["digest"] == f"adler32={zlib.adler32(content):08x}"
    parts = [m for m, status, _ in backend.door.asked(f"vo/{name}") if m == "PUT"]
    assert len(parts) == 5
    assert backend.metadata(f"vo/{name}")["adler32"] == f"{zlib.adler32(content):08x}"


def test_two_hundred_megabytes_go_through_in_bounded_memory(backend, name, tmp_path: Path):
    """Neither an upload nor a download may hold the object (70 MB are Python and botocore)."""
    block = secrets.token_bytes(MIB)
    with gateway(backend, "--staging", str(tmp_path)) as server, server.client() as client:
        before = _peak(server.ready["pid"])
        client.send("PUT", f"/{name}", {"Content-Length": str(200 * MIB)})
        for _ in range(200):
            client.sock.sendall(block)
        assert client.answer().status == 201
        client.send("GET", f"/{name}")
        client.head()
        assert _taken(client, 200 * MIB) == zlib.crc32(block * 200)
        grown = _peak(server.ready["pid"]) - before
    backend.client.delete_object(Bucket="bucket-one", Key=f"vo/{name}")
    assert grown < 64 * MIB
    assert staged(tmp_path) == []  # nothing stays in the staging area


def _taken(client: Client, size: int) -> int:
    """CRC of so many bytes, none of which are kept."""
    found, size = zlib.crc32(client.held), size - len(client.held)
    while size:
        data = client.sock.recv(MIB)
        assert data, f"the connection ended {size} bytes early"
        found, size = zlib.crc32(data, found), size - len(data)
    return found


def _peak(pid: int) -> int:
    """The largest resident size so far, bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024

"""The reference server in front of an S3 server that fails, and what it keeps to itself."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.s3_kit import BUCKET, Backend, gateway, moto, staged
from tests.server.scripted_peer import Peer, serving
from tests.server.server_kit import ROOT, Server
from tests.server.wire_client import Answer

CONTENT = b"0123456789" * 50_000
LARGE = 70 << 20
WITHIN = 10.0


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with moto(tmp_path_factory.mktemp("moto")) as found:
        yield found


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("staging")


@pytest.fixture(scope="module")
def server(backend: Backend, staging: Path) -> Iterator[Server]:
    with gateway(backend, "--staging", str(staging)) as started:
        yield started


def named(fault: str) -> str:
    return f"{secrets.token_hex(4)}-fault-{fault}"


def secret_words(backend: Backend) -> list[str]:
    """Both halves of the key pair."""
    lines = backend.pair.file.read_text(encoding="utf-8").splitlines()[1:]
    return [line.partition(" = ")[2] for line in lines]


@pytest.mark.parametrize("fault", ["403", "500", "cut"])
def test_upload_that_s3_refuses_is_an_error_and_leaves_nothing(server, backend, staging, fault):
    name = named(f"put-{fault}")
    with server.client() as client:
        answer = client.ask("PUT", f"/{name}", body=CONTENT)
        assert answer.status == 502
        assert client.ask("HEAD", f"/{name}").status == 404
    assert not [word for word in secret_words(backend) if word in str(answer)]
    assert backend.keys(f"vo/{name}") == []
    assert staged(staging) == []


def test_slow_upload_is_answered_when_the_object_is_there(server, backend):
    name = named("put-slow")
    with server.client() as client:
        begun = time.monotonic()
        assert client.ask("PUT", f"/{name}", body=CONTENT).status == 201
    assert time.monotonic() - begun >= 1.4
    assert backend.get(f"vo/{name}") == CONTENT


@pytest.mark.parametrize("fault", ["403", "500", "cut"])
def test_pull_that_s3_refuses_ends_in_failure(server, backend, staging, fault):
    name = named(f"put-{fault}")
    with Peer(serving(CONTENT)) as peer, server.client() as client:
        fields = {"Source": f"{peer.url}/data", "Credential": "none"}
        assert client.ask("COPY", f"/{name}", fields).result.startswith("failure:")
    assert backend.keys(f"vo/{name}") == []
    assert staged(staging) == []


def test_markers_go_on_while_s3_is_slow(server, backend):
    name = named("put-slow")
    with Peer(serving(CONTENT)) as peer, server.client() as client:
        fields = {"Source": f"{peer.url}/data", "Credential": "none"}
        answer = client.ask("COPY", f"/{name}", fields)
    assert answer.result.startswith("success")
    assert answer.text.count("Perf Marker") >= 5  # one every 0.2 s, while S3 takes 1.5 s
    assert backend.get(f"vo/{name}") == CONTENT


def test_client_that_leaves_while_s3_is_slow_calls_the_upload_off(server, backend, staging):
    name = named("put-slow") + "-parts"
    with Peer(serving(bytes(LARGE))) as peer:
        client = server.client()
        client.send("COPY", f"/{name}", {"Source": f"{peer.url}/data", "Credential": "none"})
        client.head()
        until(lambda: any(m == "POST" for m, _, _ in backend.door.asked(name)))
        client.sock.close()
        until(lambda: staged(staging) == [])
    until(lambda: backend.unfinished() == 0)
    assert backend.keys(f"vo/{name}") == []


def test_part_that_fails_ends_the_whole_upload(server, backend, staging):
    """The door lets nothing of this key through but the beginning: parts are PUTs."""
    name = named("put-500")
    backend.put(f"vo/{name}", b"the old object")
    with server.client() as client:
        client.send("PUT", f"/{name}", {"Content-Length": str(LARGE)})
        client.sock.sendall(bytes(LARGE))
        assert client.answer().status == 502
        assert client.ask("GET", f"/{name}").body == b"the old object"
    assert backend.unfinished() == 0
    assert staged(staging) == []


def test_upload_that_stops_never_reaches_s3(server, backend, staging):
    name = secrets.token_hex(8)
    with server.client() as client:
        client.send("PUT", f"/{name}", {"Content-Length": str(len(CONTENT))})
        client.sock.sendall(CONTENT[: len(CONTENT) // 2])
    until(lambda: staged(staging) == [])
    assert [m for m, _, _ in backend.door.asked(name) if m in ("PUT", "POST")] == []


@pytest.mark.parametrize("fault", ["403", "500"])
def test_download_that_s3_refuses_is_never_whole(server, backend, fault):
    name = named(f"get-{fault}")
    backend.put(f"vo/{name}", CONTENT)
    assert _downloaded(server, name) != CONTENT


def test_download_that_s3_cuts_is_seen_to_be_cut(server, backend):
    name = named("get-cut")
    backend.put(f"vo/{name}", CONTENT)
    with pytest.raises((EOFError, OSError)), server.client() as client:
        client.ask("GET", f"/{name}")


def test_slow_download_is_whole(server, backend):
    name = named("get-slow")
    backend.put(f"vo/{name}", CONTENT)
    assert _downloaded(server, name) == CONTENT


def test_object_replaced_while_it_is_read_never_mixes(server, backend):
    name = secrets.token_hex(8)
    backend.put(f"vo/{name}", b"a" * LARGE)
    with server.client() as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.send("GET", f"/{name}")
        client.head()
        client.exactly(1000)
        backend.put(f"vo/{name}", b"b" * LARGE)
        seen = {client.exactly(1 << 20)[-1:] for _ in range(69)}
    assert seen == {b"a"}


def test_two_uploads_that_may_not_replace_have_one_winner(server, backend):
    name = named("put-slow")
    answers: list[Answer] = []

    def upload(letter: bytes) -> None:
        with server.client() as client:
            answers.append(client.ask("PUT", f"/{name}", {"If-None-Match": "*"}, letter * 9))

    threads = [threading.Thread(target=upload, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN)
    assert sorted(answer.status for answer in answers) == [201, 412]
    assert backend.get(f"vo/{name}") in (b"a" * 9, b"b" * 9)


def test_checksum_is_known_also_where_it_cannot_be_kept(server, backend):
    """The key of who may only read: the copy that would keep it is a PUT, and refused."""
    name = named("put-403")
    backend.put(f"vo/{name}", CONTENT)
    with server.client() as client:
        answer = client.ask("HEAD", f"/{name}", {"Want-Digest": "adler32"})
    assert answer.headers["digest"] == f"adler32={zlib.adler32(CONTENT):08x}"


def test_collections_can_be_empty_and_have_owners_and_attributes(server, backend):
    name = secrets.token_hex(6)
    with server.client() as client:
        assert client.ask("MKCOL", f"/{name}").status == 201
        assert client.ask("MKCOL", f"/{name}").status == 405
        assert client.ask("PUT", f"/{name}/file?xattr.colour=red", body=b"1").status == 201
        found = client.ask("PROPFIND", f"/{name}/file", {"Depth": "0"})
        assert client.ask("DELETE", f"/{name}/file").status == 204
        assert client.ask("PROPFIND", f"/{name}", {"Depth": "1"}).status == 207
    assert ">red<" in found.text
    assert backend.keys(f"vo/{name}/") == [f"vo/{name}/"]


@pytest.mark.long
def test_listing_and_deletion_go_beyond_a_thousand_keys(server, backend):
    name = secrets.token_hex(4)
    for number in range(1005):
        backend.put(f"vo/{name}/{number:04}", b"")
    with server.client() as client:
        found = client.ask("PROPFIND", f"/{name}", {"Depth": "1"})
        assert found.text.count("<D:href>") == 1006
        assert client.ask("DELETE", f"/{name}").status == 204
    assert backend.keys(f"vo/{name}/") == []


def test_without_a_bucket_buckets_are_the_first_collections(backend):
    with gateway(backend, store="s3://") as server, server.client() as client:
        assert f"/{BUCKET}/" in client.ask("PROPFIND", "/", {"Depth": "1"}).text
        assert client.ask("PUT", f"/{BUCKET}/top", body=b"1").status == 201
        assert backend.get("top") == b"1"
        assert client.ask("PUT", "/no-such-bucket/file", body=b"1").status == 409
        assert client.ask("PUT", "/file", body=b"1").status == 403
        assert client.ask("MKCOL", "/new-bucket").status == 403
        assert client.ask("DELETE", f"/{BUCKET}").status == 403


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--store", "s3://no-such-bucket"], "no such bucket"),
        (["--store", "s3:///prefix"], "a prefix needs a bucket"),
        (["--store", "s3://Bad_Name"], "no bucket has such a name"),
        (["--store", f"s3://{BUCKET}", "--staging", "/nonexistent"], "no such directory"),
    ],
)
def test_a_store_that_cannot_work_ends_the_start(backend, words, says):
    code, told = _refused([*words, "--s3-endpoint", backend.door.url], backend.pair.file)
    assert (code, says in told) == (4, True), told


def test_keys_that_s3_refuses_end_the_start_and_are_not_shown(backend, tmp_path):
    wrong = tmp_path / "keys"
    access, secret = f"AKIA{secrets.token_hex(8)}", secrets.token_urlsafe(20)
    wrong.write_text(f"[default]\naws_access_key_id={access}\naws_secret_access_key={secret}\n")
    words = ["--store", f"s3://{BUCKET}", "--s3-endpoint", backend.door.url]
    code, told = _refused(words, wrong)
    assert code == 4
    assert "Traceback" not in told
    assert not [word for word in (access, secret, backend.pair.access) if word in told]


def test_no_keys_and_no_client_end_the_start_with_advice(backend, tmp_path):
    words = ["--store", f"s3://{BUCKET}", "--s3-endpoint", backend.door.url]
    code, told = _refused(words, tmp_path / "none")
    assert (code, "no key pair" in told) == (4, True), told
    (tmp_path / "botocore").mkdir()
    (tmp_path / "botocore" / "__init__.py").write_text("raise ImportError")
    code, told = _refused(words, tmp_path / "none", path=str(tmp_path))
    assert (code, "httptpc[s3]" in told) == (4, True), told


def _downloaded(server: Server, name: str) -> bytes | None:
    try:
        with server.client() as client:
            answer = client.ask("GET", f"/{name}")
    except (EOFError, OSError):
        return None
    return answer.body if answer.status == 200 else None


def _refused(words: list[str], keys: Path, *, path: str = "") -> tuple[int, str]:
    """Exit code and words of a server that does not start."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    environment["AWS_SHARED_CREDENTIALS_FILE"] = str(keys)
    environment["AWS_CONFIG_FILE"] = str(keys)
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    environment["PYTHONPATH"] = os.pathsep.join(part for part in (path, str(ROOT)) if part)
    done = subprocess.run(
        [sys.executable, "-m", "reference_server", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        env=environment,
    )
    return done.returncode, done.stdout + done.stderr


def until(done) -> None:
    deadline = time.monotonic() + WITHIN
    while not done():
        assert time.monotonic() < deadline, "not within 10 s"
        time.sleep(0.02)

"""Repr-Digest (RFC 9530): on COPY, where the rules of the WLCG extension hold, and on PUT."""

from __future__ import annotations

import base64
import hashlib
import zlib

import pytest

from tests.server.scripted_peer import Peer, answering, serving
from tests.server.server_kit import Server
from tests.server.test_server_transfers import ADLER, BARE, CONTENT, REQUIRED, fresh, pull, push


def member(name: str, content: bytes) -> str:
    """One member of a Repr-Digest."""
    raw = zlib.adler32(content).to_bytes(4, "big")
    if not name.startswith("adler"):
        raw = hashlib.new(name.replace("-", ""), content).digest()
    return f"{name}=:{base64.b64encode(raw).decode()}:"


RIGHT = {name: member(name, CONTENT) for name in ("sha-256", "sha-512", "md5", "adler", "adler32")}
OTHER = member("sha-256", b"other")


@pytest.mark.parametrize("told", [None, {"Digest": f"adler32={ADLER}"}])
@pytest.mark.parametrize("name", RIGHT)
def test_right_bytes_are_pulled(server: Server, name: str, told: dict[str, str] | None) -> None:
    with Peer(serving(CONTENT, told)) as peer:
        answer = pull(server, peer, {"Repr-Digest": RIGHT[name], **REQUIRED})
    assert answer.result.startswith("success: ")
    wanted = peer.seen[0].get("want-repr-digest") or ""
    assert f"{name.removesuffix('32')}=9" in wanted.split(", ")


@pytest.mark.parametrize("told", [None, {"Digest": f"adler32={ADLER}"}, {"Repr-Digest": OTHER}])
def test_other_bytes_are_not(server: Server, told: dict[str, str] | None) -> None:
    """Rules b and c: whatever the source says."""
    with Peer(serving(CONTENT, told)) as peer, server.client() as client:
        path = fresh()
        fields = {"Source": f"{peer.url}/data", "Repr-Digest": OTHER, **BARE}
        assert client.ask("COPY", path, fields).result.startswith("failure: checksum mismatch")
        assert client.ask("GET", path).status == 404


def test_a_source_that_tells_another_digest_is_not_read(server: Server) -> None:
    """Rule a: the head of its answer says enough."""
    with Peer(serving(CONTENT, {"Repr-Digest": RIGHT["sha-256"]})) as peer:
        result = pull(server, peer, {"Repr-Digest": OTHER}).result
    assert result == "failure: checksum mismatch: the source tells another sha-256"


@pytest.mark.parametrize("text", ["sha-256", "sha-256=:???:", "sha-256=abc", "unixsum=:AAAA:", ""])
def test_what_cannot_be_compared_is_passed_over(server: Server, text: str) -> None:
    with Peer(serving(CONTENT)) as peer:
        assert pull(server, peer, {"Repr-Digest": text}).result.startswith("success: ")


def test_a_push_shows_it(server: Server) -> None:
    with Peer(serving(CONTENT)) as peer:
        assert push(server, peer, {"Repr-Digest": RIGHT["adler"]}).result.startswith("success: ")
    assert peer.seen[0].get("repr-digest") == RIGHT["adler"]


def test_a_push_of_other_bytes_sends_nothing(server: Server) -> None:
    with Peer(serving(CONTENT)) as peer:
        result = push(server, peer, {"Repr-Digest": OTHER}).result
    assert result.startswith("failure: checksum mismatch")
    assert not peer.seen


def test_a_destination_that_sees_other_bytes_fails_the_push(server: Server) -> None:
    with Peer(answering("412 Precondition Failed")) as peer:
        result = push(server, peer, {"Repr-Digest": RIGHT["sha-256"]}).result
    assert result == "failure: rejected PUT: 412 Precondition Failed"


@pytest.mark.parametrize("name", RIGHT)
def test_an_upload_is_compared(server: Server, name: str) -> None:
    with server.client() as client:
        path = fresh()
        right, wrong = RIGHT[name], member(name, b"other")
        assert client.ask("PUT", path, {"Repr-Digest": wrong}, CONTENT).status == 412
        assert client.ask("GET", path).status == 404
        assert client.ask("PUT", path, {"Repr-Digest": right}, CONTENT).status == 201
        assert client.ask("PUT", path, {"Repr-Digest": wrong}, b"new").status == 412
        assert client.ask("GET", path).body == CONTENT
        shown = client.ask("HEAD", path, {"Want-Repr-Digest": f"{name}=3"}).headers["repr-digest"]
    assert shown == right

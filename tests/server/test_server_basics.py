"""The ways through the server that everything else builds on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable

from tests.server.server_kit import Server


def fresh() -> str:
    return f"/{uuid.uuid4().hex}"


def test_put_get_head_delete(server: Server) -> None:
    path, content = fresh(), os.urandom(300_000)
    with server.client() as client:
        assert client.ask("PUT", path, body=content).status == 201
        assert client.ask("GET", path).body == content
        assert client.ask("HEAD", path).headers["content-length"] == "300000"
        assert client.ask("DELETE", path).status == 204
        assert client.ask("GET", path).status == 404


def test_anonymous_is_challenged(server: Server) -> None:
    with server.client(token=None) as client:
        answer = client.ask("COPY", fresh(), {"Source": "https://localhost:1/x"})
    assert answer.status == 401
    assert "www-authenticate" in answer.headers


def test_pull_reports_and_delivers(pair: tuple[Server, Server]) -> None:
    source, destination = pair
    path, content = fresh(), os.urandom(70_000)
    with source.client() as client:
        client.ask("PUT", path, body=content)
    headers = {
        "Source": source.url + path,
        "TransferHeaderAuthorization": f"Bearer {source.token}",
    }
    with destination.client() as client:
        answer = client.ask("COPY", path, headers)
        assert answer.status == 202
        assert answer.chunks[0].startswith(b"Perf Marker\n")
        assert answer.chunks[0].endswith(b"End\n")
        assert answer.chunks[-1] == b"success: Created\n"
        assert client.ask("GET", path).body == content


def test_overwrite_f_protects_unless_deviating(
    server: Server, launch: Callable[..., Server]
) -> None:
    deviating = launch("--deviation", "overwrite-f-ignored")
    for target, status in ((server, 412), (deviating, 202)):
        with target.client() as client:
            client.ask("PUT", "/old", body=b"old")
            headers = {"Source": f"{server.url}/nosuch", "Overwrite": "F", "Credential": "none"}
            assert client.ask("COPY", "/old", headers).status == status

"""nginx and Apache of the testbed: WebDAV works, third-party copy is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.kinds import Started
from tests.real.conftest import Starter
from tests.real.curl import Answer, Identity, by_certificate, by_token, curl

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", params=["nginx", "apache"])
def server(request: pytest.FixtureRequest, start: Starter) -> Started:
    return start(request.param, f"{request.param}-a")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    path = tmp_path / "content"
    path.write_bytes(bytes(range(256)) * 100)
    return path


def identities(server: Started) -> list[Identity]:
    shown = server.credentials
    return [by_token(shown.token), by_certificate(shown.cert, shown.key)]


def test_round_trip_with_every_identity(server: Started, content: Path) -> None:
    for number, who in enumerate(identities(server)):
        path = f"/round-{number}"
        assert curl(server, path, who, "--upload-file", str(content)).status == 201
        assert curl(server, path, who) == Answer(200, content.read_bytes())
        assert curl(server, path, who, "--request", "PROPFIND", "-H", "Depth: 0").status == 207
        assert curl(server, path, who, "--request", "DELETE").status == 204


def test_nobody_else_gets_in(server: Started) -> None:
    assert curl(server, "/").status == 403
    assert curl(server, "/", Identity('header = "Authorization: Bearer wrong"\n')).status == 403


@pytest.mark.parametrize("header", ["Source", "Destination"])
def test_third_party_copy_is_refused(server: Started, content: Path, header: str) -> None:
    who = identities(server)[0]
    path = f"/copy-{header}"
    if header == "Destination":
        assert curl(server, path, who, "--upload-file", str(content)).status == 201
    remote = f"{header}: https://elsewhere.invalid/file"
    assert curl(server, path, who, "--request", "COPY", "-H", remote).status >= 400

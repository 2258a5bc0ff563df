"""XRootD, started by its kind, answers as the server the suite is going to judge."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fixtures.kinds import Started
from fixtures.pki import Defect, Testbed
from tests.real.curl import Answer, Identity, by_certificate, by_token, curl
from tests.real.listening import LOOPBACK, addresses

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def token(xrootd: Started) -> Identity:
    return by_token(xrootd.credentials.token)


@pytest.fixture(scope="module")
def proxy(xrootd: Started) -> Identity:
    return by_certificate(xrootd.credentials.proxy)


@pytest.fixture(scope="module")
def reader(xrootd: Started) -> Identity:
    return by_token(xrootd.credentials.second_token)


def put(server: Started, path: str, who: Identity, content: Path) -> Answer:
    return curl(server, path, who, "--upload-file", str(content))


@pytest.fixture
def content(tmp_path: Path) -> Path:
    path = tmp_path / "content"
    path.write_bytes(os.urandom(100_000))
    return path


@pytest.mark.parametrize("identity", ["token", "proxy"])
def test_upload_and_download(
    xrootd: Started, identity: str, content: Path, request: pytest.FixtureRequest
) -> None:
    who = request.getfixturevalue(identity)
    assert put(xrootd, f"/by-{identity}", who, content).status in (200, 201)
    assert curl(xrootd, f"/by-{identity}", who) == Answer(200, content.read_bytes())


def test_second_identity_reads_but_does_not_write(
    xrootd: Started, token: Identity, reader: Identity, content: Path
) -> None:
    assert put(xrootd, "/shown", token, content).status in (200, 201)
    assert curl(xrootd, "/shown", reader) == Answer(200, content.read_bytes())
    assert put(xrootd, "/not-shown", reader, content).status == 403
    assert curl(xrootd, "/shown", reader, "--request", "DELETE").status == 403
    assert curl(xrootd, "/shown", token).status == 200


def test_nobody_else_gets_in(
    xrootd: Started, token: Identity, content: Path, testbed: Testbed
) -> None:
    assert put(xrootd, "/private", token, content).status in (200, 201)
    assert curl(xrootd, "/private").status == 403
    stranger = testbed.bad_user(Defect.UNKNOWN_CA)
    assert curl(xrootd, "/private", by_certificate(stranger.cert, stranger.key)).status != 200


def test_listens_on_loopback_only(xrootd: Started) -> None:
    assert addresses(xrootd.pid) == {LOOPBACK[0]}


def test_secrets_are_for_their_owner_only(xrootd: Started) -> None:
    state = xrootd.daemon.state.directory
    server = [state / name for name in ("host.key", "macaroon-secret")]
    shown = (xrootd.credentials.token, xrootd.credentials.second_token, xrootd.credentials.proxy)
    client = [path for path in shown if path is not None]
    assert {stat.S_IMODE(path.stat().st_mode) for path in server} == {0o400}
    assert {stat.S_IMODE(path.stat().st_mode) for path in client} == {0o600}


def test_log_holds_no_token(xrootd: Started) -> None:
    assert xrootd.credentials.token
    log = xrootd.daemon.state.log.read_text()
    assert xrootd.version in log
    assert xrootd.credentials.token.read_text() not in log

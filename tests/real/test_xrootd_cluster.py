"""The XRootD cluster of the testbed redirects, and stays on loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixtures.kinds import Started
from fixtures.kinds.daemon import Ensemble
from tests.real.conftest import Starter
from tests.real.curl import Answer, by_token, curl
from tests.real.listening import LOOPBACK, addresses

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def cluster(start: Starter) -> Started:
    return start("xrootd-cluster", "xrootd-cluster-a")


def test_files_go_to_the_data_server(cluster: Started, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.write_bytes(os.urandom(100_000))
    who = by_token(cluster.credentials.token)
    upload = ("--location-trusted", "--upload-file", str(content))
    assert curl(cluster, "/file", who, *upload).status in (200, 201)
    assert curl(cluster, "/file", who).status == 302
    assert curl(cluster, "/file", who, "--location") == Answer(200, content.read_bytes())


def test_every_process_listens_on_loopback_only(cluster: Started) -> None:
    assert isinstance(cluster.daemon, Ensemble)
    found = [addresses(member.pid) for member in cluster.daemon.members]
    assert found == [{LOOPBACK[0]}] * 4


def test_stop_ends_every_process(start: Starter) -> None:
    cluster = start("xrootd-cluster", "xrootd-cluster-b")
    assert isinstance(cluster.daemon, Ensemble)
    cluster.stop()
    assert all(member.process.poll() is not None for member in cluster.daemon.members)
    assert not cluster.daemon.state.directory.exists()

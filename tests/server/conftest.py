"""Fixtures: a pair of right servers for the session, others on demand."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.server.server_kit import Server, start, stop


@pytest.fixture(scope="session")
def pair() -> Iterator[tuple[Server, Server]]:
    """Two right servers with markers every 0.2 s."""
    process, servers = start(["--pair", "--marker-period", "0.2"], 2)
    yield servers[0], servers[1]
    assert stop(process) == 0


@pytest.fixture
def server(pair: tuple[Server, Server]) -> Server:
    return pair[0]


@pytest.fixture
def launch() -> Iterator[Callable[..., Server]]:
    """Start servers with options of one's own; they end with the test."""
    started: list[subprocess.Popen[str]] = []

    def act(*arguments: str) -> Server:
        process, servers = start(["--marker-period", "0.2", *arguments], 1)
        started.append(process)
        return servers[0]

    yield act
    for process in started:
        stop(process)

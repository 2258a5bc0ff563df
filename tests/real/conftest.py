"""Real servers for this folder, one of each sort per session.

A server that is not installed skips its tests, saying which packages it needs. In CI the variable
HTTPTPC_REAL=require turns that into an error, so that nothing is left out in silence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures import kinds
from fixtures.kinds import ServerMissing, Started
from fixtures.pki import Testbed

Starter = Callable[..., Started]


def start_or_skip(kind: str, testbed: Testbed, directory: Path, name: str) -> Started:
    try:
        return kinds.load(kind).start(testbed, directory, name=name)
    except ServerMissing as missing:
        if os.environ.get("HTTPTPC_REAL") == "require":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("testbed"))


@pytest.fixture(scope="session")
def start(testbed: Testbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Start a server of a kind under a name; the end of the session stops them all."""
    with ExitStack() as running:

        def starter(kind: str, name: str) -> Started:
            started = start_or_skip(kind, testbed, tmp_path_factory.mktemp(name), name)
            running.callback(started.stop)
            return started

        yield starter


@pytest.fixture(scope="session")
def xrootd(start: Starter) -> Started:
    return start("xrootd", "xrootd-a")

"""Real servers for this folder, one of each sort per session.

A server that is not installed skips its tests, saying which packages it needs. In CI the variable
HTTPTPC_REAL=require turns that into an error, so that nothing is left out in silence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from fixtures import kinds
from fixtures.kinds import ServerMissing, Started
from fixtures.pki import Testbed
from tests.real.chapter import Door
from tests.real.clients import Program, Setting
from tests.real.places import Place

Starter = Callable[..., Started]
SIZE = 3_000_000


def start_or_skip(kind: str, testbed: Testbed, directory: Path, **named: Any) -> Started:
    try:
        return kinds.load(kind).start(testbed, directory, **named)
    except ServerMissing as missing:
        if os.environ.get("HTTPTPC_REAL") == "require":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("testbed"))


@pytest.fixture(scope="session")
def start(testbed: Testbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Start a server of a kind under a name, some with wishes; the session's end stops them."""
    with ExitStack() as running:

        def starter(kind: str, name: str, **wishes: Any) -> Started:
            told = {"wishes": wishes} if wishes else {}
            place = tmp_path_factory.mktemp(name)
            started = start_or_skip(kind, testbed, place, name=name, **told)
            running.callback(started.stop)
            return started

        yield starter


@pytest.fixture(scope="session")
def xrootd(start: Starter) -> Started:
    return start("xrootd", "xrootd-a")


@pytest.fixture(scope="session")
def pair(start: Starter) -> tuple[Started, Started]:
    """Two reference servers for the clients, which tell of a transfer twice a second."""
    often = ("--marker-period", "0.5")
    first, second = (start("reference", f"reference-{x}", options=often) for x in "ab")
    return first, second


@pytest.fixture
def here(pair: tuple[Started, Started]) -> Place:
    """A fresh directory on the first server."""
    return Place.make(pair[0])


@pytest.fixture
def there(pair: tuple[Started, Started]) -> Place:
    """A fresh directory on the second server."""
    return Place.make(pair[1])


@pytest.fixture(scope="session")
def head_node(start: Starter) -> Started:
    """A reference server that redirects uploads and downloads to its data node."""
    return start("reference", "reference-head", options=("--data-node",))


@pytest.fixture
def redirected(head_node: Started) -> Place:
    """A fresh directory on a server that redirects."""
    return Place.make(head_node)


@pytest.fixture(scope="session")
def proxy(testbed: Testbed) -> Path:
    """A proxy of the person whom the servers know."""
    return testbed.proxy(testbed.user())


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A local file of bytes that no two tests share; three times what fits into one buffer."""
    path = tmp_path / "content"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def client(request: pytest.FixtureRequest, record_property: Callable[[str, str], None]) -> Program:
    """The module's CLIENT, which must be installed; its version goes into the report."""
    program: Program = request.module.CLIENT
    program.require()
    record_property("client", f"{program.package} {program.version()}")
    return program


@pytest.fixture
def setting(client: Program, testbed: Testbed, tmp_path: Path) -> Callable[..., Setting]:
    """Make a setting with further environment variables."""
    home = tmp_path / "home"
    home.mkdir()

    def make(more: Mapping[str, str] = MappingProxyType({})) -> Setting:
        return Setting(home, testbed.capath, more)

    return make


@pytest.fixture
def with_proxy(setting: Callable[..., Setting], proxy: Path) -> Setting:
    return setting({"X509_USER_PROXY": str(proxy)})


@pytest.fixture(scope="session")
def chapters_server(start: Starter) -> Started:
    """A server for the chapter alone, whose paths are not below a directory of a test."""
    return start("reference", "reference-chapter")


@pytest.fixture
def door(chapters_server: Started, with_proxy: Setting, proxy: Path) -> Door:
    made = Door(Place(chapters_server, ""), with_proxy, proxy)
    made.lay_out()
    return made

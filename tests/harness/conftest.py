"""A reference server that outlives a run of the command line, and the command line itself."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.kinds import Started, reference
from fixtures.pki import Testbed

Talk = Callable[[socket.socket, threading.Event], None]
"""What a server says on a connection after the first request, until the event is set."""
Ran = subprocess.CompletedProcess[str]
Httptpc = Callable[..., Ran]


@pytest.fixture(scope="session")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("bed") / "testbed")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    folder.mkdir()
    return folder


@pytest.fixture
def server(testbed: Testbed, tmp_path: Path, store: Path) -> Iterator[Started]:
    """A reference server whose storage the test can look into."""
    wishes = {"options": ["--store", str(store)]}
    started = reference.start(testbed, tmp_path / "server", name="site", wishes=wishes)
    yield started
    started.stop()


def environment(**more: str) -> dict[str, str]:
    """Ours, without any credential that lies about."""
    hidden = ("BEARER", "X509", "XDG_RUNTIME", "HTTPTPC")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), **more}


@pytest.fixture
def httptpc(tmp_path: Path) -> Httptpc:
    """Runs the command line in a directory of the test's own."""

    def run(*words: str, **environ: str) -> Ran:
        return subprocess.run(
            [sys.executable, "-m", "harness.cli", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            cwd=tmp_path,
            env=environment(HOME=str(tmp_path), **environ),
        )

    return run


@pytest.fixture
def site_file(server: Started, tmp_path: Path) -> Path:
    """An endpoints.yaml that names the running server and its token."""
    file = tmp_path / "endpoints.yaml"
    file.write_text(
        "version: 1\nendpoints:\n  site:\n"
        f"    url: {server.url}/\n    ca: {server.ca}\n"
        f"    credentials: {{token: {{file: {server.credentials.token}}}}}\n",
        encoding="utf-8",
    )
    return file


@pytest.fixture
def talking() -> Iterator[Callable[[Talk], str]]:
    """Starts a server that holds one conversation on one connection; its URL."""
    over, threads = threading.Event(), []

    def start(talk: Talk) -> str:
        listener = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            with listener, listener.accept()[0] as connection, contextlib.suppress(OSError):
                connection.settimeout(20)
                connection.recv(65536)
                talk(connection, over)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/x"

    yield start
    over.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()

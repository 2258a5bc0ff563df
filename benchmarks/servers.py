"""The contenders: two reference servers, two XRootDs, one nginx; all on tmpfs and loopback."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures import kinds
from fixtures.kinds import Started
from fixtures.pki import Testbed

TMPFS = Path("/dev/shm")  # noqa: S108 - data on tmpfs is the condition of the figures


@dataclass(frozen=True, slots=True)
class Field:
    """Everything that runs while a figure is taken."""

    ca: Path
    folder: Path
    reference: tuple[Started, Started]
    xrootd: tuple[Started, Started]
    nginx: Started


@contextlib.contextmanager
def running() -> Iterator[Field]:
    """Start all contenders; end them and remove their data."""
    folder = Path(tempfile.mkdtemp(prefix="httptpc-bench-", dir=TMPFS))
    folder.chmod(0o755)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        tempfile.tempdir = str(folder)  # the servers keep their data where temporary files go
        testbed = Testbed.create(folder / "testbed")

        def start(kind: str, name: str) -> Started:
            started = kinds.load(kind).start(testbed, folder / name, name=name)
            stack.callback(started.stop)
            return started

        yield Field(
            testbed.ca,
            folder,
            (start("reference", "reference-a"), start("reference", "reference-b")),
            (start("xrootd", "xrootd-a"), start("xrootd", "xrootd-b")),
            start("nginx", "nginx-a"),
        )


def token(server: Started) -> str:
    assert server.credentials.token is not None
    return server.credentials.token.read_text(encoding="utf-8").strip()


def base(server: Started) -> str:
    return server.url.rstrip("/")

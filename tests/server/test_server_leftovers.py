"""What a killed server leaves behind goes away with the next start, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.waiting import eventually
from reference_server import claims
from tests.server.server_kit import ROOT, start, stop


def killed(arguments: list[str]) -> Path:
    """The working folder that a killed server left."""
    process, [server] = start(arguments, 1)
    process.kill()
    process.wait()
    assert isinstance(process, subprocess.Popen)
    assert process.stdout is not None
    process.stdout.close()
    return Path(server.ready["ca"]).parent


def test_the_folder_of_a_dead_server_goes_with_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    strange = tmp_path / "httptpc-server-of-somebody"
    strange.mkdir()
    left = killed([])
    assert left.parent == tmp_path
    first, [alive] = start([], 1)
    second, _ = start([], 1)
    assert not left.exists()
    assert strange.exists()
    assert Path(alive.ready["ca"]).exists()
    assert stop(first) == stop(second) == 0
    assert [*tmp_path.iterdir()] == [strange]


def test_a_claim_ends_with_its_descriptor(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert not claims.is_abandoned(folder)
    with open(claims.claim(folder), "rb"):  # noqa: PTH123  (a descriptor)
        claims.sweep(tmp_path)
        assert folder.exists()
    assert claims.is_abandoned(folder)
    claims.sweep(tmp_path)
    assert not folder.exists()


def test_a_server_ends_with_whoever_started_it() -> None:
    command = [sys.executable, "-m", "tests.server.orphaning"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        command_line = Path(f"/proc/{pid}/cmdline")
        assert b"reference_server" in command_line.read_bytes()
        parent.kill()
    assert eventually(lambda: _told(command_line), lambda told: not told, within=20) == b""


def _told(command_line: Path) -> bytes:
    """What a process says it is; nothing once it has ended, collected or not."""
    return command_line.read_bytes() if command_line.exists() else b""

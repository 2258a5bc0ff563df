"""What a killed run leaves behind goes with the next one, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.scratch import scratch

RUN = "import sys, harness.scratch as s; print(s.scratch(), flush=True); sys.stdin.read()"


def run(tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that made its folder and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_only_what_dead_runs_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    strange = tmp_path / "httptpc-of-somebody"
    strange.mkdir()
    (tmp_path / "httptpc-link").symlink_to(strange)
    alive, kept = run(tmp_path)
    dead, left = run(tmp_path)
    with dead, alive:
        dead.kill()
        dead.wait(10)
        assert left.is_dir()
        new = scratch()
        assert not left.exists()
        assert new.is_dir()
        assert kept.is_dir()
        assert strange.is_dir()
        alive.kill()

"""A plain web server has no third-party copy: said so, with proof, and without a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.conftest import Starter

pytestmark = pytest.mark.real
PROOF = {"nginx": "405", "apache": "201"}
"""nginx knows no COPY; Apache takes any Destination for one of its own."""

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["nginx", "apache"])
def test_a_server_without_copy_violates_tpc_001(kind: str, start: Starter, tmp_path: Path) -> None:
    server = start(kind, f"{kind}-plain")
    words = ["check", server.url, "--capath", str(server.ca), "--out", str(tmp_path / "out")]
    ran = subprocess.run(
        [sys.executable, "-m", "harness.cli", *words],
        cwd=ROOT,
        env={**os.environ, "BEARER_TOKEN_FILE": str(server.credentials.token)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
    rows = json.loads((tmp_path / "out" / "verdicts.json").read_text())["verdicts"]
    (first,) = (row for row in rows if row["requirement"] == "TPC-001")
    assert first["verdict"] == "VIOLATED"
    assert first["evidence"]
    assert first["actual"].startswith(PROOF[kind])
    assert not [r for r in rows if r["family"] == "TPC" and r["verdict"] == "INCONCLUSIVE"]

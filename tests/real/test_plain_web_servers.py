"""A plain web server has no third-party copy: said so, with proof, and without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging import run
from tests.real.conftest import Starter

pytestmark = pytest.mark.real
PROOF = {"nginx": "405", "apache": "201"}
"""nginx knows no COPY; Apache takes any Destination for one of its own."""


@pytest.mark.parametrize("kind", ["nginx", "apache"])
def test_a_server_without_copy_violates_tpc_001(kind: str, start: Starter, tmp_path: Path) -> None:
    server = start(kind, f"{kind}-plain")
    words = ("check", server.url, "--capath", str(server.ca))
    holder = {"BEARER_TOKEN_FILE": str(server.credentials.token)}
    judged = run(tmp_path / "out", *words, environment=holder)
    assert judged.code == 1, judged.said
    (by_requirement,) = judged.rows.values()
    rows = list(by_requirement.values())
    (first,) = (row for row in rows if row["requirement"] == "TPC-001")
    assert first["verdict"] == "VIOLATED"
    assert first["evidence"]
    assert first["actual"].startswith(PROOF[kind])
    assert not [r for r in rows if r["family"] == "TPC" and r["verdict"] == "INCONCLUSIVE"]

"""An endpoint stays on one worker: its directory, its limits and its recordings are there."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from harness.recorder import load
from tests.harness.conftest import Httptpc


def test_every_endpoint_is_judged_by_one_worker(httptpc: Httptpc, tmp_path: Path) -> None:
    (tmp_path / "endpoints.yaml").write_text(
        "version: 1\nendpoints:\n  a: {kind: reference}\n  b: {kind: reference}\n"
    )
    ran = httptpc("check", "-n", "2", "--select", "DAV-00*", "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    workers = defaultdict(set)
    for exchange in load(tmp_path / "out").exchanges:
        workers[exchange.endpoint].add(exchange.id[:3])
    assert {name: len(seen) for name, seen in workers.items()} == {"a": 1, "b": 1}

"""Malformed requests: no 5xx that is not meant, no crash, no hang, memory flat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.fuzz.campaign import BOUND, Outcome, campaign, resident
from tests.server.server_kit import ROOT, Server, start, stop

SHORT = 3_000
LONG = 100_000
SEED = int(os.environ.get("HTTPTPC_FUZZ_SEED", "20261122"))
GROWTH = 24 << 20
"""Bytes that buffers and caches may add once the server is warm."""
FAULT = "fault of this server"
"""What the server logs when something went wrong that it did not foresee."""


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A server with its log."""
    log = tmp_path / "log"
    with log.open("w") as stream:
        process, [server] = start(["--marker-period", "0.2"], 1, stderr=stream)
        try:
            yield server, log
        finally:
            assert stop(process) == 0


def attack(victim: tuple[Server, Path], count: int) -> dict[str, object]:
    """A campaign with its warm-up; fails on everything that a server may not do."""
    server, log = victim
    campaign(server, SEED + 1, count // 10)
    before, began = resident(server.ready["pid"]), time.monotonic()
    outcome = campaign(server, SEED, count)
    seconds, after = time.monotonic() - began, resident(server.ready["pid"])
    assert FAULT not in log.read_text(), log.read_text()[-6000:]
    assert outcome.problems == []
    assert after - before < GROWTH, f"{before} bytes before, {after} after"
    assert_serves(server)
    return told(outcome, seconds, (before, after))


def assert_serves(server: Server) -> None:
    with server.client() as client:
        assert client.ask("PUT", "/good", body=b"good").status in (201, 204)
        assert client.ask("GET", "/good").body == b"good"


def told(outcome: Outcome, seconds: float, memory: tuple[int, int]) -> dict[str, object]:
    """What is kept of a campaign."""
    return {
        "seed": SEED,
        "requests": sum(outcome.topics.values()),
        "problems": len(outcome.problems),
        "statuses": dict(sorted(outcome.statuses.items())),
        "topics": dict(sorted(outcome.topics.items())),
        "seconds": round(seconds, 1),
        "slowest_s": round(outcome.slowest, 2),
        "bound_s": BOUND,
        "resident_before_mib": memory[0] >> 20,
        "resident_after_mib": memory[1] >> 20,
    }


def test_malformed_requests(victim: tuple[Server, Path]) -> None:
    found = attack(victim, SHORT)
    assert found["requests"] == SHORT


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_a_hundred_thousand_malformed_requests(victim: tuple[Server, Path]) -> None:
    """Writes what is kept in docs/results."""
    found = attack(victim, LONG)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    kept = {"commit": commit.stdout.strip(), "python": sys.version.split()[0], **found}
    (ROOT / "docs/results/fuzz.json").write_text(json.dumps(kept, indent=1) + "\n")

"""One run of the product's own command, and the verdicts that it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 1500.0
"""Seconds for a whole run on a busy machine."""

Rows = dict[str, dict[str, Any]]
"""Verdict rows by requirement."""
Endpoints = Mapping[str, Mapping[str, Any]]
"""The entries of an endpoints.yaml by name."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run ended in: its exit code, its last words, and the rows by endpoint."""

    code: int
    said: str
    rows: Mapping[str, Rows]


def check(endpoints: Endpoints, place: Path, *words: str) -> Ended:
    """`httptpc check` on these endpoints; everything it writes is below `place`.

    In one process if `words` do not say -n: the tests themselves run side by side.
    """
    place.mkdir(parents=True, exist_ok=True)
    file = place / "endpoints.yaml"
    file.write_text(json.dumps({"version": 1, "endpoints": endpoints}), encoding="utf-8")
    alone = () if "-n" in words else ("-n", "0")
    return run(place / "run", "check", "--endpoints", str(file), *alone, *words)


def run(out: Path, *words: str, environment: Mapping[str, str] | None = None) -> Ended:
    """`httptpc WORDS --out OUT`. Fails where no verdicts are left or a traceback is shown."""
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *words, "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    said = (done.stdout + done.stderr)[-3000:]
    assert "Traceback" not in done.stdout + done.stderr, said
    assert (out / "verdicts.json").exists(), said
    rows: dict[str, Rows] = defaultdict(dict)
    for row in json.loads((out / "verdicts.json").read_text(encoding="utf-8"))["verdicts"]:
        rows[row["endpoint"]][row["requirement"]] = row
    return Ended(done.returncode, said, rows)

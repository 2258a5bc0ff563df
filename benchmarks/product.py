"""What the product itself costs: a check, the matrix of 32, the report of 100 endpoints."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.measure import Bounded, seconds
from harness.endpoints.endpoint import Limits
from harness.model import EndpointRecord, Exchange, Observation, Run
from harness.model.codec import to_line
from harness.recorder import RUN, load

ENDPOINTS_OF_A_MATRIX = 32
ENDPOINTS_OF_A_REPORT = 100
PATIENCE = 1800
NAME = "reference-a"
FULL = "full"
"""The folder of the full check, from which the report of many is made."""


def figures(runs: int) -> Iterator[Bounded]:
    """One after another, so that each is told as soon as it is known; what is far from its bound
    is measured once.
    """
    with tempfile.TemporaryDirectory(prefix="httptpc-bench-") as place:
        folder = Path(place)
        full = seconds(partial(_check, folder / FULL))
        yield Bounded("full check", "s", 150.0, [full])
        looks = [seconds(partial(_check, folder / f"quick-{n}", "--quick")) for n in range(runs)]
        yield Bounded("check --quick", "s", 15.0, looks)
        yield _matrix(folder)
        yield from _report(folder, runs)


def _check(out: Path, *words: str) -> None:
    """Check a reference server that is started and ended with it."""
    _httptpc("check", "--endpoint", NAME, *words, "--out", str(out))


def _matrix(folder: Path) -> Bounded:
    """All pairs of reference servers, push and pull: how far from the shortest schedule.

    Each may be asked for as much as a site by default: more would measure this machine's cores.
    """
    names = [f"reference-{number:02}" for number in range(ENDPOINTS_OF_A_MATRIX)]
    site = {"kind": "reference", "opt-in": True, "limits": {"parallel": Limits().parallel}}
    listed = dict.fromkeys(names, site)
    file, out = folder / "endpoints.yaml", folder / "matrix"
    file.write_text(json.dumps({"version": 1, "endpoints": listed}), encoding="utf-8")
    _httptpc("matrix", "--endpoints", str(file), "--out", str(out))
    found = json.loads((out / "matrix.json").read_text(encoding="utf-8"))
    assert len(found["cells"]) == 2 * len(names) * (len(names) - 1)
    took = found["schedule"]
    name = f"matrix of {ENDPOINTS_OF_A_MATRIX}: makespan / lower bound"
    return Bounded(name, "", 1.10, [took["makespan_s"] / took["lower_bound_s"]])


def _report(folder: Path, runs: int) -> Iterator[Bounded]:
    """The report of a run in which every endpoint was judged by every requirement."""
    run = load(folder / FULL)
    out = folder / "hundred"
    out.mkdir()
    with (out / RUN).open("w", encoding="utf-8") as file:
        file.writelines(to_line(value) + "\n" for value in _of_many(run))
    what = f"report of {ENDPOINTS_OF_A_REPORT} endpoints"
    written = [seconds(partial(_httptpc, "report", str(out))) for _ in range(runs)]
    yield Bounded(f"{what}: written", "s", 10.0, written)
    yield Bounded(f"{what}: size", "MB", 15.0, [(out / "report.html").stat().st_size / 1e6])


def _of_many(run: Run) -> Iterator[object]:
    """The values of a run as if there had been many such endpoints."""
    yield from (run.header, *run.requirements)
    for number in range(ENDPOINTS_OF_A_REPORT):
        yield from (_as_of(value, number) for value in run.endpoints)
        yield from (_as_of(value, number) for value in run.exchanges)
        yield from (_as_of(value, number) for value in run.observations)
    yield run.footer


def _as_of(value: EndpointRecord | Exchange | Observation, number: int) -> object:
    name, mark = f"{NAME}-{number:02}", f"{number:02}-"
    if isinstance(value, EndpointRecord):
        return replace(value, name=name, capabilities={})
    if isinstance(value, Exchange):
        return replace(value, endpoint=name, id=mark + value.id)
    return replace(value, endpoint=name, evidence=tuple(mark + one for one in value.evidence))


def _httptpc(*words: str) -> None:
    command = [sys.executable, "-m", "harness.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode in (0, 1), done.stderr[-2000:]

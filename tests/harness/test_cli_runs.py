"""Whole runs of the command line against a server that outlives them."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.kinds import Started
from harness.model.codec import from_line
from harness.model.record import Footer
from tests.harness.conftest import Httptpc, environment

OUTPUTS = {"run.jsonl", "verdicts.json", "report.html", "junit.xml"}


def left_in(store: Path) -> list[str]:
    return [str(p.relative_to(store)) for p in store.rglob("*") if "httptpc-" in str(p)]


def test_a_run_leaves_its_reports_and_nothing_on_the_endpoint(
    httptpc: Httptpc, site_file: Path, store: Path, tmp_path: Path
) -> None:
    ran = httptpc("check", "--endpoint", "site", "--select", "DAV-01*", "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == OUTPUTS
    assert ran.stdout.rstrip().endswith("report: out/report.html")
    assert left_in(store) == []
    document = json.loads((tmp_path / "out" / "verdicts.json").read_text())
    assert document["schema"] == 1
    assert {"endpoint", "requirement", "family", "level", "verdict", "checks", "evidence"} <= set(
        document["verdicts"][0]
    )
    assert any(v["verdict"] == "MET" for v in document["verdicts"])


def test_results_without_out_are_found_by_latest(
    httptpc: Httptpc, site_file: Path, tmp_path: Path
) -> None:
    ran = httptpc("check", "--endpoint", "site", "--select", "DAV-011")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "results" / "latest" / "report.html").is_file()


def test_no_secret_of_the_run_is_in_any_output(
    httptpc: Httptpc, site_file: Path, server: Started, tmp_path: Path
) -> None:
    assert server.credentials.token is not None
    token = server.credentials.token.read_text().strip()
    select = [w for glob in ("MAC-00*", "AUTH-01*", "DAV-01*") for w in ("--select", glob)]
    ran = httptpc("check", "--endpoint", "site", "--out", "out", *select)
    assert ran.returncode in (0, 1, 3), ran.stderr
    written = "".join(p.read_text() for p in sorted((tmp_path / "out").iterdir()))
    everything = written + ran.stdout + ran.stderr
    forms = {token, urllib.parse.quote(token, safe=""), base64.b64encode(token.encode()).decode()}
    assert "Bearer" in everything  # tokens were used, and their use is on record
    assert [form[:20] for form in forms if form in everything] == []


def _hear_interrupts() -> None:
    """A shell's background job ignores SIGINT, and so would everything that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Busy:
    """A run in the middle of its work, in a directory of its own."""

    process: subprocess.Popen[str]
    out: Path

    def ended(self) -> Footer:
        """The footer of its record, when it has ended as an interrupted run has to."""
        said = self.process.communicate(timeout=60)[1]
        assert self.process.returncode == 2, said
        assert "Traceback" not in said
        assert {p.name for p in self.out.iterdir()} == OUTPUTS
        footer = from_line((self.out / "run.jsonl").read_text().rstrip("\n").split("\n")[-1])
        assert isinstance(footer, Footer)
        return footer

    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


Begin = Callable[[int], Busy]


@pytest.fixture
def begin(site_file: Path, store: Path, tmp_path: Path) -> Iterator[Begin]:
    """Begins a run with some workers; returns when all of them have judged something."""
    started: list[subprocess.Popen[str]] = []

    def start(workers: int) -> Busy:
        words = ["check", "--endpoint", "site", "--out", "out", "-n", str(workers)]
        process = subprocess.Popen(
            [sys.executable, "-m", "harness.cli", *words],
            cwd=tmp_path,
            env=environment(HOME=str(tmp_path)),
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_interrupts,
        )
        started.append(process)
        names = [f"run-{n}.jsonl" for n in range(workers)] or ["run.jsonl"]
        deadline = time.monotonic() + 60
        while not all(_judged(tmp_path / "out" / name) for name in names):
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert len(homes_in(store)) >= max(1, workers)  # they are in the middle of their work
        return Busy(process, tmp_path / "out")

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _judged(record: Path) -> bool:
    return record.exists() and '"type": "observation"' in record.read_text()


def homes_in(store: Path) -> list[Path]:
    return [*store.glob("httptpc-*")]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_killing_a_run_leaves_a_readable_record_and_no_file(
    begin: Begin, store: Path, number: signal.Signals, workers: int
) -> None:
    busy = begin(workers)
    busy.process.send_signal(number)
    assert busy.ended().interrupted
    assert left_in(store) == []


def test_interrupt_that_every_process_gets_cleans_up_too(begin: Begin, store: Path) -> None:
    busy = begin(2)  # as a terminal does it: all of the group, and more than once
    for _ in range(2):
        for worker in busy.children():
            os.kill(worker, signal.SIGINT)
    busy.process.send_signal(signal.SIGINT)
    assert busy.ended().interrupted
    assert left_in(store) == []


def test_killing_a_worker_interrupts_the_run(begin: Begin, store: Path) -> None:
    busy = begin(2)
    os.kill(busy.children()[0], signal.SIGTERM)
    assert busy.ended().interrupted
    assert left_in(store) == []


def test_report_and_diff_read_what_a_run_left(
    httptpc: Httptpc, site_file: Path, tmp_path: Path
) -> None:
    for name in ("old", "new"):
        httptpc("check", "--endpoint", "site", "--select", "DAV-010", "--out", name)
    for made in ("junit", "markdown", "csv", "nagios", "prometheus", "terminal", "verdicts"):
        ran = httptpc("report", "new", "--format", made)
        assert ran.returncode == 0, ran.stderr
        assert "DAV-010" in ran.stdout or made in ("nagios", "prometheus", "terminal", "markdown")
    assert httptpc("report", "new").stdout.strip() == "new/report.html"
    assert httptpc("diff", "old", "new", "--fail-on", "regression").returncode == 0
    changed = json.loads((tmp_path / "new" / "verdicts.json").read_text())
    for row in changed["verdicts"]:
        if row["requirement"] == "DAV-010":
            row["verdict"] = "VIOLATED"
    (tmp_path / "new" / "verdicts.json").write_text(json.dumps(changed))
    ran = httptpc("diff", "old", "new", "--fail-on", "regression")
    assert ran.returncode == 1
    assert "DAV-010" in ran.stdout


def test_an_expected_deviation_does_not_fail_the_run(httptpc: Httptpc, tmp_path: Path) -> None:
    (tmp_path / "known.yaml").write_text("- {requirement: TPC-021, reason: known to us}\n")
    (tmp_path / "endpoints.yaml").write_text(
        "version: 1\nendpoints:\n  bad:\n    kind: reference\n"
        "    start: {deviation: [overwrite-f-ignored]}\n    expectations: known.yaml\n"
    )
    ran = httptpc("check", "--select", "TPC-021", "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (verdict,) = (
        v
        for v in json.loads((tmp_path / "out" / "verdicts.json").read_text())["verdicts"]
        if v["requirement"] == "TPC-021"
    )
    assert verdict["verdict"] == "VIOLATED"


def test_list_tells_what_there_is(httptpc: Httptpc, site_file: Path) -> None:
    rows = json.loads(httptpc("list", "requirements", "--json").stdout)
    keys = {"id", "family", "level", "role", "text", "origin", "checks", "deviations"}
    assert len(rows) >= 398
    assert all(keys | {"untestable", "unproven"} <= set(row) for row in rows)
    (overwrite,) = (row for row in rows if row["id"] == "TPC-021")
    assert "overwrite-f-ignored" in overwrite["deviations"]
    assert any("test_overwrite" in check for check in overwrite["checks"])
    deviations = json.loads(httptpc("list", "deviations", "--json").stdout)
    assert all({"name", "breaks", "also", "seen_in"} <= set(row) for row in deviations)
    assert "site" in httptpc("list", "endpoints").stdout

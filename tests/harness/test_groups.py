"""Who judges what with several workers: every share of an endpoint stays on one worker."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from harness.model import Observation, Outcome
from harness.plugin.sharing import TOGETHER
from harness.recorder import load
from tests.harness.conftest import Httptpc, environment
from tests.judging import ROOT

SELECT = ("DAV-0[12]*", "MAC-00*", "CKSUM-00*", "AUTH-016", "CRED-*")
"""Several families, and requirements that the check of every exchange judges."""
LAST = "test_every_exchange"
ONE = "version: 1\nendpoints:\n  a: {kind: reference%s}\n"


def checked(httptpc: Httptpc, out: Path, *words: str) -> list[Observation]:
    """The observations of a run over SELECT, into ``out``."""
    globs = [word for glob in SELECT for word in ("--select", glob)]
    ran = httptpc("check", "--quick", "--out", out.name, *globs, *words)
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return list(load(out).observations)


def workers_of(out: Path) -> dict[str, set[str]]:
    """The workers that asked each endpoint anything, by the beginnings of their numbers."""
    workers = defaultdict(set)
    for exchange in load(out).exchanges:
        workers[exchange.endpoint].add(exchange.id[:3])
    return workers


def verdicts(out: Path) -> dict[str, tuple[str, list[str]]]:
    rows = json.loads((out / "verdicts.json").read_text())["verdicts"]
    return {row["requirement"]: (row["verdict"], sorted(row["checks"])) for row in rows}


def made(seen: list[Observation]) -> Counter[tuple[str, str]]:
    """How often each check judged each requirement, but for the one that every share has."""
    return Counter((o.check, o.requirement) for o in seen if LAST not in o.check)


def test_with_a_worker_for_each_an_endpoint_is_judged_by_one(
    httptpc: Httptpc, tmp_path: Path
) -> None:
    (tmp_path / "endpoints.yaml").write_text(
        "version: 1\nendpoints:\n  a: {kind: reference}\n  b: {kind: reference}\n"
    )
    ran = httptpc("check", "-n", "2", "--select", "DAV-00*", "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert {n: len(seen) for n, seen in workers_of(tmp_path / "out").items()} == {"a": 1, "b": 1}


def test_shared_endpoint_gets_the_same_verdicts(httptpc: Httptpc, tmp_path: Path) -> None:
    (tmp_path / "endpoints.yaml").write_text(ONE % "")
    alone = checked(httptpc, tmp_path / "alone", "-n", "0")
    shared = checked(httptpc, tmp_path / "shared", "-n", "2")
    assert made(alone)
    assert made(shared) == made(alone)
    assert verdicts(tmp_path / "shared") == verdicts(tmp_path / "alone")
    assert workers_of(tmp_path / "alone") == {"a": {"x-0"}}
    assert workers_of(tmp_path / "shared") == {"a": {"x-1", "x-2"}}


def test_families_are_not_torn_apart(httptpc: Httptpc, tmp_path: Path) -> None:
    (tmp_path / "endpoints.yaml").write_text(ONE % "")
    seen = checked(httptpc, tmp_path / "out", "-n", "2")
    workers: dict[str, set[str]] = defaultdict(set)
    for one in seen:
        family = one.requirement.partition("-")[0]
        if LAST not in one.check:
            workers[TOGETHER.get(family, family)] |= {e[:3] for e in one.evidence}
    assert {family: len(found) for family, found in workers.items() if found} == dict.fromkeys(
        ("DAV", "MAC", "CKSUM", "DELEG", *(["AUTH"] if workers["AUTH"] else [])), 1
    )
    ids = {e.id for e in load(tmp_path / "out").exchanges}
    assert {e for one in seen for e in one.evidence} <= ids


def test_breach_that_one_share_alone_saw_is_a_violation(httptpc: Httptpc, tmp_path: Path) -> None:
    (tmp_path / "endpoints.yaml").write_text(ONE % ", start: {deviation: [md5-of-hex-in-base64]}")
    seen = checked(httptpc, tmp_path / "out", "-n", "2")
    outcomes = [o.outcome for o in seen if o.requirement == "CKSUM-006" and LAST in o.check]
    assert sorted(outcomes) == sorted([Outcome.FAIL, Outcome.UNTESTED])
    assert verdicts(tmp_path / "out")["CKSUM-006"][0] == "VIOLATED"


@pytest.mark.parametrize(("parallel", "workers"), [(3, 1), (4, 2)])
def test_no_more_shares_than_the_limits_allow(
    httptpc: Httptpc, tmp_path: Path, parallel: int, workers: int
) -> None:
    (tmp_path / "endpoints.yaml").write_text(ONE % f", limits: {{parallel: {parallel}}}")
    globs = ("--select", "DAV-01*", "--select", "MAC-00*")
    ran = httptpc("check", "-n", "2", "--quick", "--out", "out", *globs)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(workers_of(tmp_path / "out")["a"]) == workers


def test_workers_of_pytest_share_an_endpoint_too(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.yaml"
    file.write_text(ONE % "")
    globs = ("--select", "DAV-01*", "--select", "MAC-00*")
    words = ["suites", "--endpoints", str(file), "--quick", "--out", str(tmp_path / "out"), *globs]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-n", "2"],
        cwd=ROOT,
        env=environment(HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(workers_of(tmp_path / "out")["a"]) == 2
    seen = made(list(load(tmp_path / "out").observations))
    assert {requirement[:3] for _, requirement in seen} == {"DAV", "MAC"}

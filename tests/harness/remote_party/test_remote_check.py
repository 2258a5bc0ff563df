"""A whole check of a server that somebody else runs, with and without a far side it can reach."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.pki import Testbed
from tests.harness.conftest import Httptpc, environment

FAMILIES = ("DAV-01*", "CRED-*", "CKSUM-*", "TPC-02*")


@pytest.fixture
def party(testbed: Testbed, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """``httptpc remote-party`` on the testbed's PKI, as a site would trust it."""
    host = testbed.host()
    words = ("--cert", host.cert, "--key", host.key, "--capath", testbed.capath)
    command = [sys.executable, "-m", "harness.cli", "remote-party", *map(str, words)]
    command += ["--public-url", "https://localhost", "--port", "0", "--alias", "127.0.0.1"]
    command += ["--control-token", str(tmp_path / "control-token")]
    with (
        (tmp_path / "party.log").open("w") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment()
        ) as process,
    ):
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(10) == 0


def verdicts(out: Path) -> dict[str, tuple[str, int]]:
    """Verdict and number of checks by requirement."""
    rows = json.loads((out / "verdicts.json").read_text())["verdicts"]
    return {row["requirement"]: (row["verdict"], len(row["checks"])) for row in rows}


def check(httptpc: Httptpc, *words: str, **environ: str) -> int:
    selected = [w for family in FAMILIES for w in ("--select", family)]
    ended = httptpc("check", "--quick", *selected, *words, **environ)
    assert "Traceback" not in ended.stderr
    return ended.returncode


@pytest.fixture
def distant_site(site_file: Path) -> Path:
    """The running server as an endpoint that the harness did not start, with every profile."""
    text = site_file.read_text()
    site_file.write_text(
        text.replace("    credentials:", "    profiles: [reference]\n    credentials:")
    )
    return site_file


def test_verdicts_are_those_of_a_far_side_at_hand(
    httptpc: Httptpc, distant_site: Path, party: dict[str, Any], testbed: Testbed, tmp_path: Path
) -> None:
    away = ("--remote-party", party["url"], "--remote-party-token", party["control_token"])
    words = ("--endpoints", str(distant_site), "--out", "away", *away)
    assert check(httptpc, *words, X509_CERT_DIR=str(testbed.capath)) == 0
    file = tmp_path / "own.yaml"
    file.write_text("version: 1\nendpoints:\n  site: {kind: reference}\n")
    assert check(httptpc, "--endpoints", str(file), "--out", "near") == 0
    distant, near = verdicts(tmp_path / "away"), verdicts(tmp_path / "near")
    # the harness holds fewer credentials for a server that it did not start
    compared = {k for k, v in distant.items() if v[0] != "NOT_TESTED"}
    assert len(compared) > 25
    assert {k: distant[k] for k in compared} == {k: near[k] for k in compared}
    token = Path(party["control_token"]).read_text().strip()
    for written in (tmp_path / "away").iterdir():
        assert token not in written.read_text()


def test_without_one_the_checks_stay_untested(
    httptpc: Httptpc, distant_site: Path, tmp_path: Path
) -> None:
    assert check(httptpc, "--endpoints", str(distant_site), "--out", "alone") in (0, 5)
    found = verdicts(tmp_path / "alone")
    assert found["TPC-021"][0] == "NOT_TESTED"
    record = (tmp_path / "alone" / "run.jsonl").read_text()
    assert "no remote party that the endpoint can reach; give --remote-party" in record


@pytest.mark.parametrize("command", ["check", "matrix", "probe"])
def test_party_and_token_go_together(httptpc: Httptpc, distant_site: Path, command: str) -> None:
    what = ["https://localhost:1"] if command == "probe" else ["--endpoints", str(distant_site)]
    if command == "matrix":
        _double(distant_site)
    ended = httptpc(command, *what, "--remote-party", "https://localhost:1")
    assert ended.returncode == 4
    assert "--remote-party-token FILE go together" in ended.stderr


def _double(file: Path) -> None:
    """A matrix needs two."""
    head, entry = file.read_text().split("  site:\n")
    entry += "    opt-in: true\n"
    file.write_text(f"{head}  site:\n{entry}  site-b:\n{entry}")


def test_party_that_cannot_be_used_is_told(
    httptpc: Httptpc, distant_site: Path, party: dict[str, Any], testbed: Testbed, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.touch(0o600)
    wrong.write_text("w" * 40)
    cases = (
        (party["url"], str(wrong), "refuses the token"),
        ("https://localhost:1", party["control_token"], "refused"),
        (party["url"], str(tmp_path / "none"), "cannot be read"),
    )
    for number, (url, token, said) in enumerate(cases):
        words = ("--endpoints", str(distant_site), "--out", f"out{number}")
        options = ("--remote-party", url, "--remote-party-token", token)
        ended = httptpc("check", *words, *options, X509_CERT_DIR=str(testbed.capath))
        assert ended.returncode == 4
        assert said in ended.stderr
        assert not (tmp_path / f"out{number}").exists()

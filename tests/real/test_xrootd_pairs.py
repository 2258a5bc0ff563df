"""XRootD and the reference server copy to and from each other, whichever of them is active.

Driven by curl alone, so that neither the harness nor a suite has a part in the judgement: the bytes
at the end are compared with the bytes at the beginning. Then `httptpc matrix` must say the same.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures.kinds import Started
from tests.real.conftest import Starter
from tests.real.curl import Identity, by_token, curl

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]
SIZE = 3_000_000
PAIRS = list(itertools.permutations(("reference", "xrootd"), 2))
ENDPOINTS = """\
version: 1
endpoints:
  reference-a: {kind: reference, opt-in: true}
  xrootd-a: {kind: xrootd, opt-in: true}
"""


@pytest.fixture(scope="module")
def servers(start: Starter, xrootd: Started) -> dict[str, Started]:
    return {"reference": start("reference", "reference-a"), "xrootd": xrootd}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    path = tmp_path / "content"
    path.write_bytes(os.urandom(SIZE))
    return path


def copying(active: Started, passive: Started, header: str, remote: str) -> Identity:
    """Who asks for the copy, and what the active party may show to the passive one."""
    assert passive.credentials.token
    secret = passive.credentials.token.read_text().strip()
    lines = [
        by_token(active.credentials.token).lines,
        f'header = "{header}: {passive.url}{remote}"\n',
        f'header = "TransferHeaderAuthorization: Bearer {secret}"\n',
        'header = "Credential: none"\n',
    ]
    return Identity("".join(lines))


@pytest.mark.parametrize("mode", ["pull", "push"])
@pytest.mark.parametrize(("source", "destination"), PAIRS)
def test_bytes_arrive(
    servers: dict[str, Started], source: str, destination: str, mode: str, content: Path
) -> None:
    src, dst = servers[source], servers[destination]
    at_source, at_destination = f"/from-{mode}", f"/to-{mode}"
    upload = curl(src, at_source, by_token(src.credentials.token), "--upload-file", str(content))
    assert upload.status in (200, 201)
    if mode == "pull":
        who = copying(dst, src, "Source", at_source)
        answer = curl(dst, at_destination, who, "--request", "COPY")
    else:
        who = copying(src, dst, "Destination", at_destination)
        answer = curl(src, at_source, who, "--request", "COPY")
    assert answer.status in (201, 202)
    assert answer.body.splitlines()[-1].startswith(b"success")
    fetched = curl(dst, at_destination, by_token(dst.credentials.token))
    assert fetched.status == 200
    assert fetched.body == content.read_bytes(), "other bytes than at the source"


@pytest.fixture(scope="module")
def cells(xrootd: Started, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The cells of a matrix of both; `xrootd` is asked for because it skips where it is missing."""
    place = tmp_path_factory.mktemp("matrix")
    (place / "endpoints.yaml").write_text(ENDPOINTS)
    words = ["matrix", "--endpoints", str(place / "endpoints.yaml"), "--modes", "pull,push"]
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *words, "--out", str(place / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    said = (done.stdout + done.stderr)[-3000:]
    assert (place / "out/matrix.json").exists(), said
    found: list[dict[str, Any]] = json.loads((place / "out/matrix.json").read_text())["cells"]
    return found


@pytest.mark.parametrize("mode", ["pull", "push"])
@pytest.mark.parametrize(("source", "destination"), PAIRS)
def test_matrix_says_so_too(
    cells: list[dict[str, Any]], source: str, destination: str, mode: str
) -> None:
    wanted = (f"{source}-a", f"{destination}-a", mode)
    found = [c for c in cells if (c["source"], c["destination"], c["mode"]) == wanted]
    assert found, f"no cell {wanted}"
    bad = [f"{c['auth']}: {c['result']} {c['reason']}" for c in found if c["result"] != "PASS"]
    assert not bad, "; ".join(bad)
    assert all(cell["bytes"] > 0 for cell in found)

"""XRootD as a gateway to S3: what it does by hand, and that the suite says the same of it."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.kinds import ServerMissing, Started
from fixtures.kinds.xrootd import gateway
from fixtures.pki import Testbed
from tests.judging import check
from tests.real.clients import absent

pytestmark = pytest.mark.real
NAME = "gateway-a"
PATIENCE = 600.0
CONTENT = b"by hand " * 5000
FACTS = {
    "S3-001": "MET",
    "S3-002": "MET",
    "S3-003": "MET",
    "S3-004": "VIOLATED",  # listings: 500, function not implemented
    "S3-005": "MET",
    "S3-007": "MET",
    "S3-008": "MET",
    "S3-010": "MET",  # 405
    "S3-011": "VIOLATED",  # a part of a file is sent on as the whole
    "S3-012": "VIOLATED",  # 200 for what the store refused
}
"""The verdicts that follow from what XRootD 5.5.3 with davix was seen to do."""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    place = tmp_path_factory.mktemp("gateway")
    try:
        made = gateway.start(Testbed.create(place / "testbed"), place / "gateway-a")
    except ServerMissing as problem:
        absent(str(problem))
    yield made
    made.stop()


def curl(started: Started, *words: str) -> tuple[int, bytes]:
    """Status and body of one request with the proxy."""
    proxy = str(started.credentials.proxy)
    known = ["--cacert", str(started.ca), "--cert", proxy, "--key", proxy, "--max-time", "60"]
    done = subprocess.run(
        ["curl", "-sS", "-w", "\n%{http_code}", *known, *words],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    body, _, code = done.stdout.rpartition(b"\n")
    return int(code), body


def stored(started: Started, name: str) -> bytes | None:
    """The object itself: moto believes any signature, but wants to see one."""
    url = f"{started.doors['s3']['url']}/data/{name}"
    asked = urllib.request.Request(url, headers={"Authorization": "AWS tester:none"})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
            return bytes(answer.read())
    except urllib.error.HTTPError as problem:
        if problem.code != 404:
            raise
        return None


def test_upload_and_download_by_hand(started: Started, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(CONTENT)
    assert curl(started, "-T", str(file), f"{started.url}/whole")[0] in (200, 201)
    assert stored(started, "whole") == CONTENT
    assert curl(started, f"{started.url}/whole") == (200, CONTENT)


def test_refused_upload_is_acknowledged_by_hand(started: Started, tmp_path: Path) -> None:
    """No object, and a success all the same: XRootD 5.5.3, against S3-012."""
    file = tmp_path / "file"
    file.write_bytes(CONTENT)
    code, _ = curl(started, "-T", str(file), f"{started.url}/fault-put-403")
    assert (code, stored(started, "fault-put-403")) == (200, None)


def test_listing_is_not_implemented_by_hand(started: Started) -> None:
    code, body = curl(started, "-X", "PROPFIND", "-H", "Depth: 1", f"{started.url}/")
    assert (code, b"not implemented" in body) == (500, True), body


def test_the_suite_says_the_same(started: Started, tmp_path: Path) -> None:
    """`started` is asked for only because it skips where a program is missing."""
    judged = check({NAME: {"kind": "xrootd-s3"}}, tmp_path, "--select", "S3-*")
    rows = judged.rows[NAME]
    assert {name: rows[name]["verdict"] for name in FACTS} == FACTS, judged.said

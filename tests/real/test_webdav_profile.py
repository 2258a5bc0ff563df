"""Plain WebDAV servers under profile webdav: no third-party copy, with proof, and the rest judged.

Every violation was looked at by hand and is the server's own; a new one is a wrong check or a new
fact to write down here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from fixtures import kinds
from fixtures.kinds import ServerMissing
from fixtures.pki import Testbed
from tests.judging import Rows, check

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("webdav-profile")]
VIOLATED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "apache": {"DAV-029": "TRACE is on by default, and tells the credentials"},
        "nginx": {
            "PROP-001": "creationdate that was asked for is passed over in silence",
            "PROP-002": "an unknown property that was asked for is passed over in silence",
            "DAV-012": "PUT below a missing collection is 500",
            "DAV-018": "If-Match that does not hold does not keep a PUT from overwriting",
            "DAV-020": "405 without Allow",
        },
        "rclone": {
            "DAV-003": "MKCOL of what exists is 201",
            "DAV-008": "MOVE without Overwrite onto an existing file is 412, as if it said F",
            "DAV-018": "If-Match that does not hold does not keep a PUT from overwriting",
            "DAV-020": "405 without Allow",
            "DAV-026": "after Content-Length beside Transfer-Encoding the connection goes on",
            "DAV-030": "a PUT with Content-Range makes the part the whole file",
        },
    }
)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rows]:
    """Verdicts of one run on all of them, by kind and requirement."""
    out = tmp_path_factory.mktemp("webdav")
    _skip_without_servers(out)
    judged = check({kind: {"kind": kind} for kind in VIOLATED}, out, "-n", "2")
    assert judged.code == 1, judged.said
    return judged.rows


def _skip_without_servers(out: Path) -> None:
    testbed = Testbed.create(out / "testbed")
    for kind in VIOLATED:
        try:
            kinds.load(kind).start(testbed, out / kind).stop()
        except ServerMissing as missing:
            if os.environ.get("HTTPTPC_REAL") == "require":
                raise
            pytest.skip(str(missing))


@pytest.mark.parametrize("kind", VIOLATED)
def test_every_violation_is_a_known_one(kind: str, verdicts: Mapping[str, Rows]) -> None:
    bad = {
        i: f"{row['verdict']}: {row['actual'] or row['reason']}"
        for i, row in verdicts[kind].items()
        if row["verdict"] in ("VIOLATED", "INCONCLUSIVE")
    }
    assert set(bad) == set(VIOLATED[kind]), bad


@pytest.mark.parametrize("kind", VIOLATED)
def test_third_party_copy_is_absent_and_the_proof_is_told(
    kind: str, verdicts: Mapping[str, Rows]
) -> None:
    row = verdicts[kind]["TPC-001"]
    assert row["verdict"] == "NOT_APPLICABLE"
    assert "third-party pull answered" in row["reason"]
    assert "third-party push answered" in row["reason"]
    assert len(row["evidence"]) >= 4


@pytest.mark.parametrize("kind", VIOLATED)
def test_its_webdav_is_judged(kind: str, verdicts: Mapping[str, Rows]) -> None:
    met = [row for row in verdicts[kind].values() if row["verdict"] == "MET"]
    assert {"DAV", "PROP"} <= {row["family"] for row in met}
    assert len(met) >= 30

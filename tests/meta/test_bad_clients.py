"""Each client rule is broken by a client that is wrong in one way, and met by the right one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from harness.checks import catalogue
from harness.model import Level
from tests.judging import check

RIGHT = "right"
FLAWS = {
    "TPC-007": ("both-sides",),
    "TPC-015": ("believes-the-status", "first-verdict-counts"),
    "MARK-017": ("no-mapped-addresses",),
    "MARK-018": ("tcp-only",),
    "MARK-024": ("knows-success-created-only",),
    "MARK-025": ("knows-failure-only",),
    "MARK-026": ("knows-small-letters-only",),
    "MARK-027": ("strict-markers",),
    "MARK-028": ("end-is-success",),
    "MARK-036": ("reads-by-chunks",),
    "CANCEL-004": ("cannot-be-interrupted",),
    "DELEG-001": ("delegates-in-silence",),
    "DELEG-011": ("tries-one-service",),
    "DELEG-012": ("repeats-the-first-url", "posts-after-delegation"),
    "CRED-001": ("no-credential",),
    "CRED-017": ("goes-on-in-the-clear",),
    "MAC-048": ("one-token", "wants-to-write-at-the-source"),
    "MAC-051": ("reads-tokens",),
    "REDIR-003": ("stops-at-redirects", "keeps-the-redirect"),
    "REDIR-013": ("stops-at-redirects", "knows-302-only"),
    "REDIR-014": ("gets-after-redirects", "forgets-transfer-headers"),
    "REDIR-024": ("knows-absolute-urls-only", "appends-relative-paths"),
    "REDIR-025": ("follows-for-ever",),
    "REDIR-026": ("takes-redirects-for-success",),
    "REDIR-027": ("shows-its-token-everywhere",),
    "CKSUM-028": ("digests-as-text",),
    "INTEG-017": ("no-verification",),
    "PROP-007": ("asks-for-everything",),
}
OPERATIONS = ("pull", "push", "download", "verify", "delegate")


def commands(flaw: str) -> dict[str, str]:
    """The `start` of an endpoint entry for the client with this flaw."""
    ends = "{source} {destination} {file} {cert} {key} {proxy}"
    script = Path(__file__).with_name("own_client.py")
    named = {o: f"{sys.executable} {script} {flaw} {o} {ends}" for o in OPERATIONS}
    return {"command" if o == "pull" else f"{o}-command": text for o, text in named.items()}


def verdicts(flaws: tuple[str, ...], select: str, folder: Path) -> dict[str, str]:
    """The verdict on a requirement by client."""
    entries = {flaw: {"kind": "client", "start": commands(flaw)} for flaw in flaws}
    rows = check(entries, folder, "--select", select).rows
    return {client: found[select]["verdict"] for client, found in rows.items() if select in found}


def test_every_client_rule_has_a_client_that_breaks_it() -> None:
    assert set(FLAWS) == catalogue().profile("client")


def _cases() -> list[Any]:
    """Those of a MUST belong to every test run, the others to the long one."""
    level = {i: catalogue().get(i).level for i in FLAWS}
    return [
        pytest.param(i, marks=[] if level[i] is Level.MUST else [pytest.mark.long]) for i in FLAWS
    ]


@pytest.mark.parametrize("requirement", _cases())
def test_bad_client_is_told_from_the_right_one(requirement: str, tmp_path: Path) -> None:
    found = verdicts((RIGHT, *FLAWS[requirement]), requirement, tmp_path)
    level = catalogue().get(requirement).level
    broken = "VIOLATED" if level is Level.MUST else "MET_WITH_WARNINGS"
    assert found == {RIGHT: "MET", **dict.fromkeys(FLAWS[requirement], broken)}

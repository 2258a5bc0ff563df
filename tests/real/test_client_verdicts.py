"""What `httptpc client` says of Debian's clients, compared with what they were seen to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.clients.known import KNOWN
from harness.checks import catalogue
from harness.model import Verdict
from tests.judging import Rows, run
from tests.real.clients import absent

pytestmark = pytest.mark.real
CLIENTS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("client_facts.yaml").read_text(encoding="utf-8")
)["clients"]


def expected(entry: dict[str, Any]) -> dict[str, str]:
    return {name: v for fact in entry["facts"] for name, v in fact["verdicts"].items()}


def judged(client: str, out: Path) -> Rows:
    """The verdict rows on a client by requirement."""
    (rows,) = run(out, "client", client).rows.values()
    return rows


@pytest.mark.long
@pytest.mark.parametrize("entry", CLIENTS, ids=lambda entry: str(entry["client"]))
def test_verdicts_agree_with_the_facts(entry: dict[str, Any], tmp_path: Path) -> None:
    subject = KNOWN[entry["client"]]
    if not (version := subject.version()):
        absent(f"Debian package {subject.package} is not installed")
    if version != entry["seen"]:
        pytest.skip(f"{subject.name} {version} was not looked at, {entry['seen']} was")
    rows = judged(entry["client"], tmp_path / "out")
    wanted = expected(entry)
    assert {name: rows[name]["verdict"] for name in wanted} == wanted


def test_facts_are_of_rules_for_clients() -> None:
    bound = catalogue().profile("client")
    known = {verdict.value for verdict in Verdict}
    ids = [fact["id"] for entry in CLIENTS for fact in entry["facts"]]
    assert len(ids) == len(set(ids))
    for entry in CLIENTS:
        assert set(expected(entry)) <= bound
        assert set(expected(entry).values()) <= known
        told = [name for fact in entry["facts"] for name in fact["verdicts"]]
        assert len(told) == len(set(told))

"""The facts about real servers are well formed and follow the rules of judgement."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.model import Verdict
from harness.requirements import Catalogue, load
from tests.real.facts import FactProblem, Facts, load_facts

DEMANDED = {
    "TPC-026": Verdict.MET_WITH_WARNINGS,  # Overwrite: F of a push is ignored
    "INTEG-007": Verdict.VIOLATED,  # verification demanded, no digest, success
    "INTEG-005": Verdict.MET_WITH_WARNINGS,  # verification demanded, wrong digest, success
    "TPC-053": Verdict.VIOLATED,  # file: is read
    "TPC-005": Verdict.MET_WITH_WARNINGS,  # Source and Destination: a pull
    "TPC-054": Verdict.VIOLATED,  # a copy onto itself empties the file
    "MAC-027": Verdict.VIOLATED,  # paths compared as texts
    "TPC-035": Verdict.VIOLATED,  # header names compared letter by letter
    "TPC-013": Verdict.MET_WITH_WARNINGS,  # 201 in place of 202
    "MARK-019": Verdict.MET,  # no newline after the result line
    "MARK-031": Verdict.MET,  # text/plain
}
HEAD = "version: 1\nkind: xrootd\nprofile: xrootd\nserver: 5.5.3\nfacts:\n"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def facts(catalogue: Catalogue) -> Facts:
    return load_facts(catalogue)


def test_the_file_holds_what_was_learnt(facts: Facts) -> None:
    assert len(facts.facts) >= 80
    expected = facts.expected()
    assert {name: expected[name] for name in DEMANDED} == DEMANDED


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("{id: XRD-1, fact: x, verdicts: {TPC-001: MET}}", "give an id"),
        ("{id: XRD-001, verdicts: {TPC-001: MET}}", "give an id"),
        ("{id: XRD-001, fact: x, verdicts: {TPC-001: OK}}", "no verdict 'OK'"),
        ("{id: XRD-001, fact: x, verdicts: {TPC-999: MET}}", "no requirement TPC-999"),
        ("{id: XRD-001, fact: x, verdicts: {META-001: MET}}", "does not bind"),
        ("{id: XRD-001, fact: x, verdicts: {TPC-001: MET_WITH_WARNINGS}}", "no variant"),
        ("{id: XRD-001, fact: x, verdicts: {TPC-005: VIOLATED}}", "say what is lost"),
        ("{id: XRD-001, fact: x, verdicts: {MARK-031: VIOLATED}, loss: y}", "is INFO"),
        ("{id: XRD-001, fact: x, verdicts: {TPC-001: MET}, note: y}", "unknown keys"),
        ("{id: XRD-001, fact: x, verdicts: {TPC-001: MET}, races: {TPC-002: y}}", "no verdict on"),
    ],
)
def test_a_mistake_is_named(
    catalogue: Catalogue, tmp_path: Path, entry: str, complaint: str
) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(f"{HEAD}- {entry}\n")
    with pytest.raises(FactProblem, match=complaint):
        load_facts(catalogue, path)


def test_facts_may_not_contradict_each_other(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    first = "- {id: XRD-001, fact: x, verdicts: {TPC-001: MET}}\n"
    path.write_text(HEAD + first + first.replace("001, f", "002, f").replace("MET", "VIOLATED"))
    with pytest.raises(FactProblem, match="another fact says"):
        load_facts(catalogue, path)
    path.write_text(HEAD + first + first)
    with pytest.raises(FactProblem, match="used twice"):
        load_facts(catalogue, path)

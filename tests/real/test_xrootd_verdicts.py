"""The suite's verdicts on XRootD are what the facts about it demand.

Everything that differs is printed at once: a verdict that contradicts a fact, a requirement with a
fact that was not judged, and a violation that no fact knows of.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fixtures.kinds import Started
from harness.model import Verdict
from harness.requirements import load
from tests.judging import Rows, check
from tests.real.facts import Facts, load_facts

pytestmark = pytest.mark.real
NAME = "xrootd-a"
VIOLATIONS_FOUND = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """The exit code of a check, its last words, and its verdict for every requirement."""

    code: int
    words: str
    rows: Rows

    def verdict(self, requirement: str) -> Verdict:
        row = self.rows.get(requirement)
        return Verdict(row["verdict"]) if row else Verdict.NOT_TESTED


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load_facts(load())


@pytest.fixture(scope="module")
def judged(xrootd: Started, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """One full check; the server is started by the harness, on its own testbed PKI.

    `xrootd` is asked for only because it skips where XRootD is not installed.
    """
    ended = check({NAME: {"kind": "xrootd"}}, tmp_path_factory.mktemp("check"))
    return Judged(ended.code, ended.said, ended.rows[NAME])


def disagreements(judged: Judged, facts: Facts) -> list[str]:
    """One paragraph for every verdict that is not what the facts demand."""
    expected = facts.expected()
    differing = [name for name in expected if judged.verdict(name) is not expected[name]]
    wrong = [name for name in differing if not _race_lost(judged, name, facts)]
    violated = [n for n in judged.rows if judged.verdict(n) is Verdict.VIOLATED]
    unknown = sorted(set(violated) - set(expected))
    return [
        *(_paragraph(judged, name, facts, wanted=expected[name]) for name in wrong),
        *(_paragraph(judged, name, facts, wanted=None) for name in unknown),
    ]


def _race_lost(judged: Judged, name: str, facts: Facts) -> bool:
    violated = judged.verdict(name) is Verdict.VIOLATED
    return violated and facts.race_lost(name, judged.rows[name].get("actual", ""))


def _paragraph(judged: Judged, name: str, facts: Facts, *, wanted: Verdict | None) -> str:
    row = judged.rows.get(name, {})
    known = [f"    {fact.id}: {fact.sentence}" for fact in facts.about(name)]
    seen = row.get("actual") or row.get("reason") or ""
    return "\n".join(
        [
            f"{name}: {judged.verdict(name)}, but the facts say {wanted or 'nothing of it'}",
            *(known or ["    no fact"]),
            f"    the suite saw: {seen}",
            f"    checks: {', '.join(row.get('checks', ())) or 'none'}",
        ]
    )


def test_verdicts_are_those_that_the_facts_demand(judged: Judged, facts: Facts) -> None:
    wrong = disagreements(judged, facts)
    if wrong:
        head = f"{len(wrong)} disagreements, {len(facts.expected())} verdicts demanded"
        pytest.fail("\n".join([head, *wrong]), pytrace=False)


def test_exit_code_tells_of_violations(judged: Judged) -> None:
    assert judged.code == VIOLATIONS_FOUND, judged.words


def test_disagreements_are_found_at_all(facts: Facts) -> None:
    """The comparison itself: a run that judged nothing disagrees with every fact."""
    nothing = Judged(0, "", {})
    assert len(disagreements(nothing, facts)) == len(facts.expected())
    raced = {"CKSUM-002": {"verdict": "VIOLATED", "actual": "404 Not Found, 27 bytes"}}
    assert len(disagreements(Judged(1, "", raced), facts)) == len(facts.expected()) - 1
    wrong = {"CKSUM-002": {"verdict": "VIOLATED", "actual": "200, Digest: another"}}
    assert len(disagreements(Judged(1, "", wrong), facts)) == len(facts.expected())
    invented = {"TPC-018": {"verdict": "VIOLATED", "checks": [], "actual": "x"}}
    assert len(disagreements(Judged(1, "", invented), facts)) == len(facts.expected()) + 1

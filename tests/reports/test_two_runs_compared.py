from __future__ import annotations

import pytest

from harness.model import Expectation, Outcome, Verdict
from reports.diff import DiffProblem, Kind, compare, render
from reports.reading import read
from reports.verdicts import document
from tests.reports.sample_runs import failure, observation, requirement, run_of

PASSED = document(read(run_of(observation(Outcome.PASS))))
FAILED = document(read(run_of(failure())))
BLOCKED = document(read(run_of(observation(Outcome.BLOCKED, reason="no peer"))))
UNTESTED = document(read(run_of(requirements=(requirement(),))))
KNOWN = document(read(run_of(failure(), expectations=(Expectation("TPC-021", "old"),))))
WARNED = document(read(run_of(observation(Outcome.WARN))))
EMPTY = {"schema": 1, "run": {"id": "run-0"}, "verdicts": []}


@pytest.mark.parametrize(
    ("old", "new", "regressed"),
    [
        (PASSED, FAILED, True),
        (PASSED, BLOCKED, True),
        (BLOCKED, FAILED, True),
        (UNTESTED, FAILED, True),
        (FAILED, BLOCKED, False),
        (FAILED, FAILED, False),
        (FAILED, PASSED, False),
        (PASSED, WARNED, False),
        (PASSED, KNOWN, False),
        (BLOCKED, KNOWN, False),
        (EMPTY, FAILED, False),
        (FAILED, EMPTY, False),
    ],
)
def test_a_regression_is_worse_than_before_and_unexpected(old, new, regressed):
    assert compare(old, new).has_regressed is regressed


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (EMPTY, PASSED, Kind.ADDED),
        (PASSED, EMPTY, Kind.DELETED),
        (PASSED, WARNED, Kind.CHANGED),
        (PASSED, PASSED, Kind.UNCHANGED),
    ],
)
def test_kinds_of_change(old, new, kind):
    (change,) = compare(old, new).of(kind)
    assert change.kind is kind


@pytest.mark.parametrize(
    ("old", "new", "improved"),
    [
        (FAILED, PASSED, True),
        (FAILED, BLOCKED, True),
        (BLOCKED, KNOWN, False),
        (PASSED, WARNED, False),
        (FAILED, EMPTY, False),
    ],
)
def test_an_improvement_was_bad_and_is_better(old, new, improved):
    assert compare(old, new).changes[0].is_improvement is improved


def test_regressions_come_first_with_what_was_seen():
    told = render(compare(PASSED, FAILED))
    assert told == (
        "run-1 -> run-1: 0 added, 0 deleted, 1 changed, 0 unchanged, 1 regressed\n\n"
        "Regressions (1)\n"
        "  TPC-021 MUST site-a: ✓ met -> ✗ violated: 202, success: Created, content replaced\n"
    )


def test_every_other_block_has_its_title():
    assert "Improvements (1)\n" in render(compare(FAILED, PASSED))
    assert "Other changes (1)\n" in render(compare(PASSED, WARNED))
    assert "Added (1)\n  TPC-021 MUST site-a: absent -> ✓ met" in render(compare(EMPTY, PASSED))
    assert "Deleted (1)\n  TPC-021 MUST site-a: ✓ met -> absent" in render(compare(PASSED, EMPTY))
    assert "violated (expected)" in render(compare(PASSED, KNOWN))


def test_colour_only_when_asked():
    assert "\x1b[31mRegressions\x1b[0m" in render(compare(PASSED, FAILED), colour=True)
    assert "\x1b" not in render(compare(PASSED, FAILED))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"schema": 2, "verdicts": []},
        {"schema": 1, "verdicts": {}},
        {"schema": 1, "verdicts": [{"endpoint": "a"}]},
        {"schema": 1, "verdicts": ["x"]},
        {"schema": 1, "verdicts": [{"endpoint": "a", "requirement": "b", "verdict": "GOOD"}]},
    ],
)
def test_another_document_is_refused(wrong):
    with pytest.raises(DiffProblem):
        compare(PASSED, wrong)


def test_a_document_without_run_has_no_name():
    assert compare({"schema": 1, "verdicts": []}, PASSED).old == "?"
    assert compare(PASSED, FAILED).changes[0].before is Verdict.MET

"""How a check becomes outcomes: levels, tolerated variants, controls, and our own faults."""

from __future__ import annotations

import pytest

from harness import expect
from harness.ledger import Ledger
from harness.model import Exchange, Level, Outcome, Requirement
from harness.problems import Blocked, NotApplicable, Untested

LEVELS = {"M": Level.MUST, "S": Level.SHOULD, "Y": Level.MAY, "I": Level.INFO}


def ledger(*, claimed: bool = False) -> Ledger:
    entries = [
        Requirement(i, "X", level, "active server", (), "text", "probe")
        for i, level in LEVELS.items()
    ]
    made = Ledger("site", "suites/test_x.py::test_y", entries)
    made.claimed = frozenset(LEVELS) if claimed else frozenset()
    return made


def outcome(made: Ledger, identifier: str) -> Outcome:
    (seen,) = [o for o in made.observations if o.requirement == identifier]
    return seen.outcome


@pytest.mark.parametrize(
    ("identifier", "claimed", "severe", "wanted"),
    [
        ("M", False, False, Outcome.FAIL),
        ("S", False, False, Outcome.WARN),
        ("S", False, True, Outcome.FAIL),
        ("Y", False, False, Outcome.INFO),
        ("Y", True, False, Outcome.FAIL),
        ("I", False, True, Outcome.FAIL),
        ("I", False, False, Outcome.INFO),
        ("I", True, False, Outcome.FAIL),
    ],
)
def test_a_violation_counts_by_level(
    identifier: str, claimed: bool, severe: bool, wanted: Outcome
) -> None:
    made = ledger(claimed=claimed)
    with made.judge(identifier):
        expect.that(False, "something", "nothing", severe=severe)
    assert outcome(made, identifier) is wanted


def test_a_tolerated_variant_is_a_warning_also_on_a_must() -> None:
    made = ledger()
    with made.judge("M"):
        expect.preferably(False, "this", "that")
        expect.that(True, "x", "x")
    assert outcome(made, "M") is Outcome.WARN
    assert made.observations[0].expected == ("this",)


def test_a_violation_after_a_tolerated_variant_still_fails() -> None:
    made = ledger()
    with made.judge("M"):
        expect.preferably(False, "this", "that")
        expect.that(False, "x", "y")
    assert outcome(made, "M") is Outcome.FAIL


@pytest.mark.parametrize(
    ("status", "fault", "handshake", "wanted"),
    [
        (403, "", False, Outcome.PASS),
        (500, "", False, Outcome.WARN),
        (200, "", True, Outcome.FAIL),
        (0, "tlsv1 alert unknown ca", True, Outcome.PASS),
        (0, "EOF occurred in violation of protocol", True, Outcome.PASS),
        (0, "The read operation timed out", True, Outcome.WARN),
        (0, "tlsv1 alert unknown ca", False, Outcome.FAIL),
    ],
)
def test_what_denies_access(status: int, fault: str, handshake: bool, wanted: Outcome) -> None:
    answer = Exchange("x-1", "site", "client", "", "GET", "", status=status, fault=fault)
    made = ledger()
    with made.judge("M"):
        expect.denied(answer, handshake=handshake)
    assert outcome(made, "M") is wanted


def test_a_block_that_verifies_nothing_is_our_error() -> None:
    made = ledger()
    with made.judge("M"):
        pass
    assert outcome(made, "M") is Outcome.ERROR


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        (Blocked("the control failed"), Outcome.BLOCKED),
        (NotApplicable("there is none"), Outcome.NA),
        (Untested("no credential"), Outcome.UNTESTED),
    ],
)
def test_other_ends_of_a_block(end: Exception, wanted: Outcome) -> None:
    made = ledger()
    with made.judge("M"):
        raise end
    assert outcome(made, "M") is wanted
    assert made.observations[0].reason == str(end)


def test_a_fault_of_ours_goes_through() -> None:
    made = ledger()
    with pytest.raises(ZeroDivisionError), made.judge("M"):
        _ = 1 / 0
    assert made.open_ids == list(LEVELS)


def test_what_was_seen_is_noted() -> None:
    made = ledger()
    with made.judge("I"):
        expect.noted("text/plain")
    assert outcome(made, "I") is Outcome.INFO
    assert made.observations[0].actual == "text/plain"


def test_one_requirement_does_not_hide_the_next() -> None:
    made = ledger()
    with made.judge("M"):
        expect.that(False, "a", "b")
    with made.judge("S"):
        expect.that(True, "a", "a")
    assert (outcome(made, "M"), outcome(made, "S")) == (Outcome.FAIL, Outcome.PASS)


def test_an_undeclared_requirement_is_refused() -> None:
    with pytest.raises(LookupError, match="not declared"), ledger().judge("Z"):
        pass

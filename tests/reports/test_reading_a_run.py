from __future__ import annotations

from dataclasses import replace

from harness.model import Expectation, Footer, Outcome, Verdict
from reports.reading import cautions, conclusion, headline, read, tally
from tests.reports.sample_runs import (
    FOOTER,
    OUTCOMES,
    exchange,
    failure,
    observation,
    requirement,
    run_of,
)


def test_headline_counts_only_what_applies_and_was_tried():
    assert (
        headline(read(OUTCOMES).judgements)
        == "3 of 6 MUST met, 1 violated, 2 inconclusive, 2 not tested"
    )


def test_headline_leaves_out_what_did_not_happen():
    run = run_of(observation(Outcome.PASS))
    assert headline(read(run).judgements) == "1 of 1 MUST met"


def test_every_verdict_is_tallied():
    assert tally(read(OUTCOMES).judgements) == {
        Verdict.VIOLATED: 1,
        Verdict.INCONCLUSIVE: 2,
        Verdict.MET_WITH_WARNINGS: 1,
        Verdict.MET: 2,
        Verdict.NOT_APPLICABLE: 1,
        Verdict.NOT_TESTED: 2,
    }


def test_violations_are_counted_by_requirement_not_by_endpoint():
    run = run_of(failure(), failure(endpoint="site-b"))
    assert conclusion(read(run)) == "1 requirement violated"
    assert len(read(run).violations) == 2


def test_a_clean_run_says_so():
    assert conclusion(read(run_of(observation(Outcome.PASS)))) == "Nothing violated"
    assert cautions(read(run_of(observation(Outcome.PASS)))) == ()


def test_expected_violation_stays_violated_and_is_not_counted():
    reading = read(run_of(failure(), expectations=(Expectation("TPC-021", "known"),)))
    assert reading.judgements[0].verdict is Verdict.VIOLATED
    assert reading.violations == ()
    assert reading.expected == reading.judgements
    assert reading.exit_code == 0


def test_expectation_that_is_met_is_told_aloud():
    run = run_of(observation(Outcome.PASS), expectations=(Expectation("TPC-021", "known"),))
    assert cautions(read(run)) == (
        "site-a: TPC-021 was expected to be violated but is met; take it out of the expectations.",
    )


def test_expectation_that_matches_nothing_is_warned_of():
    run = run_of(observation(Outcome.PASS), expectations=(Expectation("TPC-999", "typing"),))
    (told,) = cautions(read(run))
    assert "TPC-999" in told
    assert "no requirement of this endpoint" in told


def test_a_run_without_footer_is_called_cut_short():
    reading = read(run_of(observation(Outcome.PASS), footer=None))
    assert reading.exit_code == 2
    assert cautions(reading) == ("The record has no footer: the run was cut short.",)


def test_interruption_and_problems_of_the_harness_are_told():
    footer = Footer(FOOTER.finished, 2, interrupted=True, problems=("a worker died",))
    told = cautions(read(run_of(observation(Outcome.PASS), footer=footer)))
    assert told == (
        "The run was interrupted; what follows is incomplete.",
        "Problem of the harness: a worker died",
    )


def test_evidence_that_is_not_in_the_record_is_passed_over():
    run = run_of(failure(evidence=("x-000009", "x-000001")))
    reading = read(run)
    assert [x.id for x in reading.evidence(reading.judgements[0])] == ["x-000001"]


def test_only_what_the_tester_sent_becomes_a_curl_line():
    theirs = exchange("x-000001", by="remote-party", method="PUT")
    ours = exchange("x-000002", method="COPY")
    run = run_of(failure(evidence=("x-000001", "x-000002")), exchanges=(theirs, ours))
    reading = read(run)
    assert reading.curl(reading.judgements[0]).startswith("curl -sv -X COPY")
    alone = read(replace(run, exchanges=(theirs,)))
    assert alone.curl(alone.judgements[0]) == ""


def test_observations_of_a_silent_requirement_are_none():
    reading = read(run_of(requirements=(requirement(),)))
    assert reading.observations(reading.judgements[0]) == ()

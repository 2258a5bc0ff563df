from __future__ import annotations

from harness.model import Expectation
from reports.markdown import SHOWN, inline, render
from reports.reading import Extras
from tests.reports.sample_runs import OUTCOMES, exchange, failure, run_of


def test_totals_are_a_table():
    told = render(OUTCOMES)
    assert told.startswith("## httptpc 0.1.0: 1 requirement violated\n")
    assert "| site-a | MUST | 1 | 2 | 1 | 2 | 1 | 2 |" in told


def test_a_violation_has_expected_actual_and_curl():
    told = render(run_of(failure()))
    assert "### ✗ TPC-021 MUST: site-a\n\nWhat TPC-021 asks for.\n\n- expected: a failure" in told
    assert "- actual: **202, success: Created, content replaced**" in told
    assert "```sh\ncurl -sv -X GET" in told


def test_a_violation_without_evidence_gives_its_reason_and_no_curl():
    told = render(run_of(failure(actual="", reason="data were lost", evidence=())))
    assert "- reason: data were lost" in told
    assert "curl" not in told


def test_markdown_in_what_was_seen_stays_text():
    assert inline("<b> *x* | [a](b) `c`\n@me & #1") == (
        r"&lt;b&gt; \*x\* \| \[a\](b) \`c\` \@me &amp; \#1"
    )


def test_backticks_in_a_command_do_not_end_its_fence():
    hostile = exchange(url="https://se.example.org/a?```")
    told = render(run_of(failure(), exchanges=(hostile,)))
    assert "````sh\n" in told
    assert told.count("````") == 2


def test_many_violations_are_cut_with_a_count():
    names = [f"TPC-{i:03d}" for i in range(SHOWN + 3)]
    told = render(run_of(*(failure(name) for name in names)))
    assert told.count("### ✗") == SHOWN
    assert "… and 3 more violations" in told


def test_undecided_and_expected_are_listed_with_why():
    told = render(OUTCOMES)
    assert "### Inconclusive\n\n- TPC-002 MUST, site-a: the harness erred" in told
    known = (Expectation("TPC-021", "old door"),)
    assert "- TPC-021 MUST, site-a: old door" in render(run_of(failure(), expectations=known))


def test_long_lists_are_cut_with_a_count():
    names = [f"TPC-{i:03d}" for i in range(SHOWN + 2)]
    known = tuple(Expectation(name, "old door") for name in names)
    told = render(run_of(*(failure(name) for name in names), expectations=known))
    assert "- … and 2 more" in told


def test_cautions_are_quoted():
    assert "> The record has no footer" in render(run_of(failure(), footer=None))


def test_a_matrix_is_scored():
    cell = {"source": "a", "destination": "b", "mode": "pull", "auth": "token", "result": "FAIL"}
    told = render(run_of(failure()), Extras(matrix={"cells": [cell]}))
    assert "### Matrix\n\n0 of 1 transfers passed.\n- a to b, pull with token: failed" in told

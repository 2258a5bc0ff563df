"""The sections of the matrix and of the kill matrix."""

from __future__ import annotations

from reports.html import render
from reports.reading import Extras
from tests.reports.html_reading import Page, section_of
from tests.reports.sample_runs import (
    OUTCOMES,
)


def test_a_matrix_has_itssection():
    cell = {"source": "a", "destination": "b", "mode": "pull", "auth": "token", "result": "PASS"}
    bad = cell | {"source": "b", "destination": "a", "result": "FAIL", "scope": "SOURCE"}
    push = [cell | {"mode": "push", "source": f"s{i}", "result": "FAIL"} for i in range(205)]
    schedule = {"makespan_s": 12.1, "lower_bound_s": 11.8}
    text = render(OUTCOMES, Extras(matrix={"cells": [cell, bad, *push], "schedule": schedule}))
    words = Page(section_of(text, "matrix")).text
    assert "1 of 207 transfers passed" in words
    assert "All took 12.1 s; no order could have taken less than 11.8 s" in words
    assert "and 5 more" in words
    assert 'title="a to b, pull with token: passed"' in text


def test_a_matrix_in_which_all_passed_has_no_list_of_failures():
    cell = {"source": "a", "destination": "b", "mode": "pull", "auth": "token", "result": "PASS"}
    text = render(OUTCOMES, Extras(matrix={"cells": [cell], "schedule": {"makespan_s": 2}}))
    assert "did not pass" not in text
    assert "All took 2.0 s." in Page(section_of(text, "matrix")).text


def test_a_kill_matrix_shows_what_was_not_caught_first():
    kill = {
        "deviations": [
            {"name": "fine", "breaks": ["A-1"], "turned": ["A-1"]},
            {"name": "loud", "breaks": ["A-1"], "also": {"A-2": "why"}, "turned": ["A-1", "A-9"]},
            {"name": "missed", "breaks": ["A-1"], "turned": []},
        ]
    }
    words = Page(section_of(render(OUTCOMES, Extras(kill=kill)), "kill")).text
    assert "wrong in 3 ways, one at a time; 2 of them turned" in words
    assert words.index("not caught missed A-1 (stayed)") < words.index("caught, and more loud")
    assert "A-2: why; unexplained: A-9" in words

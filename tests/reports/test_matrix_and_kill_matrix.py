from __future__ import annotations

import pytest

from reports.kill import deviations
from reports.matrix import Matrix
from reports.matrix_text import render


def _cell(source, destination, result, **more):
    base = {"source": source, "destination": destination, "mode": "pull", "auth": "token"}
    return base | {"result": result} | more


BLAME = {"scope": "DESTINATION", "phase": "TRANSFER_PREPARATION", "reason": "409"}
CELLS = [
    _cell("a", "b", "PASS", bytes=2_000_000, seconds=0.5),
    _cell("b", "a", "FAIL", **BLAME),
    _cell("b", "a", "FAIL", mode="push", **BLAME),
    _cell("c", "a", "BLOCKED", scope="SOURCE", reason="control failed"),
    _cell("a", "c", "NOT_ALLOWED"),
    _cell("c", "b", "FAIL", scope="TRANSFER"),
]
DOCUMENT = {
    "schema": 1,
    "cells": CELLS,
    "schedule": {"makespan_s": 12.0, "lower_bound_s": 10.0},
}


def test_scores_leave_out_pairs_that_are_not_allowed():
    matrix = Matrix.of(DOCUMENT)
    assert matrix.score() == (1, 5)
    assert matrix.score(source="a") == (1, 1)
    assert matrix.score(destination="a") == (0, 3)


def test_failures_with_one_party_to_blame_are_told_together():
    groups = Matrix.of(DOCUMENT).grouped()
    assert [(g[0].result, g[0].blamed, len(g)) for g in groups] == [
        ("FAIL", "a", 2),
        ("FAIL", "c and b", 1),
        ("BLOCKED", "c", 1),
    ]


def test_words_of_a_cell():
    matrix = Matrix.of(DOCUMENT)
    passed = matrix.cells["a", "b"]["pull", "token"]
    assert passed.words() == "a to b, pull with token: passed at 4.0 MB/s"
    failed = matrix.cells["b", "a"]["pull", "token"]
    assert failed.words() == (
        "b to a, pull with token: failed, DESTINATION in TRANSFER_PREPARATION: 409"
    )


def test_nobody_is_blamed_without_a_scope():
    assert Matrix.of({"cells": [_cell("a", "b", "FAIL")]}).failures()[0].blamed == ""


def test_missing_members_are_empty():
    matrix = Matrix.of({"cells": [{}]})
    assert matrix.names == ("?",)
    assert matrix.failures()[0].look.word == "unknown result"
    assert Matrix.of({}).score() == (0, 0)


def test_table_for_the_console():
    told = render(DOCUMENT).splitlines()
    assert told[:5] == [
        "                      1     2     3     passed as source",
        "1 a                   ··    ✓·    –·    1/1",  # noqa: RUF001
        "2 b                   ✗✗    ··    ··    0/2",
        "3 c                   ◆·    ✗·    ··    0/2",
        "passed as destination 0/3   1/2   0/0",
    ]
    assert "signs of a cell, in order: pull with token, push with token" in told
    assert told[-1] == "1 of 5 transfers passed in 12.0 s (1.20 of the lower bound 10.0 s)."


def test_a_matrix_without_schedule_has_no_times():
    told = render({"cells": [_cell("a", "a", "PASS")]})
    assert told.endswith("1 of 1 transfers passed.\n")


def test_hostile_names_do_not_reach_the_terminal():
    assert "\x1b" not in render({"cells": [_cell("\x1b[2J", "b", "FAIL", reason="\x1b[2J")]})


KILL = {
    "schema": 1,
    "deviations": [
        {"name": "good", "breaks": ["A-1"], "turned": {"A-1": "VIOLATED", "A-2": "VIOLATED"},
         "also": {"A-2": "the same line"}, "seen_in": "somewhere#1"},
        {"name": "loud", "breaks": ["A-1"], "turned": ["A-1", "A-3"]},
        {"name": "missed", "breaks": ["A-1", "A-4"], "turned": ["A-4"]},
    ],
}  # fmt: skip


def test_deviations_that_were_not_caught_come_first():
    found = deviations(KILL)
    assert [d.name for d in found] == ["missed", "loud", "good"]
    assert found[0].missed == ("A-1",)
    assert found[1].strays == ("A-3",)
    assert (found[2].missed, found[2].strays) == ((), ())


@pytest.mark.parametrize("document", [{}, {"deviations": []}])
def test_an_empty_kill_matrix_is_no_error(document):
    assert deviations(document) == []


def test_a_deviation_without_members_breaks_nothing():
    (found,) = deviations({"deviations": [{}]})
    assert (found.name, found.missed, found.also) == ("?", (), {})

from __future__ import annotations

import csv
import io

from harness.model import Expectation
from reports.csv_table import render
from tests.reports.sample_runs import OUTCOMES, failure, run_of


def _rows(run):
    return list(csv.DictReader(io.StringIO(render(run))))


def test_one_row_for_each_verdict():
    rows = _rows(OUTCOMES)
    assert [r["requirement"] for r in rows] == [f"TPC-00{i}" for i in range(1, 10)]
    assert rows[0]["expected"] == "a failure; the old content kept"
    assert rows[0]["origin"] == "rfc4918 §9.8.4; a document"
    assert rows[7]["reason"] == "no second identity"


def test_lines_end_as_the_rfc_says():
    assert render(OUTCOMES).count("\r\n") == 10


def test_no_cell_is_a_formula():
    (row,) = _rows(run_of(failure(actual='=cmd|"/c calc"!A1')))
    assert row["actual"].startswith("'=")


def test_a_line_break_stays_inside_its_row():
    (row,) = _rows(run_of(failure(actual='a\r\nb,"c"')))
    assert row["actual"] == 'a b,"c"'


def test_an_expected_deviation_says_why():
    (row,) = _rows(run_of(failure(), expectations=(Expectation("TPC-021", "old door"),)))
    assert row["expected_deviation"] == "old door"
    assert row["verdict"] == "VIOLATED"

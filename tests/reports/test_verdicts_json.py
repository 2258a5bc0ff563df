from __future__ import annotations

import json
from dataclasses import replace

from harness.model import Expectation
from reports import FORMATS, NO_EXTRAS
from reports.verdicts import render
from tests.reports.sample_runs import OUTCOMES, failure, run_of


def test_the_contract_of_the_design_is_kept():
    document = json.loads(render(run_of(failure())))
    assert document["schema"] == 1
    assert document["run"] == {
        "id": "run-1",
        "tool": "httptpc 0.1.0",
        "commit": "0123456789abcdef",
        "started": "2026-11-21T22:30:00+00:00",
        "finished": "2026-11-21T22:32:05+00:00",
        "interrupted": False,
    }
    assert document["verdicts"] == [
        {
            "endpoint": "site-a",
            "requirement": "TPC-021",
            "family": "TPC",
            "level": "MUST",
            "verdict": "VIOLATED",
            "checks": ["suites/test_topic.py::test_tpc_021"],
            "expected": ["a failure", "the old content kept"],
            "actual": "202, success: Created, content replaced",
            "reason": "",
            "evidence": ["x-000001"],
            "expectation": None,
            "text": "What TPC-021 asks for.",
        }
    ]


def test_an_expected_deviation_is_marked():
    known = Expectation("TPC-021", "known", "https://issues.example.org/1", "2027-01-01")
    (verdict,) = json.loads(render(run_of(failure(), expectations=(known,))))["verdicts"]
    assert verdict["verdict"] == "VIOLATED"
    assert verdict["expectation"]["review_by"] == "2027-01-01"


def test_nothing_untested_is_hidden():
    verdicts = json.loads(render(OUTCOMES))["verdicts"]
    silent = next(v for v in verdicts if v["requirement"] == "TPC-009")
    assert silent["verdict"] == "NOT_TESTED"
    assert silent["reason"] == "no check was run for it"


def test_a_run_cut_short_has_no_end():
    document = json.loads(render(run_of(failure(), footer=None)))
    assert document["run"]["finished"] is None
    assert document["run"]["interrupted"] is True


def test_every_format_writes_something_to_a_file_of_its_own():
    assert len({f.file for f in FORMATS.values()}) == len(FORMATS)
    for wanted in ("html", "junit", "markdown", "csv", "nagios", "prometheus", "verdicts"):
        assert FORMATS[wanted].render(OUTCOMES, NO_EXTRAS).endswith("\n")
    assert FORMATS["html"].file == "report.html"
    assert FORMATS["junit"].file == "junit.xml"
    assert FORMATS["verdicts"].file == "verdicts.json"


def test_a_first_look_says_what_it_left_out():
    quick = replace(OUTCOMES, header=replace(OUTCOMES.header, arguments=("--quick",)))
    verdicts = json.loads(render(quick))["verdicts"]
    silent = next(v for v in verdicts if v["requirement"] == "TPC-009")
    assert silent["reason"] == "left out of a first look (--quick)"

from __future__ import annotations

from dataclasses import replace

from defusedxml import ElementTree

from harness.model import Expectation, Outcome
from reports.junit import render
from tests.reports.sample_runs import OUTCOMES, endpoint, failure, observation, run_of


def _cases(run):
    root = ElementTree.fromstring(render(run))
    return {case.get("name", "").split()[0]: case for case in root.iter("testcase")}


def _property(case, name):
    return [p.get("value") for p in case.iter("property") if p.get("name") == name]


def test_every_outcome_has_the_element_a_ci_expects():
    tags = {
        name: [child.tag for child in case if child.tag != "properties"]
        for name, case in _cases(OUTCOMES).items()
    }
    assert tags == {
        "TPC-001": ["failure"],
        "TPC-002": ["error"],
        "TPC-003": ["error"],
        "TPC-004": ["system-out"],
        "TPC-005": [],
        "TPC-006": [],
        "TPC-007": ["skipped"],
        "TPC-008": ["skipped"],
        "TPC-009": ["skipped"],
    }


def test_the_suite_counts_what_it_holds():
    suite = ElementTree.fromstring(render(OUTCOMES)).find("testsuite")
    assert suite is not None
    counted = [suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")]
    assert counted == ["9", "1", "2", "3", "4.000"]


def test_one_suite_for_each_endpoint():
    run = run_of(failure(), observation(Outcome.PASS, endpoint="site-b"))
    suites = ElementTree.fromstring(render(run)).findall("testsuite")
    assert [(s.get("name"), s.get("failures")) for s in suites] == [
        ("site-a", "1"),
        ("site-b", "0"),
    ]


def test_outcome_and_requirement_are_properties_of_every_case():
    for name, case in _cases(OUTCOMES).items():
        assert _property(case, "requirement") == [name]
        assert len(_property(case, "outcome")) == 1
    assert _property(_cases(OUTCOMES)["TPC-004"], "outcome") == ["WARN"]
    assert _property(_cases(OUTCOMES)["TPC-001"], "evidence") == ["x-000001"]


def test_a_failure_tells_what_a_ticket_needs():
    found = _cases(run_of(failure()))["TPC-021"].find("failure")
    assert found is not None
    assert found.get("message") == "MUST TPC-021 202, success: Created, content replaced"
    told = str(found.text).splitlines()
    assert told[:3] == [
        "MUST TPC-021: What TPC-021 asks for.",
        "expected: a failure",
        "expected: the old content kept",
    ]
    assert told[-1].startswith("curl: curl -sv -X GET")
    assert "secret-1" not in str(found.text)


def test_reasons_of_silence_are_kept():
    found = _cases(OUTCOMES)["TPC-008"].find("skipped")
    assert found is not None
    assert found.get("message") == "no second identity"


def test_an_error_without_evidence_gives_its_reason():
    found = _cases(OUTCOMES)["TPC-002"].find("error")
    assert found is not None
    assert "reason: the harness erred" in str(found.text)
    assert "curl" not in str(found.text)


def test_an_expected_deviation_keeps_the_build_green():
    case = _cases(run_of(failure(), expectations=(Expectation("TPC-021", "old door"),)))["TPC-021"]
    found = case.find("skipped")
    assert found is not None
    assert found.get("message") == "expected: old door"
    assert case.find("failure") is None
    assert _property(case, "outcome") == ["FAIL"]


def test_hostile_text_is_still_a_file_that_can_be_read():
    text = "\x00\x1b[31m]]><failure/>\ufffe"
    found = _cases(run_of(failure(actual=text)))["TPC-021"].find("failure")
    assert found is not None
    assert "\\x00\\x1b[31m]]><failure/>\\ufffe" in str(found.text)


def test_names_of_modules_become_class_names():
    case = _cases(run_of(failure()))["TPC-021"]
    assert case.get("classname") == "suites.test_topic"
    assert case.get("name") == "TPC-021 test_tpc_021"


def test_an_endpoint_that_nothing_binds_is_an_empty_suite():
    run = run_of(failure())
    lonely = endpoint("site-z", bound=(), software="")
    suites = ElementTree.fromstring(render(replace(run, endpoints=(lonely,)))).findall("testsuite")
    assert [s.get("tests") for s in suites] == ["0"]

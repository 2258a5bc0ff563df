from __future__ import annotations

import re

import pytest

from harness.model import Expectation, Outcome
from reports import nagios, prometheus
from reports.reading import Extras
from tests.reports.sample_runs import OUTCOMES, failure, observation, run_of

CLEAN = run_of(observation(Outcome.PASS))
KNOWN = (Expectation("TPC-021", "old door"),)


@pytest.mark.parametrize(
    ("run", "state"),
    [
        (CLEAN, nagios.State.OK),
        (run_of(observation(Outcome.WARN)), nagios.State.WARNING),
        (run_of(failure()), nagios.State.CRITICAL),
        (run_of(failure(), footer=None), nagios.State.CRITICAL),
        (run_of(failure(), expectations=KNOWN), nagios.State.OK),
        (run_of(observation(Outcome.BLOCKED)), nagios.State.UNKNOWN),
        (run_of(observation(Outcome.UNTESTED)), nagios.State.UNKNOWN),
        (run_of(observation(Outcome.PASS), footer=None), nagios.State.UNKNOWN),
    ],
)
def test_state_of_the_plugin(run, state):
    assert nagios.state(run) is state
    assert nagios.render(run).startswith(f"{state.name}: ")


def test_first_line_names_the_first_violation_and_measures():
    first, *more = nagios.render(OUTCOMES).splitlines()
    assert first == (
        "CRITICAL: 1 requirement violated, starting with 'TPC-001' | must_met=3;;;0;6 "
        "violated=1;;0;0 expected=0;;;0 inconclusive=2;0;;0 warnings=1;0;;0 not_tested=2;;;0"
    )
    assert more[0].startswith("TPC-001 MUST site-a: 202, success")
    assert len(more) == 3


def test_the_bar_belongs_to_the_plugin_alone():
    told = nagios.render(run_of(failure(actual="a | b=1\nCRITICAL")))
    assert told.count("|") == 1
    assert "a / b=1 CRITICAL" in told


def test_a_clean_run_gives_its_headline():
    assert nagios.render(CLEAN).startswith("OK: 1 of 1 MUST met | ")


SAMPLE = re.compile(r'^[a-z_]+(\{([a-z_]+="(\\.|[^"\\\n])*"(,|(?=\})))*\})? [-+0-9.e]+$')


def _samples(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.match(line) for line in lines)
    return dict(line.rsplit(" ", 1) for line in lines)


def test_every_sample_is_well_formed_and_of_a_declared_gauge():
    text = prometheus.render(OUTCOMES)
    declared = set(re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE))
    assert {name.split("{")[0] for name in _samples(text)} <= declared


def test_requirements_are_counted_by_verdict_with_zeros():
    samples = _samples(prometheus.render(OUTCOMES))
    series = 'httptpc_requirements{endpoint="site-a",level="%s",verdict="%s"}'
    assert samples[series % ("MUST", "INCONCLUSIVE")] == "2"
    assert samples[series % ("SHOULD", "VIOLATED")] == "0"
    assert samples["httptpc_run_exit_code"] == "1"


def test_the_end_of_the_run_is_a_time():
    samples = _samples(prometheus.render(CLEAN))
    assert samples["httptpc_run_finished_timestamp_seconds"] == "1795300325"
    assert "finished" not in prometheus.render(run_of(failure(), footer=None))


def test_violated_requirements_say_whether_that_was_expected():
    samples = _samples(prometheus.render(run_of(failure(), expectations=KNOWN)))
    (name,) = [n for n in samples if n.startswith("httptpc_requirement_violated")]
    assert 'expected="true"' in name


def test_labels_are_escaped():
    text = prometheus.render(run_of(observation(Outcome.PASS, endpoint='a"b\\c\nd')))
    assert 'endpoint="a\\"b\\\\c\\nd"' in text
    assert _samples(text)


def test_cells_of_a_matrix_are_gauges():
    cell = {"source": "a", "destination": "b", "mode": "pull", "auth": "token", "result": "PASS"}
    cells = [cell, cell | {"mode": "push", "result": "FAIL"}, cell | {"result": "NOT_ALLOWED"}]
    cells[2]["destination"] = "c"
    text = prometheus.render(CLEAN, Extras(matrix={"cells": cells}))
    found = {k: v for k, v in _samples(text).items() if k.startswith("httptpc_matrix_cell")}
    assert sorted(found.values()) == ["0", "1"]

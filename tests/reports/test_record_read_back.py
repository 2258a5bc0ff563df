"""What a report is made from survives its way through the file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.model import Capability, Expectation, Interim, Variant, VariantKind
from harness.model.codec import RecordProblem, read_run, to_line
from reports import FORMATS, NO_EXTRAS
from tests.reports.sample_runs import (
    OUTCOMES,
    exchange,
    failure,
    marked,
    marker,
    requirement,
    run_of,
)


def _lines(run):
    values = (run.header, *run.requirements, *run.endpoints, *run.exchanges, *run.observations)
    return [to_line(value) for value in (*values, run.footer) if value is not None]


def _full():
    asked = requirement(needs=("tpc",), variants=(Variant(VariantKind.WARN, "a way"),))
    first = exchange(interim=(Interim(0.1, 100, (("A", "b"),)),), first_byte=None)
    second = marked("x-000002", [(1.0, marker(1))], tls=None)
    known = (Expectation("TPC-021", "old"),)
    run = run_of(failure(), requirements=(asked,), exchanges=(first, second), expectations=known)
    can = {"tpc": Capability(True, "probed", "seen", ("x-000001",))}
    end = replace(run.endpoints[0], capabilities=can, options={"ca": "x"})
    return replace(run, endpoints=(end,))


@pytest.mark.parametrize("run", [OUTCOMES, _full(), replace(OUTCOMES, footer=None)])
def test_every_report_is_the_same_from_memory_and_from_the_record(run):
    back = read_run(_lines(run))
    for made in FORMATS.values():
        assert made.render(back, NO_EXTRAS) == made.render(run, NO_EXTRAS)


def test_members_of_a_later_version_are_passed_over():
    lines = [line.replace('{"type"', '{"later": 1, "type"') for line in _lines(_full())]
    assert read_run(lines).endpoints == _full().endpoints


@pytest.mark.parametrize("bad", ['{"type": "footer"}', "[]", "{", '{"type": "new"}'])
def test_a_bad_line_in_the_middle_is_named(bad):
    with pytest.raises(RecordProblem, match="line 2"):
        read_run([to_line(OUTCOMES.header), bad, to_line(OUTCOMES.footer)])


def test_a_header_of_two_words_is_no_pair():
    line = _lines(_full())[3].replace('["Host", ', '["Host", "x", ')
    with pytest.raises(RecordProblem, match="line 2"):
        read_run([to_line(OUTCOMES.header), line, to_line(OUTCOMES.footer)])

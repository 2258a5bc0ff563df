"""The report as a page: what may act in it, and what stands in which section."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from harness.model import (
    Capability,
    Expectation,
    Outcome,
    Variant,
    VariantKind,
)
from reports.html import render
from reports.reading import Extras
from tests.reports.html_reading import Page, section_of
from tests.reports.sample_runs import (
    HEADER,
    OUTCOMES,
    endpoint,
    failure,
    observation,
    requirement,
    run_of,
)


def test_only_this_style_and_script_may_act():
    page = Page(render(OUTCOMES))
    (policy,) = [m["content"] for m in page.all("meta") if m.get("http-equiv")]
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (page.raw["style"][0], page.raw["script"][-1])
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_loaded_and_no_style_stands_in_an_attribute():
    page = Page(render(OUTCOMES, Extras(matrix={"cells": []}, kill={"deviations": []})))
    assert not {tag for tag, _ in page.elements} & {"link", "img", "iframe", "object", "base"}
    for _, attributes in page.elements:
        assert not {"src", "style", "srcset"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]


def test_every_table_names_its_headers():
    page = Page(render(OUTCOMES))
    assert len(page.all("th")) > 20
    assert all(th.get("scope") in ("col", "row") for th in page.all("th"))
    assert page.all("html")[0]["lang"] == "en"
    assert not [i for _, i in page.elements if i.get("tabindex") not in (None, "0")]


def test_banner_says_in_words_what_came_out():
    text = Page(render(OUTCOMES)).text
    assert (
        "✗ 1 requirement violated 3 of 6 MUST met, 1 violated, 2 inconclusive, 2 not tested" in text
    )
    assert "https://site-a.example.org:2880/vo/dir" in text
    assert "2026-11-21 22:30:00 UTC, took 2 min 05 s" in text
    assert "httptpc 0.1.0 0123456789ab" in text


def test_a_violation_has_what_a_ticket_needs():
    section = Page(section_of(render(run_of(failure())), "violations")).text
    for words in (
        "✗ violated TPC-021 MUST Third-party copy",
        "What TPC-021 asks for.",
        "Expected a failure the old content kept",
        "Actual 202, success: Created, content replaced",
        'curl -sv -X GET -H "Authorization: Bearer $TOKEN"',
        "RFC 4918 section 9.8.4 ; a document",
    ):
        assert words in section
    assert "Authorization: Bearer secret-1" in section, "the head is shown as it was recorded"


def test_one_expectation_is_not_a_list():
    section = section_of(render(run_of(failure(expected=("a failure",)))), "violations")
    assert "<dd>a failure</dd>" in section


def test_software_known_for_a_deviation_is_named():
    known = requirement(variants=(Variant(VariantKind.DEVIATION, "seen in some server."),))
    section = section_of(render(run_of(failure(), requirements=(known,))), "violations")
    assert "Known: seen in some server." in section


def test_expected_deviations_stand_apart_with_link_and_date():
    known = Expectation("TPC-021", "old door", "https://issues.example.org/1", "2027-01-01")
    text = render(run_of(failure(), expectations=(known,)))
    assert "Nothing is violated that was not expected" in section_of(text, "violations")
    section = Page(section_of(text, "expected")).text
    assert "Expected deviation: old door" in section
    assert "to be reviewed by 2027-01-01" in section
    assert "1 expected deviation" in Page(text).text


def test_a_clean_run_says_that_nothing_is_violated():
    section = section_of(render(run_of(observation(Outcome.PASS))), "violations")
    assert "Nothing is violated." in section


def test_cautions_are_in_the_banner():
    text = render(run_of(observation(Outcome.PASS), footer=None))
    assert "the run was cut short" in Page(text).text
    assert "◆" in text[: text.index("<nav")]


def test_what_was_left_out_stands_there_with_its_reason():
    spare = requirement("S3-001")
    run = replace(OUTCOMES, requirements=(*OUTCOMES.requirements, spare))
    section = Page(section_of(render(run), "untested")).text
    for words in ("no macaroons TPC-007", "no second identity TPC-008", "no check was run"):
        assert words in section
    assert "1 more requirements of the catalogue belong to profiles" in section


def test_without_anything_left_out_there_is_no_suchsection():
    assert '<section id="untested">' not in render(run_of(failure()))


def test_many_undecided_requirements_become_a_table():
    names = [f"TPC-{i:03d}" for i in range(25)]
    run = run_of(*(observation(Outcome.BLOCKED, n, reason="no peer") for n in names))
    section = section_of(render(run), "inconclusive")
    assert section.count("<article") == 0
    assert section.count("no peer") == 25


def test_every_verdict_is_a_row_with_a_glyph_and_a_word():
    section = section_of(render(OUTCOMES), "requirements")
    rows = re.findall(r'<tr data-id="([^"]+)".*?data-v="(.)".*?</tr>', section, re.DOTALL)
    assert "".join(letter for _, letter in rows) == "VIIWMMATT"


@pytest.mark.parametrize("number", [2, 7, 13])
def test_endpoints_side_by_side(number):
    names = [f"site-{i:02d}" for i in range(number)]
    seen = [failure(endpoint=names[0]), *(observation(Outcome.PASS, endpoint=n) for n in names[1:])]
    text = render(run_of(*seen))
    assert f'data-v="V{"M" * (number - 1)}"' in text
    assert f"1 of {number} endpoints" in Page(section_of(text, "violations")).text
    areas = Page(section_of(text, "areas")).text
    assert "✗ violated: 1 · 0/1" in areas
    assert "✓ met: 1/1" in areas


@pytest.mark.parametrize("number", [2, 8])
def test_an_area_that_does_not_bind_an_endpoint_is_blank(number):
    run = run_of(*(failure(endpoint=f"site-{i}") for i in range(number)))
    other = requirement("DAV-001")
    ends = (endpoint("site-x", bound=("DAV-001",), software=""), *run.endpoints[1:])
    text = render(replace(run, requirements=(*run.requirements, other), endpoints=ends))
    assert 'data-v="-' in text
    assert ("not bound" in section_of(text, "areas")) is (number == 2)


def test_details_tell_how_a_requirement_is_judged():
    asked = requirement(
        needs=("tpc-pull",),
        untestable="a black box cannot see it",
        unproven="no server of ours breaks it",
        variants=(Variant(VariantKind.LEGITIMATE, "also fine"),),
    )
    text = render(run_of(failure(), requirements=(asked,)))
    details = Page(text[text.index('<section id="details">') :]).text
    for words in (
        "active server; needs tpc-pull",
        "How TPC-021 is probed.",
        "legitimate : also fine",
        "a black box cannot see it",
        "no server of ours breaks it",
        "FAIL suites/test_topic.py::test_tpc_021",
    ):
        assert words in details


def test_environment_lists_capabilities_and_options():
    known = {"tpc-pull": Capability(True, "probed", "COPY was accepted", ("x-000001",))}
    missing = {"macaroon": Capability(False, "declared")}
    run = run_of(failure())
    end = replace(run.endpoints[0], capabilities=known | missing, options={"ca": "./ca.pem"})
    header = replace(HEADER, arguments=("check", "--quick"), who="CN=Jane", commit="")
    text = render(replace(run, endpoints=(end,), header=header))
    environment = Page(section_of(text, "environment")).text
    for words in ("check --quick", "ca ./ca.pem", "COPY was accepted x-000001", "macaroon – no"):  # noqa: RUF001
        assert words in environment
    assert "Tester CN=Jane" in Page(text).text


def test_a_story_with_many_variations_points_to_the_details():
    seen = [failure(endpoint=f"site-{i}", actual=f"answer {i}") for i in range(10)]
    section = Page(section_of(render(run_of(*seen)), "violations")).text
    assert "answer 7" in section
    assert "answer 8" not in section
    assert "2 more accounts are under TPC-021" in section

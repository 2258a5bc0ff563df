"""What comes from outside stays text, and links lead to known places only."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from harness.model import (
    Body,
    Capability,
    Expectation,
    Interim,
    Outcome,
    Run,
    Variant,
    VariantKind,
)
from reports.html import render
from reports.html.origins import origin
from reports.reading import Extras
from tests.reports.html_reading import Page, held_in
from tests.reports.sample_runs import (
    FOOTER,
    failure,
    marked,
    observation,
    requirement,
    run_of,
)

HOSTILE = (
    "</script></pre><script>document.title='pwned'</script><img src=x onerror=1>\"'\x1b[2J{{7*7}}"
)


def hostile_run() -> Run:
    """Every text that could come from outside holds an attack."""
    bad = requirement(
        text=HOSTILE,
        probe=HOSTILE,
        origin=(HOSTILE,),
        role=HOSTILE,
        variants=(Variant(VariantKind.DEVIATION, HOSTILE),),
        untestable=HOSTILE,
    )
    seen = marked(
        "x-000001",
        [(1.0, f"Perf Marker\nTimestamp: {HOSTILE}\nEnd\n"), (2.0, f"success: {HOSTILE}")],
        url=f"https://se.example.org/{HOSTILE}",
        request_headers=(("X-Bad", HOSTILE),),
        headers=((HOSTILE, HOSTILE),),
        body=Body.of(HOSTILE.encode()),
        fault=HOSTILE,
        problems=(HOSTILE,),
        peer=HOSTILE,
        note=HOSTILE,
        interim=(Interim(0.1, 103, (("Link", HOSTILE),)),),
    )
    run = run_of(
        failure(actual=HOSTILE, expected=(HOSTILE,), reason=HOSTILE),
        observation(Outcome.UNTESTED, "TPC-002", reason=HOSTILE),
        requirements=(bad, requirement("TPC-002")),
        exchanges=(seen,),
        expectations=(Expectation("TPC-002", HOSTILE, "https://issues.example.org"),),
        footer=replace(FOOTER, problems=(HOSTILE,)),
    )
    end = replace(
        run.endpoints[0],
        url=HOSTILE,
        software=HOSTILE,
        capabilities={HOSTILE: Capability(True, "probed", HOSTILE)},
        options={HOSTILE: HOSTILE},
    )
    return replace(run, endpoints=(end,))


def test_hostile_text_does_not_become_markup():
    cell = {"source": HOSTILE, "destination": "b", "mode": HOSTILE, "result": "FAIL"}
    kill = {"deviations": [{"name": HOSTILE, "breaks": [HOSTILE], "seen_in": HOSTILE}]}
    text = render(hostile_run(), Extras(matrix={"cells": [cell]}, kill=kill))
    page = Page(text)
    assert len(page.all("script")) == 2
    assert page.all("img") == []
    assert "\x1b" not in text
    assert "49" not in re.findall(r"\\x1b\[2J(\S+)", page.text)
    inner = Page(held_in(text)["x-000001"])
    assert inner.all("script") == inner.all("img") == []
    assert HOSTILE.replace("\x1b", "\\x1b") in " ".join(inner.words)


def test_links_lead_only_where_a_browser_may_go():
    known = (Expectation("TPC-021", "old", "javascript:alert(1)"),)
    text = render(run_of(failure(), expectations=known))
    assert all(str(a["href"]).startswith(("#", "https://", "http://")) for a in Page(text).all("a"))
    assert "javascript:alert(1)" in Page(text).text


@pytest.mark.parametrize(
    ("text", "words", "url"),
    [
        ("rfc4918 §9.8.4", "RFC 4918 section 9.8.4", "rfc4918.html#section-9.8.4"),
        ("rfc9110 §A.2", "RFC 9110 appendix A.2", "rfc9110.html#appendix-A.2"),
        ("rfc3230", "RFC 3230", "rfc3230.html"),
        ("RFC 9530 §2 (informative)", "RFC 9530 section 2 (informative)", "rfc9530.html#section-2"),
    ],
)
def test_an_rfc_is_linked_to_itssection(text, words, url):
    assert (origin(text).words, origin(text).url.rpartition("/")[2]) == (words, url)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tpc-details Response", "HTTP-TPC technical details, Response"),
        ("practice", "Seen in practice"),
        ("another document, section 2", "another document, section 2"),
    ],
)
def test_another_document_is_named_without_link(text, words):
    assert (origin(text).words, origin(text).url) == (words, "")

"""Exchanges in the report: held once, told whole, cut short where nobody needs them."""

from __future__ import annotations

from harness.model import (
    Body,
    Interim,
    Outcome,
)
from reports.html import render
from tests.reports.html_reading import Page, held_in, section_of
from tests.reports.sample_runs import (
    exchange,
    failure,
    marked,
    marker,
    observation,
    run_of,
)


def test_transcripts_are_held_once_and_bodies_of_passed_checks_are_short():
    long = exchange("x-000002", body=Body.of(b"b" * 3000))
    run = run_of(
        failure(evidence=("x-000001",)),
        observation(Outcome.PASS, "TPC-002", evidence=("x-000001", "x-000002")),
        exchanges=(exchange(), long),
    )
    held = held_in(render(run))
    assert list(held) == ["x-000001", "x-000002"]
    assert held["x-000002"].count("b" * 511) == 1
    assert "3.0 kB" in held["x-000002"]
    assert "shown in part" in held["x-000002"]


def test_a_transcript_has_heads_times_peer_and_trust():
    held = held_in(render(run_of(failure())))["x-000001"]
    words = Page(held).text
    for expected in (
        "GET /vo/dir/file HTTP/1.1 Host: se.example.org:2880",
        "HTTP/1.1 200 OK Content-Length: 5",
        "TLSv1.3 TLS_AES_256_GCM_SHA384 CN=se.example.org",
        "Peer 192.0.2.7:2880",
        "First byte 0.100 s",
        "Ended complete",
        "tester to endpoint",
    ):
        assert expected in words


def test_a_broken_exchange_says_what_broke():
    broken = exchange(
        by="remote-party",
        url="http://[broken",
        status=0,
        reason="",
        headers=(),
        version="",
        body=Body.of(b""),
        fault="connection reset",
        problems=("a bare LF",),
        tls=None,
        first_byte=None,
        complete=False,
    )
    text = render(run_of(failure(), exchanges=(broken,)))
    words = Page(held_in(text)["x-000001"]).text
    for expected in ("Transport: connection reset", "Grammar of HTTP: a bare LF", "No status line"):
        assert expected in words
    assert "endpoint to the remote party" in words
    assert "curl" not in words
    assert "GET http://[broken → no answer" in Page(section_of(text, "violations")).text


def test_a_short_answer_is_called_cut():
    held = held_in(render(run_of(failure(), exchanges=(exchange(complete=False),))))
    assert "Ended cut short" in Page(held["x-000001"]).text


def test_interim_answers_and_request_bodies_are_shown():
    told = exchange(
        url="https://se.example.org",
        interim=(Interim(0.01, 100, (("X-Early", "yes"),)),),
        request_body=Body.of(b"sent"),
    )
    words = Page(held_in(render(run_of(failure(), exchanges=(told,))))["x-000001"]).text
    assert "HTTP/1.1 100 (after 0.010 s) X-Early: yes" in words
    assert "GET / HTTP/1.1" in words
    assert "sent Body: 4 B, sha256" in words


def test_progress_is_drawn_and_told():
    seen = marked("x-000001", [(1.0, marker(0)), (40.0, marker(9)), (41.0, "success: Created")])
    held = held_in(render(run_of(failure(), exchanges=(seen,))))["x-000001"]
    assert held.count("<circle") == 2
    assert held.count('class="silence"') == 1
    assert "+40.000 s: 9 B moved (stripe 0 of 1, Timestamp 1795293583)" in Page(held).text


def test_a_followed_redirect_is_seen_as_one_group():
    asked = exchange(status=307, headers=(("Location", "https://d.example.org/f"),))
    followed = exchange("x-000002", url="https://d.example.org/f")
    run = run_of(failure(evidence=("x-000001", "x-000002")), exchanges=(asked, followed))
    assert section_of(render(run), "violations").count('<li class="follows">') == 1


def test_evidence_that_is_not_in_the_record_is_no_link():
    assert 'data-x="x-000404"' not in render(run_of(failure(evidence=("x-000404",))))

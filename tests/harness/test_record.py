"""The record: what is written can be read back, also after a kill; verdicts follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from harness.model import (
    Body,
    Capability,
    EndpointRecord,
    Exchange,
    Expectation,
    Footer,
    Header,
    Level,
    Observation,
    Outcome,
    Piece,
    Requirement,
    Tls,
    Verdict,
)
from harness.model.codec import RecordProblem
from harness.model.verdicts import exit_code, judge, verdict_of
from harness.recorder import RUN, Recorder, join_workers, load
from harness.redact import Redactor

HEADER = Header("run-1", "httptpc 0", "abc", "2026-01-01T00:00:00+00:00")
RULE = Requirement("X-001", "X", Level.MUST, "active server", ("rfc 1",), "text", "probe", ("tls",))
SITE = EndpointRecord(
    "site",
    "https://se.example.org/",
    "dcache",
    ("http-tpc",),
    ("X-001",),
    capabilities={"tls": Capability(True, "declared", "https")},
)


def exchange(body: bytes = b"a\x85b\xe2\x80\xa8c\nd") -> Exchange:
    return Exchange(
        "",
        "site",
        "client",
        "now",
        "GET",
        "https://se.example.org/f",
        headers=(("A", "b"), ("a", "c")),
        status=200,
        pieces=(Piece(0.5, len(body), body.decode("latin-1"), body),),
        body=Body.of(body),
        tls=Tls("TLSv1.3", "X"),
    )


def seen(outcome: Outcome, **details: str) -> Observation:
    return Observation("site", "X-001", "suites/test_x.py::test_y", outcome, **details)  # type: ignore[arg-type]


class Begin(Protocol):
    def __call__(self, worker: int | None = None) -> Recorder: ...


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begin]:
    """Opens recorders in the test's folder; the main one with its head written."""
    opened: list[Recorder] = []

    def begin(worker: int | None = None) -> Recorder:
        recorder = Recorder(tmp_path, Redactor(), worker)
        opened.append(recorder)
        for value in (HEADER, RULE, SITE) if worker is None else ():
            recorder.write(value)
        return recorder

    yield begin
    for recorder in opened:
        recorder.close()


def test_what_is_written_is_read_back(tmp_path: Path, begun: Begin) -> None:
    recorder = begun()
    kept = recorder.exchange(exchange())
    recorder.write(seen(Outcome.PASS))
    recorder.write(Footer("later", 0))
    recorder.close()
    run = load(tmp_path)
    assert (run.header, run.requirements, run.endpoints) == (HEADER, (RULE,), (SITE,))
    assert run.exchanges[0].headers == kept.headers
    assert run.exchanges[0].tls == kept.tls
    assert run.exchanges[0].body.content is None  # only the beginning is recorded
    assert run.exchanges[0].header("a") == "b, c"
    assert exit_code(run, judge(run)) == 0


def test_a_killed_run_is_readable(tmp_path: Path, begun: Begin) -> None:
    begun().write(seen(Outcome.PASS))
    worker = begun(worker=0)
    worker.exchange(exchange())
    with (tmp_path / RUN).open("a", encoding="utf-8") as file:
        file.write('{"type": "observation", "endpo')
    run = load(tmp_path)
    assert len(run.exchanges) == len(run.observations) == 1
    assert exit_code(run, judge(run)) == 2


def test_workers_are_joined_and_their_numbers_do_not_clash(tmp_path: Path, begun: Begin) -> None:
    main = begun()
    ids = [main.exchange(exchange()).id]
    ids += [begun(worker=n).exchange(exchange()).id for n in (0, 1)]
    join_workers(tmp_path)
    assert [e.id for e in load(tmp_path).exchanges] == ids
    assert len(set(ids)) == 3
    assert [p.name for p in tmp_path.iterdir()] == [RUN]


def test_a_line_in_the_middle_that_is_no_record_is_told(tmp_path: Path) -> None:
    (tmp_path / RUN).write_text('{"type": "nonsense"}\n{"type": "header"}\n', encoding="utf-8")
    with pytest.raises(RecordProblem, match="line 1"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([], Verdict.NOT_TESTED),
        ([Outcome.UNTESTED], Verdict.NOT_TESTED),
        ([Outcome.UNTESTED, Outcome.NA], Verdict.NOT_APPLICABLE),
        ([Outcome.NA, Outcome.INFO], Verdict.MET),
        ([Outcome.PASS, Outcome.WARN], Verdict.MET_WITH_WARNINGS),
        ([Outcome.WARN, Outcome.BLOCKED], Verdict.INCONCLUSIVE),
        ([Outcome.PASS, Outcome.ERROR], Verdict.INCONCLUSIVE),
        ([Outcome.ERROR, Outcome.FAIL, Outcome.PASS], Verdict.VIOLATED),
    ],
)
def test_verdicts_first_match(outcomes: list[Outcome], verdict: Verdict) -> None:
    assert verdict_of(outcomes) is verdict


@pytest.mark.parametrize(
    ("outcome", "expected", "code"),
    [
        (Outcome.FAIL, False, 1),
        (Outcome.FAIL, True, 0),
        (Outcome.BLOCKED, False, 3),
        (Outcome.WARN, False, 0),
        (Outcome.NA, False, 5),
    ],
)
def test_exit_codes(
    tmp_path: Path, begun: Begin, outcome: Outcome, expected: bool, code: int
) -> None:
    recorder = begun()
    if expected:
        known = (Expectation("X-001", "known"),)
        recorder.write(
            EndpointRecord(SITE.name, SITE.url, "", SITE.profiles, SITE.bound, expectations=known)
        )
    recorder.write(seen(outcome))
    recorder.write(Footer("later", 0))
    run = load(tmp_path)
    (judgement,) = judge(run)
    assert exit_code(run, [judgement]) == code
    assert judgement.verdict is verdict_of([outcome])

"""Faults, notes and the exception that carries them."""

from __future__ import annotations

import pickle

from harness.wire import Note, SyntaxProblem
from harness.wire.http1 import Http1Fault
from harness.wire.problem import PREVIEW, preview


def test_problem_says_what_where_and_which_section() -> None:
    problem = SyntaxProblem(Http1Fault.NO_COLON, 7, "some text")
    assert problem.what is Http1Fault.NO_COLON
    assert (problem.where, problem.text, problem.section) == (7, "some text", "rfc9112 §5")
    assert str(problem) == "header line without colon at 7: 'some text' (rfc9112 §5)"
    assert isinstance(problem, ValueError)


def test_note_without_text() -> None:
    assert str(Note(Http1Fault.NO_HOST, 3)) == ("HTTP/1.1 request without Host at 3 (rfc9112 §3.2)")


def test_preview_is_short() -> None:
    assert preview("a" * 500) == "a" * PREVIEW
    assert preview(b"\xff") == "\xff"


def test_faults_survive_pickling_and_are_text() -> None:
    assert pickle.loads(pickle.dumps(Http1Fault.BARE_LF)) is Http1Fault.BARE_LF  # noqa: S301
    assert str(Http1Fault.BARE_LF) == "line ended by LF without CR"
    assert all(fault.section.startswith("rfc9") for fault in Http1Fault)

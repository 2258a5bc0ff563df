"""The SciTag header."""

from __future__ import annotations

import pytest

from harness.wire import SyntaxProblem
from harness.wire.scitags import SciTag, SciTagFault, parse_scitag


@pytest.mark.parametrize(
    ("value", "experiment", "activity"), [("65", 1, 1), ("65535", 1023, 63), (" 144\t", 2, 16)]
)
def test_valid(value: str, experiment: int, activity: int) -> None:
    tag = parse_scitag(value)
    assert (tag.experiment, tag.activity) == (experiment, activity)
    assert tag == SciTag(experiment * 64 + activity)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", SciTagFault.NOT_A_NUMBER),
        ("abc", SciTagFault.NOT_A_NUMBER),
        ("1e3", SciTagFault.NOT_A_NUMBER),
        ("-1", SciTagFault.NOT_A_NUMBER),
        ("64", SciTagFault.OUT_OF_RANGE),
        ("65536", SciTagFault.OUT_OF_RANGE),
    ],
)
def test_invalid(value: str, fault: SciTagFault) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_scitag(value)
    assert caught.value.what is fault

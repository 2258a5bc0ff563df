"""The SciTag header: a flow id that names experiment and activity.

The value is a decimal number from 65 to 65535, `experiment * 64 + activity`. An invalid value never
makes a transfer fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.wire.problem import Fault, SyntaxProblem

LOWEST, HIGHEST = 65, 65535
_DIGITS = re.compile(r"[0-9]{1,6}")


class SciTagFault(Fault):
    """What can be wrong with a SciTag."""

    NOT_A_NUMBER = "flow id is not a decimal number", "practice SciTag header"
    OUT_OF_RANGE = "flow id outside 65..65535", "practice SciTag header"


@dataclass(frozen=True, slots=True)
class SciTag:
    """A valid flow id."""

    flow: int

    @property
    def experiment(self) -> int:
        return self.flow >> 6

    @property
    def activity(self) -> int:
        return self.flow & 63


def parse_scitag(value: str) -> SciTag:
    """Read a header value; raises `SyntaxProblem`."""
    text = value.strip(" \t")
    if not _DIGITS.fullmatch(text):
        raise SyntaxProblem(SciTagFault.NOT_A_NUMBER, 0, text)
    if not LOWEST <= int(text) <= HIGHEST:
        raise SyntaxProblem(SciTagFault.OUT_OF_RANGE, 0, text)
    return SciTag(int(text))

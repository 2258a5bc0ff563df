"""From the end of a check to observations, and from observations to what pytest shows."""

from __future__ import annotations

import traceback

import pytest

from harness.ledger import Ledger
from harness.model import Exchange, Observation, Outcome
from harness.problems import Blocked, NotApplicable, Untested, Violation

LEDGER = pytest.StashKey[Ledger]()

RANK = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.BLOCKED,
    Outcome.WARN,
    Outcome.PASS,
    Outcome.INFO,
    Outcome.NA,
    Outcome.UNTESTED,
)
SHOWN = {
    Outcome.FAIL: ("failed", "F", "VIOLATED"),
    Outcome.ERROR: ("error", "E", "ERROR"),
    Outcome.BLOCKED: ("blocked", "b", "BLOCKED"),
    Outcome.WARN: ("warned", "w", "WARN"),
    Outcome.PASS: ("passed", ".", "MET"),
    Outcome.INFO: ("passed", ".", "NOTED"),
    Outcome.NA: ("not applicable", "n", "N/A"),
    Outcome.UNTESTED: ("untested", "u", "UNTESTED"),
}


def close(ledger: Ledger, end: BaseException | None) -> None:
    """Give every requirement that is still open the outcome that the end of the check means."""
    for identifier in ledger.open_ids:
        if isinstance(end, Blocked):
            ids = tuple(e.id for e in end.exchanges)
            ledger.put(identifier, Outcome.BLOCKED, reason=end.reason, evidence=ids)
        elif isinstance(end, NotApplicable):
            ids = tuple(e.id for e in end.exchanges)
            ledger.put(identifier, Outcome.NA, reason=end.reason, evidence=ids)
        elif isinstance(end, Untested):
            ledger.put(identifier, Outcome.UNTESTED, reason=str(end))
        else:
            ledger.put(identifier, Outcome.ERROR, reason=_fault(end))


def _fault(end: BaseException | None) -> str:
    if end is None:
        return "the check ended without judging it"
    if isinstance(end, Violation):
        return f"a violation outside of judge(): {end}"
    place = traceback.extract_tb(end.__traceback__)[-1:]
    where = f" ({place[0].name}, line {place[0].lineno})" if place else ""
    return f"{type(end).__name__}: {end}{where}"


def worst(observations: list[Observation]) -> Outcome:
    """The outcome a check is shown with."""
    seen = {o.outcome for o in observations}
    return next((o for o in RANK if o in seen), Outcome.UNTESTED)


def told(observations: list[Observation]) -> str:
    """What the operator reads: requirement, expected, actual, where the evidence is."""
    lines = []
    for seen in observations:
        if seen.outcome in (Outcome.FAIL, Outcome.WARN, Outcome.BLOCKED, Outcome.ERROR):
            lines.append(f"{SHOWN[seen.outcome][2]} {seen.requirement}: {seen.reason}".rstrip(": "))
            lines += [f"  expected  {' or '.join(seen.expected)}"] if seen.expected else []
            lines += [f"  actual    {seen.actual}"] if seen.actual else []
            lines += [f"  evidence  {', '.join(seen.evidence)}"] if seen.evidence else []
    return "\n".join(lines)


__all__ = ["LEDGER", "RANK", "SHOWN", "Exchange", "close", "told", "worst"]

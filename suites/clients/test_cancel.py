"""How a client cancels: it closes the connection of its COPY."""

from harness import expect
from harness.checks import requirement, slow

SOON = 5.0
"""Seconds after Ctrl-C in which the connection has to be closed."""


@requirement("CANCEL-004")
@slow
def test_interrupted_client_closes_the_connection(capable, interrupted):
    capable("pull")
    made = interrupted()
    began = made.ended.interrupted_at
    expect.control(began is not None, f"it ended before it could be cancelled: {made}")
    open_then = [c for c in made.copies if c.left is None or c.left > began]
    expect.control(bool(open_then), f"no COPY was under way: {made}", *made.evidence)
    left = open_then[-1].left
    took = "it was never closed" if left is None else f"closed after {left - began:.1f} s"
    expect.that(left is not None and left - began <= SOON, f"closed within {SOON:g} s", took)
    verbs = ", ".join(a.method for a in made.active if a.at > began)
    expect.noted(f"{took}; then {verbs or 'nothing'}")

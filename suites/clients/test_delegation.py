"""How a client delegates its proxy when it is asked to (GridSite)."""

import re

from harness import expect
from harness.checks import requirement
from suites.clients.test_redirects import must_survive

CONCERN = re.compile(r"expir|lifetime|valid|minutes|time ?left|warn", re.IGNORECASE)


def asked_to_delegate(made):
    """The COPY that was answered with the request to delegate."""
    found = [c for c in made.copies if any(n.lower() == "x-delegate-to" for n, _ in c.answer)]
    expect.control(bool(found), f"no COPY was asked to delegate: {made}", *made.evidence)
    return found[0]


@requirement("DELEG-012")
def test_copy_is_repeated_where_location_says(capable):
    made = capable("delegate")
    first = asked_to_delegate(made)
    location = {name.lower(): value for name, value in first.answer}["location"]
    later = [a for a in made.active if a.at > first.at and location.endswith(a.target)]
    words = "COPY at the URL in Location"
    expect.that(any(a.method == "COPY" for a in later), words, made, *made.evidence)
    lost = must_survive(first) - must_survive(later[-1])
    names = ", ".join(sorted(name for name, _ in lost))
    expect.that(not lost, "the same headers", f"without {names}", *made.evidence)


@requirement("DELEG-011")
def test_next_delegation_service_is_tried(attempt, capable):
    capable("delegate")
    made = attempt("several-delegation-services", "delegate")
    asked_to_delegate(made)
    good = made.succeeded and made.arrived
    expect.that(good, "delegation to the one that works", made, *made.evidence)


@requirement("DELEG-001")
def test_short_credential_is_not_delegated_in_silence(attempt, capable):
    capable("delegate")
    made = attempt("short-proxy", "delegate")
    silent = bool(made.copies) and not CONCERN.search(made.ended.said)
    expect.that(not silent, ("a warning", "a renewal", "no COPY"), made, *made.evidence)

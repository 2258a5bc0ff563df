"""How a client follows a head node to the node with the data."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable

BOTH_WAYS = pytest.mark.parametrize("operation", ["pull", "push"])
KEPT = ("source", "destination", "credential", "overwrite", "requirechecksumverification")


def redirected(made, method):
    """The first request that a head node redirected, and what the client asked after it."""
    sent_on = [a for a in made.active if a.method == method and 300 <= a.status < 400]
    expect.control(bool(sent_on), f"no {method} was redirected: {made}", *made.evidence)
    return sent_on[0], [a for a in made.active if a.at > sent_on[0].at]


def must_survive(asked):
    """The fields of a COPY that it is nothing without; Authorization may be dropped."""
    return {
        (name.lower(), value)
        for name, value in asked.headers
        if name.lower() in KEPT or name.lower().startswith("transferheader")
    }


@requirement("REDIR-003")
def test_download_follows_to_the_data(attempt, capable):
    capable("download")
    made = attempt("redirect-307", "download")
    redirected(made, "GET")
    good = made.succeeded and made.arrived
    shown = f"the file {'arrived' if made.arrived else 'did not arrive'}; {made}"
    expect.that(good, "the file of the final server", shown, *made.evidence, severe=made.succeeded)


@requirement("REDIR-013")
@BOTH_WAYS
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_copy_follows_every_redirect(attempt, capable, code, operation):
    capable(operation)
    made = attempt(f"redirect-{code}", operation)
    redirected(made, "COPY")
    good = made.succeeded and made.arrived
    shown = f"the file {'arrived' if made.arrived else 'did not arrive'}; {made}"
    expect.that(good, f"{code} followed, and success", shown, *made.evidence)


@requirement("REDIR-014")
@BOTH_WAYS
@pytest.mark.parametrize("code", [302, 307])
def test_redirected_copy_is_repeated_as_it_was(attempt, capable, code, operation):
    capable(operation)
    made = attempt(f"redirect-{code}", operation)
    first, later = redirected(made, "COPY")
    there = [a for a in later if "ticket=" in a.target]
    if not there:
        raise NotApplicable(f"it does not follow the redirect: {made}", made.evidence)
    methods = ", ".join(a.method for a in there)
    expect.that(there[0].method == "COPY", "COPY at the new URL", methods, *made.evidence)
    lost = must_survive(first) - must_survive(there[0])
    names = ", ".join(sorted(name for name, _ in lost))
    expect.that(not lost, "the same TPC headers", f"without {names}", *made.evidence)


@requirement("CRED-017")
def test_no_token_goes_where_nothing_is_encrypted(attempt, capable):
    capable("pull")
    made = attempt("redirect-to-plain", "pull")
    redirected(made, "COPY")
    secret = {n for names in made.in_clear for n in names if n.lower().endswith("authorization")}
    shown = f"{' and '.join(sorted(secret))} sent in the clear; {made}"
    expect.that(not secret, "no token over http", shown, *made.evidence, severe=True)

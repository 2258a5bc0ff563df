"""How a client follows a head node to the node with the data."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable

BOTH_WAYS = pytest.mark.parametrize("operation", ["pull", "push"])
KEPT = ("source", "destination", "credential", "overwrite", "requirechecksumverification")

LOOP_DETECTED = 508
"""What a server of ours answers that has redirected the same COPY a hundred times (RFC 5842)."""

HOPS_SHOWN = 5
"""Requests of a circle that a report shows."""


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


def follows(made):
    """The COPY was redirected, and the transfer took place all the same."""
    first, _ = redirected(made, "COPY")
    shown = f"the file {'arrived' if made.arrived else 'did not arrive'}; {made}"
    good = made.succeeded and made.arrived
    wanted = f"{first.status} to {location(first)} followed, and success"
    expect.that(good, wanted, shown, *made.evidence)


def location(redirect):
    """The Location of a redirect, without its ticket."""
    named = [value for name, value in redirect.answer if name.lower() == "location"]
    return named[0].partition("?")[0] if named else "nowhere"


def come_by(made):
    """The first COPY, and what was asked at the place that it was sent on to."""
    first, later = redirected(made, "COPY")
    there = [a for a in later if "ticket=" in a.target]
    if not there:
        raise NotApplicable(f"it does not follow the redirect: {made}", made.evidence)
    return first, there


@requirement("REDIR-013")
@BOTH_WAYS
@pytest.mark.parametrize("to", [301, 302, 303, 307, 308, "to-another-host"])
def test_copy_follows_every_redirect(attempt, capable, to, operation):
    capable(operation)
    follows(attempt(f"redirect-{to}", operation))


@requirement("REDIR-024")
@BOTH_WAYS
@pytest.mark.parametrize("form", ["absolute-path", "relative-path"])
def test_relative_location_is_resolved(attempt, capable, form, operation):
    capable(operation)
    follows(attempt(f"redirect-by-{form}", operation))


@requirement("REDIR-025")
@BOTH_WAYS
def test_circle_of_redirects_is_left(attempt, capable, operation):
    capable(operation)
    made = attempt("redirect-in-a-circle", operation)
    redirected(made, "COPY")
    if len(made.copies) == 1:
        raise NotApplicable(f"it does not follow the redirect: {made.ended.last}", made.evidence)
    left = made.ended.code is not None and all(c.status != LOOP_DETECTED for c in made.copies)
    end = "was sent away" if left else "ended when the server did"
    shown = f"{len(made.copies)} times COPY at the same URL, {end}"
    expect.that(left, "an end after some redirects", shown, *made.evidence[:HOPS_SHOWN])


@requirement("REDIR-026")
@BOTH_WAYS
@pytest.mark.parametrize("scene", ["redirect-to-nowhere", "redirect-in-a-circle"])
def test_redirect_without_a_transfer_is_no_success(attempt, capable, scene, operation):
    capable(operation)
    made = attempt(scene, operation)
    redirected(made, "COPY")
    shown = f"success reported, and {len(made.copies)} redirects were the only answers: {made}"
    expect.that(not made.succeeded, "failure reported", shown, *made.evidence[:HOPS_SHOWN])


@requirement("REDIR-027")
@BOTH_WAYS
def test_own_token_at_another_host(attempt, capable, operation):
    capable(operation)
    made = attempt("redirect-to-another-host", operation)
    first, there = come_by(made)
    if first.header("authorization") is None:
        raise NotApplicable(f"it has no token of its own: {made}", made.evidence)
    shown = [a.header("authorization") for a in there]
    once = all(value is None or "," not in value for value in shown)
    expect.that(once, "Authorization at most once", shown, *made.evidence)
    alone = first.header("authorization") not in shown
    expect.preferably(alone, "no token at another host", "the same token there", *made.evidence)


@requirement("REDIR-014")
@BOTH_WAYS
@pytest.mark.parametrize("to", [302, 307, "to-another-host"])
def test_redirected_copy_is_repeated_as_it_was(attempt, capable, to, operation):
    capable(operation)
    made = attempt(f"redirect-{to}", operation)
    first, there = come_by(made)
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

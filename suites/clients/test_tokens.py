"""How a client asks for tokens, and whom it shows them."""

import json

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable

BOTH_WAYS = pytest.mark.parametrize("operation", ["pull", "push"])
WISH = "application/macaroon-request"
WRITING = {"UPLOAD", "DELETE", "MANAGE", "UPDATE_METADATA"}


def wishes(side):
    """The macaroon requests at one side."""
    return [a for a in side if (a.header("content-type") or "").startswith(WISH)]


def activities(wish):
    """What a macaroon request asks to be allowed."""
    caveats = json.loads(wish.document or "{}").get("caveats", [])
    named = [c.partition(":")[2] for c in caveats if c.startswith("activity:")]
    return {word.strip() for text in named for word in text.split(",")}


def shown(side, name):
    return {value for a in side if (value := a.header(name)) is not None}


@requirement("MAC-048")
@BOTH_WAYS
def test_each_side_gets_a_token_of_its_own(attempt, operation):
    made = attempt("plain", operation)
    pull = operation == "pull"
    source, destination = (made.passive, made.active) if pull else (made.active, made.passive)
    if not wishes(source) and not wishes(destination):
        raise NotApplicable(f"it asks for no macaroon: {made}", made.evidence)
    wanted = set().union(*map(activities, wishes(source)))
    evil = ", ".join(sorted(wanted & WRITING))
    expect.that(not evil, "no right to write at the source", evil, *made.evidence)
    far = shown(made.active, "transferheaderauthorization")
    both = shown(made.active, "authorization") & (far | shown(made.passive, "authorization"))
    expect.that(not both, "one token for each side", f"{len(both)} for both", *made.evidence)


@requirement("MAC-051")
def test_token_of_another_kind_is_used_all_the_same(attempt, capable):
    capable("pull")
    made = attempt("token-is-no-macaroon", "pull")
    given = [a for a in wishes(made.active) if a.status == 200]
    if not given:
        raise NotApplicable(f"it asks for no macaroon: {made}", made.evidence)
    later = [a for a in made.active if a.at > given[0].at and a.header("authorization")]
    expect.that(bool(later), "the token as it was given", f"never used; {made}", *made.evidence)

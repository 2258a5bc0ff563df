"""RequireChecksumVerification against what the far side says of its checksum (E01 to E03, E06).

One table: the header's value, the digest of the far side, and what has to come of it.
"""

from typing import Any

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.problems import NotApplicable
from harness.wire.digests import compute
from suites.test_integrity import after_put, asks_digest

Table = dict[str, dict[str, Any]]

RIGHT: Table = {
    "right": {},
    "upper case": {"digest": "upper"},
    "no leading zero": {"digest": "short", "size": 5},
    "several": {"digest": "several"},
}
"""Digests that agree with the data. The adler32 of so few bytes begins with a zero."""

CONTRADICTING: Table = {
    "in both": {"digest": "wrong"},
    "in GET": {"digest": "wrong", "digest_on": ("GET",)},
    "in HEAD": {"digest": "wrong", "digest_on": ("HEAD",)},
}
UNUSABLE: Table = {"none": {"digest": "none"}, "malformed": {"digest": "malformed"}}
pull_works = pytest.mark.usefixtures("pull_works")
push_works = pytest.mark.usefixtures("push_works")

UNKNOWN: dict[str, Any] = {"digest": "unknown"}
NONE: dict[str, Any] = {"digest": "none"}
MALFORMED: dict[str, Any] = {"digest": "malformed"}
IN_HEAD: dict[str, Any] = {"digest_on": ("HEAD",)}
REDIRECTED: dict[str, Any] = {"redirect": 302, "redirect_to": "other", "redirect_on": ("GET",)}
DEFAULTED: Table = {
    **RIGHT,
    "wrong": {"digest": "wrong"},
    "unknown": UNKNOWN,
    "malformed": MALFORMED,
    "in HEAD": IN_HEAD,
}
"""What may come of a copy without the header is what comes of it with the default."""


@requirement("INTEG-005")
@pytest.mark.parametrize("where", CONTRADICTING)
@pull_works
def test_pull_fails_when_the_digest_contradicts_and_is_required(client, party, new_path, where):
    _, copy = pull(client, party, new_path, "true", CONTRADICTING[where])
    expect.failure(copy)


@requirement("INTEG-006")
@pytest.mark.parametrize("where", CONTRADICTING)
@pull_works
def test_pull_fails_when_the_digest_contradicts_though_not_required(client, party, new_path, where):
    far, copy = pull(client, party, new_path, "false", CONTRADICTING[where])
    if where != "in both" and not told_digest(far):
        raise NotApplicable(f"the server does not look there: {where}", (copy.exchange,))
    expect.failure(copy)


@requirement("INTEG-007")
@pytest.mark.parametrize("digest", UNUSABLE)
@pull_works
def test_pull_fails_without_a_usable_checksum_that_is_required(client, party, new_path, digest):
    _, copy = pull(client, party, new_path, "true", UNUSABLE[digest])
    expect.failure(copy)


@requirement("INTEG-008")
@pytest.mark.parametrize("manners", [NONE, IN_HEAD], ids=["none", "in HEAD"])
def test_pull_succeeds_without_a_checksum_that_is_not_required(client, party, new_path, manners):
    far, copy = pull(client, party, new_path, "false", manners)
    expect.success(copy)
    stored(client, new_path)
    expect.control(bool(far.requests), f"{copy}, and nothing was asked of the source", copy)


@requirement("INTEG-009")
@pytest.mark.parametrize("required", ["true", "false"])
@pull_works
def test_checksum_of_an_unknown_algorithm_counts_as_missing(client, party, new_path, required):
    _, copy = pull(client, party, new_path, required, UNKNOWN)
    if required == "true":
        expect.failure(copy)
    else:
        expect.success(copy)
        stored(client, new_path)


@requirement("INTEG-009")
@pull_works
def test_checksum_that_cannot_be_read_counts_as_missing(client, party, new_path):
    _, copy = pull(client, party, new_path, "false", MALFORMED)
    expect.success(copy)
    stored(client, new_path)


@requirement("INTEG-010")
@pytest.mark.parametrize("required", ["true", "false"])
@pytest.mark.parametrize("form", RIGHT)
def test_pull_succeeds_with_the_right_checksum(client, party, new_path, form, required):
    far, copy = pull(client, party, new_path, required, RIGHT[form])
    understood(far, form)
    expect.success(copy)
    stored(client, new_path)


@requirement("INTEG-007", "INTEG-010")
@pytest.mark.parametrize("ways", [{}, REDIRECTED], ids=["direct", "redirected GET"])
def test_checksum_that_only_head_tells_is_used_if_asked_for(judge, client, party, new_path, ways):
    far, copy = pull(client, party, new_path, "true", {**IN_HEAD, **ways})
    told = told_digest(far)
    with judge("INTEG-007"):
        expect.that(told or not copy.succeeded, "failure: no checksum was seen", copy, copy)
    with judge("INTEG-010"):
        if not told:
            raise NotApplicable("the server does not ask by HEAD", (copy.exchange,))
        expect.success(copy)


@requirement("INTEG-010")
@needs("tpc-push")
@pytest.mark.parametrize("required", ["true", "false"])
@pytest.mark.parametrize("form", [*RIGHT, "in HEAD"])
def test_push_succeeds_with_the_right_checksum(client, party, upload, form, required):
    far, copy = push(client, party, upload, required, RIGHT.get(form, IN_HEAD))
    understood(far, form)
    expect.success(copy)
    expect.that(far.received is not None, "a complete upload", "none", copy)


@requirement("INTEG-012")
@pytest.mark.parametrize("required", ["true", "false"])
@pytest.mark.parametrize("size", [999, 1001, 0])
@push_works
def test_push_fails_when_the_size_at_the_destination_differs(client, party, upload, required, size):
    far, copy = push(client, party, upload, required, {"head_size": size})
    if not any(seen.method == "HEAD" for seen in after_put(far)):
        raise NotApplicable("no HEAD is sent after the PUT", (copy.exchange,))
    expect.failure(copy)


@requirement("INTEG-013")
@pytest.mark.parametrize("required", ["true", "false"])
@push_works
def test_push_fails_when_the_digest_at_the_destination_differs(client, party, upload, required):
    far, copy = push(client, party, upload, required, {"digest": "wrong"})
    if not any(asks_digest(seen) for seen in after_put(far)):
        raise NotApplicable("no checksum is asked for after the PUT", (copy.exchange,))
    expect.failure(copy)


@requirement("INTEG-014")
@pytest.mark.parametrize("manners", [NONE, MALFORMED, UNKNOWN])
@push_works
def test_push_fails_without_a_usable_checksum_that_is_required(client, party, upload, manners):
    _, copy = push(client, party, upload, "true", manners)
    expect.failure(copy)


@requirement("INTEG-014")
@pytest.mark.parametrize("manners", [NONE, UNKNOWN, MALFORMED])
def test_push_succeeds_without_a_checksum_that_is_not_required(client, party, upload, manners):
    far, copy = push(client, party, upload, "false", manners)
    expect.success(copy)
    expect.that(far.received is not None, "a complete upload", "none", copy)


@requirement("INTEG-015")
@push_works
def test_push_fails_when_the_object_is_not_at_the_destination(client, party, upload):
    far, copy = push(client, party, upload, "true", {"head_status": 404})
    expect.control(far.received is not None or copy.failed, f"no PUT came: {copy}", copy)
    expect.failure(copy)


@requirement("INTEG-016")
def test_default_of_the_header_is_the_same_each_time(client, party, place):
    copies = [pull(client, party, f"{place}/default-{n}", None, NONE)[1] for n in range(3)]
    answers = {copy.succeeded for copy in copies}
    said = f"success {[copy.succeeded for copy in copies]}"
    expect.that(len(answers) == 1, "the same default each time", said, *copies)
    _, wrong = pull(client, party, f"{place}/default-wrong", None, CONTRADICTING["in both"])
    default = "false" if copies[0].succeeded else "true"
    expect.noted(f"without the header as with {default}; with a contradicting digest: {wrong}")


@requirement("INTEG-016")
@needs("tpc-push")
def test_default_of_the_header_for_a_push(client, party, upload):
    copies = [push(client, party, upload, None, NONE)[1] for _ in range(2)]
    said = f"success {[copy.succeeded for copy in copies]}"
    same = copies[0].succeeded == copies[1].succeeded
    expect.that(same, "the same default each time", said, *copies)
    expect.noted(f"without the header and without a checksum: {copies[0]}")


@requirement("INTEG-016")
@pytest.mark.parametrize("form", DEFAULTED)
def test_default_of_the_header_holds_for_every_digest_of_a_pull(client, party, place, form):
    path = f"{place}/default-{form.replace(' ', '-')}"
    _, plain = pull(client, party, f"{path}-none", None, NONE)
    default = "false" if plain.succeeded else "true"
    _, told = pull(client, party, f"{path}-told", default, DEFAULTED[form])
    _, copy = pull(client, party, path, None, DEFAULTED[form])
    same = told.succeeded == copy.succeeded
    expect.that(same, f"the same as with {default}: {told}", copy, copy, told)


@requirement("INTEG-016")
@needs("tpc-push")
@pytest.mark.parametrize("form", DEFAULTED)
def test_default_of_the_header_holds_for_every_digest_of_a_push(client, party, upload, form):
    _, plain = push(client, party, upload, None, NONE)
    default = "false" if plain.succeeded else "true"
    _, told = push(client, party, upload, default, DEFAULTED[form])
    _, copy = push(client, party, upload, None, DEFAULTED[form])
    same = told.succeeded == copy.succeeded
    expect.that(same, f"the same as with {default}: {told}", copy, copy, told)


@requirement("INTEG-018")
@pytest.mark.parametrize("value", ["maybe", "TRUE", "1"])
def test_undefined_value_is_refused_or_falls_back(client, party, place, value):
    wrong = CONTRADICTING["in both"]
    _, copy = pull(client, party, f"{place}/undefined-{value}", value, wrong)
    words = ("400", "the same as without the header")
    expect.that(0 < copy.status < 500, words, copy, copy)
    _, absent = pull(client, party, f"{place}/undefined-{value}-not", None, wrong)
    lenient = copy.succeeded and not absent.succeeded
    expect.that(not lenient, words, f"{copy}, but {absent} without the header", copy, absent)
    expect.noted(f"{value}: {copy}")


@requirement("INTEG-021")
@pull_works
def test_what_a_failed_verification_leaves_is_not_called_a_success(client, party, new_path):
    _, copy = pull(client, party, new_path, "true", CONTRADICTING["in both"])
    expect.control(copy.status != 0, f"no answer: {copy}", copy)
    left = client.head(new_path)
    kept = "kept" if left.status == 200 else f"not there ({left.status})"
    expect.that(not (copy.succeeded and left.status == 200), "no success", f"{copy}, {kept}", copy)
    expect.noted(f"the target is {kept} after {copy}")


def pull(client, party, path, required: str | None, manners: dict[str, Any]):
    """A pull from a source with these manners; ``required`` is the header's value, if any."""
    far = party.source(**manners)
    return far, client.pull(far.url, path, **_header(required))


def push(client, party, upload, required: str | None, manners: dict[str, Any]):
    """A push of a new file to a destination with these manners."""
    size = manners.get("size", 1000)
    far = party.destination(**{key: value for key, value in manners.items() if key != "size"})
    file = upload(party.source(size=size).content)
    return far, client.push(file.path, far.url, **_header(required))


def _header(required):
    value = {} if required is None else {"require_checksum_verification": required}
    return {"credential": "none", **value}


def stored(client, path):
    """Whether something is there; that it is the right thing is for INTEG-001 to say."""
    head = client.head(path)
    expect.that(head.status == 200, "the file at its place", f"HEAD {head.status}", head)


def told_digest(far):
    """Whether the far side was asked for a checksum by a method that it answers with one."""
    return any(asks_digest(s) and s.method in far.scenario.digest_on for s in far.requests)


def understood(far, form):
    """Other forms than the plain one are those of adler32; a server may ask for others only."""
    wanted = [seen.header("want-digest") or "" for seen in far.requests]
    if (
        form not in ("right", "in HEAD")
        and any(wanted)
        and not any("adler32" in w.lower() for w in wanted)
    ):
        raise NotApplicable(f"adler32 is not asked for: {wanted}")
    if form == "no leading zero":
        content = far.received if far.received is not None else far.content
        expect.control(compute("adler32", content).hex().startswith("0"), "no leading zero")

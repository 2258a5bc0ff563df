"""Asking for a macaroon: who may, what comes back, and what stands in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re

import pymacaroons
import pytest

from fixtures.macaroons import MEDIA_TYPE, issued
from harness import expect
from harness.checks import needs, requirement
from harness.problems import NotApplicable
from harness.wire.problem import SyntaxProblem
from harness.wire.times import parse_instant
from harness.wire.token_answers import is_macaroon, json_object, macaroon_member

MINUTE = dt.timedelta(minutes=1)
URL_SAFE = re.compile(r"[A-Za-z0-9_=-]+")


def ends(macaroons, token):
    """The instant from which on the token is of no use; None if nothing readable bounds it."""
    found = []
    for text in macaroons.parsed(token).values("before"):
        with contextlib.suppress(SyntaxProblem):
            found.append(parse_instant(text))
    return min(found, default=None)


def now():
    return dt.datetime.now(dt.UTC)


@requirement("MAC-001")
def test_request_gives_a_json_object_with_the_token(macaroons):
    answer = macaroons.ask("activity:DOWNLOAD,LIST")
    expect.status(answer, 200)
    token = macaroon_member(answer.body.content or b"")
    shape = "a non-empty string" if token else f"members {sorted(json_object(answer.body.content))}"
    expect.that(token is not None, "a JSON object with the member macaroon", shape, answer)


@requirement("MAC-002")
def test_request_of_nobody_gives_nothing_that_nobody_may(macaroons, anonymous, private):
    answer = macaroons.ask(by=anonymous)
    token = issued(answer)
    if token is None:
        expect.refused(answer)
        somebodys(macaroons)
        return
    for method in ("GET", "HEAD", "PROPFIND", "PUT"):
        path = private.outside.path + ("-new" if method == "PUT" else "")
        bare, given = (who.follow(method, path) for who in (anonymous, macaroons.bearing(token)))
        actual = f"{method}: {bare.status} without the token, {given.status} with it"
        more = given.status < 400 <= bare.status
        expect.that(not more, "no token, or one of no use", actual, bare, given)
    expect.preferably(False, "401 or 403", "a token of no use", answer)


def somebodys(macaroons):
    """Not to issue a token is an answer only where some are issued."""
    ours = macaroons.ask()
    if issued(ours) is None:
        raise NotApplicable(f"nobody gets a macaroon, not even we: {ours.status}", (ours,))


@requirement("MAC-003")
@pytest.mark.parametrize("scheme", ["certificate", "proxy", "basic", "oidc"])
def test_whoever_may_read_may_ask_for_a_macaroon(macaroons, ways, private, scheme):
    way = ways(scheme)
    read = way.client.get(private.inside.path)
    if read.status != 200:
        raise NotApplicable(f"{scheme} does not authenticate a GET here: {read.status}", (read,))
    answer = macaroons.ask(by=way.client)
    expect.that(issued(answer) is not None, "a macaroon", f"{answer.status}", read, answer)


@requirement("MAC-004")
@pytest.mark.parametrize("where", ["directory", "root"])
def test_macaroon_of_a_scitoken_stays_below_its_path(macaroons, issuer, private, where):
    scope = issuer.scope("storage.read", private.directory)
    asker = macaroons.bearing(issuer.wlcg(scope))
    control = asker.get(private.inside.path)
    expect.control(control.status == 200, f"the SciToken itself got {control.status}", control)
    answer = macaroons.ask(by=asker, path=private.directory if where == "directory" else "/")
    token = issued(answer)
    expect.noted(f"a macaroon asked for with a path-restricted SciToken: {answer.status}")
    if token is not None:
        beyond = macaroons.bearing(token).get(private.outside.path)
        expect.denied(beyond)


@requirement("MAC-005")
@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
def test_other_media_types_give_no_macaroon(macaroons, media_type):
    good = macaroons.ask("activity:LIST")
    expect.control(issued(good) is not None, "the right media type gives no macaroon", good)
    wishes = json.dumps({"caveats": ["activity:LIST"], "validity": "PT5M"}).encode()
    answer = macaroons.post(wishes, media_type=media_type)
    expect.that(issued(answer) is None, "no macaroon", f"a macaroon, {answer.status}", answer)


@requirement("MAC-052")
@pytest.mark.parametrize("written", ["{}; charset=utf-8", "{};q=1", "capitals"])
def test_media_type_is_known_with_parameters_and_in_any_case(macaroons, written):
    wishes = json.dumps({"caveats": ["activity:LIST"], "validity": "PT5M"}).encode()
    good = macaroons.post(wishes)
    expect.control(issued(good) is not None, "the plain media type gives no macaroon", good)
    capitals = MEDIA_TYPE.upper()
    media_type = capitals if written == "capitals" else written.format(MEDIA_TYPE)
    answer = macaroons.post(wishes, media_type=media_type)
    expect.that(issued(answer) is not None, "a macaroon", answer.status, answer)


@requirement("MAC-006")
def test_empty_request_is_answered(macaroons):
    answer = macaroons.post(b"")
    expect.noted(f"an empty body: {answer.status}{', a macaroon' if issued(answer) else ''}")
    expect.that(0 < answer.status < 500, "a macaroon or a 4xx status", answer.status, answer)


@requirement("MAC-007")
def test_token_is_a_macaroon_that_fits_into_a_url(macaroons):
    for _ in range(8):  # a quarter of all tokens would be safe in either alphabet
        answer = macaroons.ask("activity:DOWNLOAD,LIST")
        token = issued(answer) or ""
        expect.control(bool(token), f"no token: {answer.status}", answer)
        whole = is_macaroon(token) or token.count(".") == 2
        expect.that(whole, "identifier, caveats and signature", "no macaroon", answer)
        inside = macaroons.parsed(token)
        safe = bool(URL_SAFE.fullmatch(token))
        expect.that(safe, "base64 that needs no escape in a URL", "other characters", answer)
        library = pymacaroons.Macaroon.deserialize(token)
        same = library.signature_bytes and len(library.caveats) == len(inside.caveats)
        expect.that(bool(same), "what pymacaroons can read", "something else", answer)


@requirement("MAC-014")
@pytest.mark.parametrize("swapped", [False, True], ids=["wide-first", "narrow-first"])
def test_requested_caveats_limit_the_token(macaroons, swapped):
    wanted = ["activity:DOWNLOAD,LIST,UPLOAD", "activity:LIST,UPLOAD"]
    token = macaroons.issue(*(reversed(wanted) if swapped else wanted))
    lists = [set(text.split(",")) for text in macaroons.parsed(token).values("activity")]
    left = set.intersection(*lists) if lists else {"everything"}
    allowed = left <= {"LIST", "UPLOAD", "READ_METADATA"}
    expect.that(allowed, "activities LIST and UPLOAD at most", ", ".join(sorted(left)))


@requirement("MAC-014")
@needs("dcache-caveats")
def test_requested_caveats_stand_in_the_token(macaroons):
    wanted = {"ip:192.0.2.0/24", "ip:198.51.100.7", "activity:LIST"}
    texts = set(macaroons.parsed(macaroons.issue(*wanted)).texts)
    missing = sorted(wanted - texts)
    expect.that(not missing, "every requested caveat", f"missing: {', '.join(missing)}")


@requirement("MAC-015")
def test_no_macaroon_is_without_end(macaroons):
    token = macaroons.issue()
    keys = [text.partition(":")[0] for text in macaroons.parsed(token).texts]
    expect.noted(f"caveats nobody asked for: {', '.join(keys)}")
    expect.that("before" in keys, "a caveat before", ", ".join(keys) or "no caveat")


@requirement("MAC-022")
@pytest.mark.parametrize(
    ("validity", "minutes"), [("PT5M", 5), ("PT1H30M", 90), ("PT300S", 5), ("PT2H", 120)]
)
def test_validity_becomes_a_caveat_before(macaroons, validity, minutes):
    latest = now() + minutes * MINUTE + MINUTE
    end = ends(macaroons, macaroons.issue(validity=validity))
    good = end is not None and now() < end <= latest
    expect.that(good, f"before, in {minutes} minutes at the latest", end or "no caveat before")


@requirement("MAC-023")
@pytest.mark.parametrize(
    "body",
    [
        '{"validity": "5 minutes"}',
        "{",
        '{"caveats": "activity:LIST", "validity": "PT10M"}',
        '{"caveats": ["activity:FLY"], "validity": "PT10M"}',
        '{"caveats": ["activity"], "validity": "PT10M"}',
    ],
    ids=["bad-validity", "bad-json", "no-list", "bad-activity", "no-colon"],
)
def test_malformed_request_gives_no_stronger_token(macaroons, private, body):
    good = macaroons.ask("activity:DOWNLOAD")
    expect.control(issued(good) is not None, "a good request gives no macaroon", good)
    answer = macaroons.post(body.encode())
    token = issued(answer)
    if token is None:
        expect.refused(answer)
        return
    read = macaroons.bearing(token).get(private.inside.path)
    end = ends(macaroons, token)
    understood = "5 minutes" in body and end is not None and end < now() + 6 * MINUTE
    actual = f"{answer.status} and a token that reads a file: {read.status}"
    weak = read.status >= 400 or understood
    expect.that(weak, "a 4xx status, or a token of no use", actual, answer, read)


@requirement("MAC-024")
def test_earlier_of_two_ends_rules(macaroons):
    limit = now() + 5 * MINUTE
    answer = macaroons.ask(f"before:{limit:%Y-%m-%dT%H:%M:%SZ}", validity="PT1H")
    token = issued(answer)
    if token is None:
        expect.refused(answer)
        somebodys(macaroons)
        return
    end = ends(macaroons, token)
    good = end is not None and end <= limit + dt.timedelta(seconds=1)
    expect.that(good, f"an end at {limit:%H:%M:%S}", end or "no end", answer)


@requirement("MAC-025")
def test_end_in_the_past_gives_nothing_of_use(macaroons, private):
    past, distant = macaroons.ask("before:2000-01-01T00:00:00Z"), macaroons.ask(validity="P400D")
    far = issued(distant)
    until = f", until {ends(macaroons, far)}" if far else ""
    expect.noted(f"an end in the past: {past.status}; in 400 days: {distant.status}{until}")
    token = issued(past)
    if token is not None:
        expect.denied(macaroons.bearing(token).get(private.inside.path))


@requirement("MAC-050")
@pytest.mark.parametrize("scheme", ["token", "basic"])
def test_no_macaroon_is_issued_without_encryption(macaroons, plain, ways, scheme):
    asker = ways(scheme).client
    control = macaroons.ask(by=asker)
    if control.status in (401, 403):
        raise NotApplicable(f"{scheme} gets none with encryption either", (control,))
    expect.control(issued(control) is not None, f"with encryption: {control.status}", control)
    no_token_in_the_clear(macaroons, plain, asker)


@requirement("MAC-050")
def test_no_macaroon_is_issued_to_nobody_without_encryption(macaroons, plain, anonymous):
    control = macaroons.ask()
    expect.control(issued(control) is not None, f"with encryption: {control.status}", control)
    no_token_in_the_clear(macaroons, plain, anonymous)


def no_token_in_the_clear(macaroons, plain, asker):
    there = plain.client.known_as(asker.identity)
    answer = macaroons.ask(by=there, path=plain.path(macaroons.place))
    expect.that(issued(answer) is None, "no token", f"a token, {answer.status}", answer)

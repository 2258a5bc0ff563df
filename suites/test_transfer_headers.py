"""TransferHeader fields: what reaches the far side, and what never does (HTTP-TPC, headers)."""

import base64
import secrets
from urllib.parse import urlsplit

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY
from harness.client.client import named

CONTROL = {"source", "destination", "credential", "overwrite", "requirechecksumverification"}
BASIC = "Basic cGF1bDpwYXNzd29yZA=="

OPAQUE = {
    "base64": base64.b64encode(secrets.token_bytes(60)).decode(),
    "like-a-jwt": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl",
    "long": secrets.token_urlsafe(2250),
}

CORRUPTING = {
    "content-length": ("TransferHeaderContent-Length", "0"),
    "transfer-encoding": ("TransferHeaderTransfer-Encoding", "chunked"),
    "host": ("TransferHeaderHost", "evil.invalid"),
    "no-suffix": ("TransferHeader", "Injected"),
    "carriage-return": ("TransferHeaderX-Test", "a\rInjected: yes"),
    "line-feed": ("TransferHeaderX-Test", "a\nInjected: yes"),
    "encoded-line-end": ("TransferHeaderX-Test", "a%0D%0AInjected: yes"),
}


@requirement("TPC-032")
def test_pull_sends_the_transfer_authorization_once(client, party, new_path):
    far = party.source()
    bearer = f"Bearer opaque-{secrets.token_hex(8)}"
    copy = client.pull(far.url, new_path, transfer_header_authorization=bearer, **PLAINLY)
    _verify_forwarded(far, "GET", "Authorization", bearer, copy)


@requirement("TPC-033")
def test_push_sends_the_transfer_authorization_once(client, party, existing):
    far = party.destination()
    copy = client.push(existing.path, far.url, transfer_header_authorization=BASIC, **PLAINLY)
    _verify_forwarded(far, "PUT", "Authorization", BASIC, copy)


@requirement("TPC-034")
def test_any_transfer_header_is_sent(client, party, new_path):
    far = party.source()
    wanted = {"ClientContext": "foo", "X-Test": "a=b; c"}
    prefixed = tuple((f"TransferHeader{name}", value) for name, value in wanted.items())
    copy = client.copy(new_path, (("Source", far.url), *named(PLAINLY), *prefixed))
    for name, value in wanted.items():
        _verify_forwarded(far, "GET", name, value, copy)


@requirement("TPC-055")
def test_no_value_of_a_repeated_transfer_header_is_lost(client, party, new_path):
    far, values = party.source(), ("first", "second")
    repeated = tuple(("TransferHeaderX-Twice", value) for value in values)
    copy = client.copy(new_path, (("Source", far.url), *named(PLAINLY), *repeated))
    got = ",".join(v.replace(" ", "") for seen in far.asked("GET")[:1] for v in seen.all("x-twice"))
    refused = not copy.streamed and 400 <= copy.status < 500
    words = ("X-Twice: first, second", "a refusal")
    expect.that(refused or got == ",".join(values), words, f"{copy}; {got}", copy)


@requirement("TPC-035")
@pytest.mark.parametrize("spelt", [str.lower, str.upper], ids=["lower-case", "upper-case"])
def test_header_names_are_recognised_in_any_case(client, party, new_path, spelt):
    bearer = f"Bearer opaque-{secrets.token_hex(8)}"
    control, far = party.source(), party.source().needing(bearer)
    canonical = client.pull(control.url, f"{new_path}-control", overwrite="T", **PLAINLY)
    expect.control(canonical.succeeded, f"the canonical spelling: {canonical}", canonical)
    given = {"Source": far.url, "TransferHeaderAuthorization": bearer, "Overwrite": "T"}
    copy = client.copy(new_path, _spelt({**given, **dict(named(PLAINLY))}, spelt))
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("TPC-035")
@pytest.mark.parametrize("spelt", [str.lower, str.upper], ids=["lower-case", "upper-case"])
def test_overwrite_is_recognised_in_any_case(client, party, upload, spelt):
    given = {"Source": party.source().url, "Overwrite": "F", **dict(named(PLAINLY))}
    canonical = client.copy(upload(b"kept").path, tuple(given.items()))
    file = upload(b"kept as well")
    copy = client.copy(file.path, _spelt(given, spelt))
    same = (copy.status, copy.failed) == (canonical.status, canonical.failed)
    expect.that(same, f"the same as in canonical spelling ({canonical})", copy, copy, canonical)
    if canonical.failed:
        expect.content(client.get(file.path), file.content)


@requirement("TPC-036")
@needs("tpc-pull")
@pytest.mark.parametrize("manners", [{}, {"get_status": 401}], ids=["public", "asks-for-a-token"])
def test_pull_never_shows_our_token_to_the_source(client, party, new_path, manners):
    far = party.source(**manners)
    copy = client.pull(far.url, new_path, **PLAINLY)
    _verify_no_token(far, str(client.identity.token), copy)


@requirement("TPC-036")
@needs("tpc-push")
def test_push_never_shows_our_token_to_the_destination(client, party, existing):
    far = party.destination()
    copy = client.push(existing.path, far.url, **PLAINLY)
    _verify_no_token(far, str(client.identity.token), copy)


def _verify_no_token(far, token, copy):
    places = [f"{s.method} {name}" for s in far.requests for name, v in s.headers if token in v]
    places += [f"{s.method} target" for s in far.requests if token in s.target]
    expect.control(bool(far.requests), f"no request to the other server: {copy}", copy)
    seen = f"our token in {', '.join(places)}"
    expect.that(
        not places, "the token of the COPY kept from the other server", seen, copy, severe=True
    )


@requirement("TPC-037")
def test_control_headers_stay_with_the_copy(client, party, new_path):
    far = party.source()
    bearer = f"Bearer opaque-{secrets.token_hex(8)}"
    given = {"transfer_header_authorization": bearer, "overwrite": "T", **PLAINLY}
    copy = client.pull(far.url, new_path, **given)
    names = {name.lower() for seen in far.requests for name, _ in seen.headers}
    expect.that("host" in names, "a request to the source", copy, copy)
    astray = sorted(n for n in names if n in CONTROL or n.startswith("transferheader"))
    expect.that(not astray, "no control header at the source", ", ".join(astray), copy)


@requirement("TPC-038")
@needs("tpc-pull")
def test_requests_beside_a_pull_carry_the_transfer_headers(client, party, new_path):
    bearer = f"Bearer opaque-{secrets.token_hex(8)}"
    far = party.source(digest_on=("HEAD",)).needing(bearer)
    copy = client.pull(far.url, new_path, **_verified(bearer))
    _verify_auxiliary(far, "GET", bearer, copy)


@requirement("TPC-038")
@needs("tpc-pull")
def test_request_after_a_redirect_carries_the_transfer_headers(client, party, new_path):
    far = party.source(redirect=307, redirect_to="other")
    mark = ("TransferHeaderX-Mark", secrets.token_hex(8))
    copy = client.copy(new_path, (("Source", far.url), *named(PLAINLY), mark))
    told = [seen.header("x-mark") == mark[1] for seen in far.asked("GET")]
    expect.control(len(told) > 1, f"the redirect is not followed: {copy}", copy)
    expect.that(all(told), "X-Mark in every GET", f"{told.count(False)} without", copy)


@requirement("TPC-038")
@needs("tpc-push")
def test_requests_beside_a_push_carry_the_transfer_headers(client, party, existing):
    bearer = f"Bearer opaque-{secrets.token_hex(8)}"
    far = party.destination().needing(bearer)
    copy = client.push(existing.path, far.url, **_verified(bearer))
    _verify_auxiliary(far, "PUT", bearer, copy)


def _verified(bearer):
    """A transfer that has to ask for the checksum, at the latest by a HEAD."""
    return {
        "credential": "none",
        "require_checksum_verification": "true",
        "transfer_header_authorization": bearer,
    }


def _verify_auxiliary(far, method, bearer, copy):
    """Only GET and PUT have to carry the headers, unless the transfer fails for want of them."""
    bare = [s.method for s in far.requests if s.header("authorization") != bearer]
    authorised = any(s.header("authorization") == bearer for s in far.asked(method))
    expect.that(authorised, f"a {method} with the transfer header", copy, copy)
    seen = f"{copy}; without the header: {', '.join(bare)}"
    expect.that(copy.succeeded or not bare, "the transfer header on every request", seen, copy)
    expect.noted(f"requests without the transfer header: {', '.join(bare) or 'none'}")


@requirement("TPC-039")
@needs("tpc-pull")
@pytest.mark.parametrize("header", CORRUPTING.values(), ids=CORRUPTING)
@pytest.mark.usefixtures("pull_works")
def test_transfer_header_cannot_corrupt_the_get(client, party, new_path, header):
    far = party.source(size=700)
    copy = client.copy(new_path, (("Source", far.url), header, *named(PLAINLY)))
    _verify_well_formed(far, copy)
    if copy.succeeded:
        expect.content(client.get(new_path), far.content)


@requirement("TPC-039")
@needs("tpc-push")
@pytest.mark.parametrize("header", CORRUPTING.values(), ids=CORRUPTING)
@pytest.mark.usefixtures("push_works")
def test_transfer_header_cannot_corrupt_the_put(client, party, existing, header):
    far = party.destination()
    copy = client.copy(existing.path, (("Destination", far.url), header, *named(PLAINLY)))
    _verify_well_formed(far, copy)
    if copy.succeeded:
        expect.arrived(copy, far, existing.content)


def _verify_well_formed(far, copy):
    expect.that(copy.succeeded or copy.failed, ("a transfer", "a refusal"), copy, copy)
    host = urlsplit(far.url).netloc
    odd = [words for seen in far.requests for words in _odd(seen, host)]
    expect.that(not odd, f"one Host, {host}, and one length", "; ".join(odd), copy)


def _odd(seen, host):
    """What is wrong with a request, in words."""
    hosts, lengths = seen.all("host"), seen.all("content-length")
    codings = seen.all("transfer-encoding")
    if hosts != [host]:
        yield f"{seen.method} with Host {', '.join(hosts)}"
    if len(lengths) + len(codings) > 1 or (codings and seen.method == "GET"):
        yield f"{seen.method} with Content-Length {lengths} and Transfer-Encoding {codings}"
    if seen.header("injected") is not None:
        yield f"{seen.method} with a header that was smuggled in"
    yield from (f"{seen.method}: {problem}" for problem in seen.problems)


@requirement("TPC-040")
@pytest.mark.parametrize("token", OPAQUE.values(), ids=OPAQUE)
def test_tokens_of_any_form_are_passed_on(client, party, new_path, token):
    far = party.source()
    bearer = f"Bearer {token}"
    copy = client.pull(far.url, new_path, transfer_header_authorization=bearer, **PLAINLY)
    expect.success(copy)
    _verify_forwarded(far, "GET", "Authorization", bearer, copy)


def _verify_forwarded(far, method, name, value, copy):
    """Every data request carries the header exactly once, with its value unchanged."""
    found = [seen.all(name) for seen in far.asked(method)]
    expect.that(bool(found), f"a {method} at the other server", copy, copy)
    odd = [_described(values, value) for values in found if values != [value]]
    expect.that(not odd, f"{name} once and unchanged in the {method}", ", ".join(odd), copy)


def _described(values, wanted):
    """Without the value: it stands for a secret."""
    if len(values) != 1:
        return f"it is there {len(values)} times"
    return f"changed: {len(values[0])} characters instead of {len(wanted)}"


def _spelt(headers, spelt):
    return tuple((spelt(name), value) for name, value in headers.items())

"""The Credential header: how the endpoint is to authenticate itself at the far side."""

import pytest

from harness import expect
from harness.checks import needs, requirement, without
from harness.client import PLAINLY
from harness.client.client import named
from harness.problems import NotApplicable

BASIC = "Basic cGF1bDpUb29NYW55U2VjcmV0YQ=="
BEARER = "Bearer opaque-for-the-far-side"
LACKING = {
    "nothing": {},
    "another": {"transfer_header_authorization": "Bearer opaque-for-another-side"},
}
"""What is shown to a far side in place of its token."""
UNCHECKED = {"require_checksum_verification": "false"}
MAY_BE_UNABLE = (401, 403, 500)
"""How servers refuse a mechanism that they know and cannot use now (AMB-D05)."""


@requirement("CRED-002")
@pytest.mark.parametrize("mechanism", ["gridsite", "oidc", "none"])
def test_named_mechanism_is_used_or_the_request_fails(client, party, new_path, mechanism):
    far = party.source()
    copy = client.pull(far.url, new_path, credential=mechanism, **UNCHECKED)
    ours = f"Bearer {client.identity.token}"
    served = [seen for seen in far.asked("GET") if seen.status < 300]
    expect.that(copy.succeeded or copy.failed, ("a transfer", "a refusal"), copy, copy)
    wrong = [words for seen in served if (words := _misused(mechanism, seen, ours, copy))]
    expect.that(not wrong, f"{mechanism} or no transfer", f"{copy}; {', '.join(wrong)}", copy)


def _misused(mechanism, seen, ours, copy):
    """What other mechanism a served request used, in words; empty if it was the one named."""
    shown = seen.header("authorization")
    if shown == ours:
        return "the token of the COPY"
    if mechanism == "gridsite":
        host = copy.exchange.tls.peer if copy.exchange.tls else ""
        return "" if seen.client_subject not in ("", host) else "no certificate of the user"
    if mechanism == "oidc":
        return "" if (shown or "").startswith("Bearer ") else "no token"
    return "an Authorization" if shown else ""


@requirement("CRED-003")
def test_unsupported_mechanism_is_answered_400(certified, party, new_path):
    answers = {name: _refusal(certified, party, new_path, name) for name in ("gridsite", "oidc")}
    refused = {name: copy for name, copy in answers.items() if copy is not None}
    judged = {n: c for n, c in refused.items() if c.status not in MAY_BE_UNABLE}
    if not judged:
        raise NotApplicable("supports gridsite and oidc, or cannot use them now")
    for name, copy in judged.items():
        expect.that(copy.status == 400, "status 400", f"Credential: {name}: {copy}", copy)


def _refusal(asker, party, new_path, mechanism):
    """The answer to a mechanism; None if it shows that the mechanism is supported."""
    far = party.source()
    copy = asker.pull(far.url, new_path, credential=mechanism, **UNCHECKED)
    if copy.exchange.header("x-delegate-to") is not None:
        return None
    served = [seen for seen in far.asked("GET") if seen.status < 300]
    proven = [s for s in served if s.client_subject or s.header("authorization")]
    return None if proven else copy


@requirement("CRED-004")
def test_undefined_mechanism_is_answered_400(client, party, new_path):
    far = party.source()
    copy = client.pull(far.url, new_path, credential="kerberos-x", **UNCHECKED)
    expect.status(copy, 400)
    expect.that(not far.asked("GET"), "no transfer", "a GET at the source", copy)


@requirement("CRED-004")
def test_empty_mechanism_is_answered_400_or_taken_as_absent(client, party, new_path):
    absent = client.pull(party.source().url, f"{new_path}-absent", **UNCHECKED)
    copy = client.pull(party.source().url, new_path, credential="", **UNCHECKED)
    same = (copy.status, copy.succeeded) == (absent.status, absent.succeeded)
    words = ("status 400", f"the same as without the header ({absent})")
    expect.that(copy.status == 400 or same, words, copy, copy, absent)


@requirement("CRED-005")
def test_none_switches_delegation_off_for_certificate_users(by_certificate, party, new_path):
    far = party.source()
    copy = by_certificate.pull(far.url, new_path, **PLAINLY)
    asked = copy.exchange.header("x-delegate-to")
    expect.that(asked is None, "no request for delegation", f"{copy}, X-Delegate-To", copy)
    expect.success(copy)
    expect.content(by_certificate.get(new_path), far.content)


@requirement("CRED-006")
@needs("tpc-pull")
def test_none_with_a_transfer_header_authorises_a_pull(client, party, new_path):
    far = party.source().needing(BEARER)
    copy = client.pull(far.url, new_path, transfer_header_authorization=BEARER, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("CRED-006")
@needs("tpc-push")
def test_none_with_a_transfer_header_authorises_a_push(client, party, existing):
    far = party.destination().needing(BEARER)
    copy = client.push(existing.path, far.url, transfer_header_authorization=BEARER, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)


@requirement("CRED-006")
@needs("tpc-pull")
@pytest.mark.parametrize("shown", LACKING)
def test_source_that_wants_a_token_is_not_pulled_without(client, party, new_path, shown):
    far = party.source().needing(BEARER)
    copy = client.pull(far.url, new_path, **LACKING[shown], **PLAINLY)
    _verify_nothing_copied(copy, far)


@requirement("CRED-006")
@needs("tpc-push")
@pytest.mark.parametrize("shown", LACKING)
def test_destination_that_wants_a_token_is_not_pushed_to_without(client, party, existing, shown):
    far = party.destination().needing(BEARER)
    copy = client.push(existing.path, far.url, **LACKING[shown], **PLAINLY)
    _verify_nothing_copied(copy, far)


def _verify_nothing_copied(copy, far):
    expect.control(bool(far.requests) or copy.failed, f"nothing was asked: {copy}", copy)
    expect.failure(copy, severe=True)


@requirement("CRED-007")
def test_none_is_enough_for_public_data(client, party, new_path):
    far = party.source()
    expect.success(client.pull(far.url, new_path, **PLAINLY))
    expect.content(client.get(new_path), far.content)


@requirement("CRED-009")
def test_missing_credential_header_is_handled(client, party, new_path):
    _verify_handled(client.pull(party.source().url, new_path, **UNCHECKED))


@requirement("CRED-009")
@needs("x509")
def test_missing_credential_header_of_a_certificate_user(by_certificate, party, new_path):
    _verify_handled(by_certificate.pull(party.source().url, new_path, **UNCHECKED))


def _verify_handled(copy):
    asked = copy.exchange.header("x-delegate-to") is not None
    handled = (asked or copy.succeeded or copy.failed) and copy.status < 500
    expect.that(handled, ("a transfer", "delegation", "a refusal"), copy, copy)
    expect.noted("asks for delegation" if asked else f"{copy}")


@requirement("CRED-011")
def test_certificate_user_without_credential_header_is_to_delegate(by_certificate, party, new_path):
    copy = by_certificate.pull(party.source().url, new_path, **UNCHECKED)
    asked = 300 <= copy.status < 400 and copy.exchange.header("x-delegate-to") is not None
    expect.that(asked, "a redirect with X-Delegate-To", copy, copy)


@requirement("CRED-012")
def test_macaroon_without_credential_header_needs_no_delegation(limited, party, new_path):
    far = party.source()
    copy = limited("UPLOAD,DOWNLOAD,DELETE,LIST").pull(far.url, new_path, **UNCHECKED)
    asked = copy.exchange.header("x-delegate-to")
    expect.that(asked is None, "no request for delegation", f"{copy}, X-Delegate-To", copy)
    expect.success(copy)


@requirement("CRED-014")
@without("oidc")
@needs("x509", "tpc-pull")
def test_oidc_for_a_requester_without_oidc_fails(by_certificate, party, new_path):
    plain = by_certificate.pull(party.source().url, f"{new_path}-plain", **PLAINLY)
    if not plain.succeeded:
        raise NotApplicable(f"certificates copy nothing here: {plain}", (plain.exchange,))
    far = party.source()
    copy = by_certificate.pull(far.url, new_path, credential="oidc", **UNCHECKED)
    seen = f"{copy}; {len(far.asked('GET'))} GET at the source"
    expect.that(not far.asked("GET"), "no transfer without an OIDC credential", seen, copy)
    expect.failure(copy)


@requirement("CRED-016")
@needs("tpc-pull")
def test_basic_transfer_header_authorises_a_pull(client, party, new_path):
    far = party.source().needing(BASIC)
    copy = client.pull(far.url, new_path, transfer_header_authorization=BASIC, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("CRED-016")
@needs("tpc-push")
def test_basic_transfer_header_authorises_a_push(client, party, existing):
    far = party.destination().needing(BASIC)
    headers = (("Destination", far.url), ("TransferHeaderAuthorization", BASIC), *named(PLAINLY))
    copy = client.copy(existing.path, headers)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)

"""HEAD at the far side, redirected: what a transfer asks besides its data has to end, too."""

import secrets

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import Transfer
from harness.client.client import named
from harness.problems import NotApplicable
from suites.test_far_redirects import MANY, asked_by_head

DEMANDING = {"credential": "none", "require_checksum_verification": "true"}
"""With a source that tells its digest on HEAD only, and after a push, this asks for a HEAD."""

FOLLOWED = {
    **{f"{code}": {"redirect": code, "redirect_to": "other"} for code in (301, 302, 303, 307, 308)},
    "relative": {"redirect": 307, "redirect_to": "relative", "hops": 3},
    "other-host": {"redirect": 307, "redirect_to": "alias"},
}
"""Ways of a redirect at whose end the HEAD is answered, with the digest."""


def pulled(party, client, path, **ways):
    """A pull from a source whose HEAD is redirected, and that tells its digest on HEAD only."""
    far = party.source(size=700, digest_on=("HEAD",), redirect_on=("HEAD",), **ways)
    return far, client.begin(path, (("Source", far.url), *named(DEMANDING)))


def pushed(party, client, path, **ways):
    """A push to a destination whose HEAD is redirected."""
    far = party.destination(redirect_on=("HEAD",), **ways)
    return far, client.begin(path, (("Destination", far.url), *named(DEMANDING)))


def ended(client, far, live):
    """The transfer when it is over, or after so many HEADs that it never will be."""
    live.until(lambda x: x.over or len(far.asked("HEAD")) > MANY, within=client.patience)
    copy = Transfer(client.closed(live))
    asked_by_head(far, copy)
    return copy


@requirement("REDIR-023")
@needs("tpc-pull")
@pytest.mark.parametrize("ways", FOLLOWED.values(), ids=FOLLOWED)
def test_redirect_of_a_head_at_the_source_is_followed(client, party, new_path, ways):
    far, live = pulled(party, client, new_path, **ways)
    copy = ended(client, far, live)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("REDIR-023")
@needs("tpc-push")
@pytest.mark.parametrize("ways", FOLLOWED.values(), ids=FOLLOWED)
def test_redirect_of_a_head_at_the_destination_is_followed(client, party, existing, ways):
    far, live = pushed(party, client, existing.path, **ways)
    copy = ended(client, far, live)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)


@requirement("REDIR-017")
@needs("tpc-pull", "tpc-push")
@pytest.mark.parametrize("direction", [pulled, pushed])
def test_endless_redirects_of_a_head_end(client, party, new_path, existing, direction):
    path = new_path if direction is pulled else existing.path
    far, live = direction(party, client, path, redirect=302, redirect_to="loop")
    copy = ended(client, far, live)
    heads = len(far.asked("HEAD"))
    told = f"{copy}, {heads} HEAD"
    expect.that(copy.succeeded or copy.failed, f"a result within {client.patience:g} s", told, copy)


@requirement("INTEG-007")
@pytest.mark.parametrize("code", [302, 307])
def test_head_of_the_source_that_leads_nowhere_is_no_checksum(client, party, new_path, code):
    far, live = pulled(party, client, new_path, redirect=code, redirect_to="nowhere")
    expect.failure(ended(client, far, live))


@requirement("INTEG-014")
@pytest.mark.parametrize("code", [302, 307])
def test_head_of_the_destination_that_leads_nowhere_is_no_checksum(client, party, existing, code):
    far, live = pushed(party, client, existing.path, redirect=code, redirect_to="nowhere")
    expect.failure(ended(client, far, live))


@requirement("REDIR-018")
@needs("tpc-pull")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_token_of_a_pull_stays_with_its_host(client, party, new_path, method):
    far = party.source(size=700, digest_on=(method,), **to_another_host(method))
    bearer = f"Bearer opaque-{secrets.token_hex(8)}"
    copy = client.pull(far.url, new_path, transfer_header_authorization=bearer, **DEMANDING)
    judge_stay(far, method, bearer, copy)


@requirement("REDIR-018")
@needs("tpc-push")
@pytest.mark.parametrize("method", ["PUT", "HEAD"])
def test_token_of_a_push_stays_with_its_host(client, party, existing, method):
    far = party.destination(**to_another_host(method))
    bearer = f"Bearer opaque-{secrets.token_hex(8)}"
    copy = client.push(existing.path, far.url, transfer_header_authorization=bearer, **DEMANDING)
    judge_stay(far, method, bearer, copy)


def to_another_host(method):
    return {"redirect": 307, "redirect_to": "alias", "redirect_on": (method,)}


def judge_stay(far, method, bearer, copy):
    """The token is shown where the client sent it, and at another host at most once, better not."""
    here = [seen for seen in far.asked(method) if seen.door == far.door]
    if not here:
        raise NotApplicable(f"no {method} is sent: {copy}", (copy.exchange,))
    shown = any(seen.header("authorization") == bearer for seen in here)
    expect.control(shown, f"the {method} has no token even at its own host: {copy}", copy)
    there = [seen.all("authorization") for seen in far.requests if seen.door == "alias"]
    expect.that(all(len(v) <= 1 for v in there), "Authorization at most once", "twice", copy)
    leaked = any(bearer in values for values in there)
    told = "with the token" if leaked else "without the token"
    expect.preferably(not leaked, "no token at another host", f"{method} {told}", copy)
    expect.noted(f"{method} redirected to another host: {len(there)} requests there, {told}")

"""Redirects of the COPY, and redirects that the far side answers to the active party."""

import secrets

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY, Transfer
from harness.client.client import MOVED, named
from harness.problems import NotApplicable

MANY = 5000
"""Redirects after which we wait no longer; libcurl without a limit of hops ends after 300 kB of
headers, which is about 2000 of ours."""


@requirement("REDIR-012")
def test_redirect_of_the_copy_leads_to_a_transfer(client, party, new_path):
    far = party.source(size=700)
    headers = (("Source", far.url), *named(PLAINLY))
    first = client.closed(client.open("COPY", new_path, headers).finish(within=60))
    if first.status not in MOVED or first.header("x-delegate-to") is not None:
        expect.noted(f"the COPY is not redirected elsewhere: {Transfer(first)}")
        return
    expect.that(first.header("location") is not None, "a Location", "none", first)
    copy = client.copy(new_path, headers)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("REDIR-015")
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect_of_the_source_is_followed(client, party, new_path, code):
    far = party.source(size=700, redirect=code, redirect_to="other")
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


def asked_by_head(far, copy):
    if not far.asked("HEAD"):
        raise NotApplicable(f"no HEAD is sent: {copy}", (copy.exchange,))


@requirement("REDIR-015")
def test_relative_redirects_of_the_source_are_followed(client, party, new_path):
    far = party.source(size=700, redirect=307, redirect_to="relative", hops=3)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("INTEG-027")
@pytest.mark.parametrize("code", [300, 302, 304, 307])
@pytest.mark.usefixtures("pull_works")
def test_redirect_of_the_source_to_nowhere_is_no_file(client, party, new_path, code):
    far = party.source(redirect=code, redirect_to="nowhere", digest="none")
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(bool(far.asked("GET")) or not copy.succeeded, f"no GET: {copy}", copy)
    expect.not_success(copy, severe=True)


@requirement("REDIR-016")
@pytest.mark.parametrize("late", [False, True], ids=["before-the-body", "after-the-body"])
@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_redirect_of_the_destination_is_followed(client, party, upload, code, late):
    file = upload(secrets.token_bytes(50_000))
    far = party.destination(redirect=code, redirect_to="other", redirect_late=late)
    copy = client.push(file.path, far.url, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, file.content)


@requirement("REDIR-016")
@pytest.mark.parametrize("to", ["relative", "alias"])
def test_redirect_of_the_destination_may_lead_anywhere(client, party, existing, to):
    far = party.destination(redirect=307, redirect_to=to)
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)


@requirement("REDIR-016")
@pytest.mark.parametrize("code", [302, 307])
@pytest.mark.usefixtures("push_works")
def test_redirect_of_the_destination_to_nowhere_is_no_success(client, party, existing, code):
    far = party.destination(redirect=code, redirect_to="nowhere")
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.not_success(copy, severe=True)


@requirement("REDIR-016")
@pytest.mark.usefixtures("push_works")
def test_303_of_the_destination_is_no_success_without_the_file(client, party, existing):
    far = party.destination(redirect=303, redirect_to="other")
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.that(copy.succeeded or copy.failed, ("success", "a failure"), copy, copy)
    if copy.succeeded:
        expect.arrived(copy, far, existing.content)


@requirement("REDIR-017")
def test_endless_redirects_end_in_failure(client, party, new_path):
    far = party.source(redirect=302, redirect_to="loop")
    live = client.begin(new_path, (("Source", far.url), *named(PLAINLY)))
    live.until(lambda x: x.over or len(far.asked("GET")) > MANY, within=client.patience)
    copy = Transfer(client.closed(live))
    hops = len(far.asked("GET"))
    expect.that(bool(hops), "a GET at the source", copy, copy)
    wanted = f"a failure within {client.patience:g} s"
    expect.that(copy.failed, wanted, f"{copy}, {hops} requests", copy)


@requirement("REDIR-017")
@needs("tpc-push")
def test_endless_redirects_of_the_destination_end_in_failure(client, party, existing):
    far = party.destination(redirect=307, redirect_to="loop")
    live = client.begin(existing.path, (("Destination", far.url), *named(PLAINLY)))
    live.until(lambda x: x.over or len(far.asked("PUT")) > MANY // 2, within=client.patience)
    copy = Transfer(client.closed(live))
    hops = len(far.asked("PUT"))
    wanted = f"a failure within {client.patience:g} s"
    expect.that(copy.failed, wanted, f"{copy}, {hops} requests", copy)


SHOWN = {"bearer": "Bearer opaque-for-it", "basic": "Basic cGF1bDpUb29NYW55U2VjcmV0YQ=="}
CLEAR = {
    f"{m}-{c}-{s}": (m, c, SHOWN[s]) for m in ("data", "HEAD") for c in (302, 307) for s in SHOWN
}
"""Which request a far side sends on to its http port, how, and with which credential."""


@requirement("REDIR-018", "REDIR-022")
@needs("tpc-pull")
@pytest.mark.parametrize("way", CLEAR.values(), ids=CLEAR)
def test_credential_of_a_pull_is_not_sent_in_the_clear(judge, client, party, new_path, way):
    what, code, shown = way
    on = ("GET",) if what == "data" else ("HEAD",)
    far = party.source(redirect=code, redirect_to="plain", redirect_on=on, digest_on=on)
    wanted = {"credential": "none", "require_checksum_verification": "true"}
    copy = client.pull(far.url, new_path, transfer_header_authorization=shown, **wanted)
    judge_clear(judge, far, shown, copy)


@requirement("REDIR-018", "REDIR-022")
@needs("tpc-push")
@pytest.mark.parametrize("way", CLEAR.values(), ids=CLEAR)
def test_credential_of_a_push_is_not_sent_in_the_clear(judge, client, party, existing, way):
    what, code, shown = way
    on = ("PUT",) if what == "data" else ("HEAD",)
    far = party.destination(redirect=code, redirect_to="plain", redirect_on=on)
    copy = client.push(existing.path, far.url, transfer_header_authorization=shown, **PLAINLY)
    judge_clear(judge, far, shown, copy)


def judge_clear(judge, far, shown, copy):
    """Whoever listens on the way to the http port must not learn the credential."""
    told = [s for s in far.requests if s.header("authorization") == shown]
    clear = [seen for seen in far.requests if seen.door == "plain"]
    leaked = [seen.method for seen in told if seen in clear]
    with judge("REDIR-018"):
        expect.that(bool(far.requests) or copy.failed, "a request", copy, copy)
        said = "with" if leaked else "without"
        expect.noted(f"{len(clear)} requests in the clear, {said} the credential; {copy}")
    with judge("REDIR-022"):
        expect.control(bool(told), f"no credential is sent at all: {copy}", copy)
        if not any(300 <= seen.status < 400 for seen in far.requests):
            raise NotApplicable(f"what is redirected is not asked for: {copy}", (copy.exchange,))
        words = f"it is sent in the clear, with {', '.join(leaked)}"
        expect.that(not leaked, "no credential over http", words, copy, severe=True)

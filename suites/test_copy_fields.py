"""What a COPY may say besides the far side: repeated, unknown and odd fields, and secrets."""

import secrets

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY, Ask, Transfer
from harness.client.client import named

ODD_TAGS = ("64", "65536", "words", "-1", "")
UNKNOWN = {
    "client-info": ("ClientInfo", "job-id=1;file-id=2;retry=0"),
    "broken-client-info": ("ClientInfo", "=;;job"),
    "via": ("TransferHeaderVia", "1.1 somebody"),
    "secure-redirection": ("Secure-Redirection", "1"),
    "copy-flags": ("Copy-Flags", "NoHead"),
    "archive-metadata": ("ArchiveMetadata", "eyJhIjogMX0="),
    "no-delegate": ("X-No-Delegate", "true"),
    "nobody-knows": ("X-Nobody-Knows", "it"),
}
BODY = b"a body that means nothing"
ODD_FORMS = {
    "body": (("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))),
    "expect": (("Expect", "100-continue"),),
    "depth": (("Depth", "infinity"),),
}


def pulled(client, far, path, *fields):
    """A pull with more fields than usual."""
    return client.copy(path, (("Source", far.url), *named(PLAINLY), *fields))


@requirement("TPC-056")
@pytest.mark.parametrize("tag", ["66", *ODD_TAGS])
def test_scitag_never_makes_a_copy_fail(client, party, new_path, tag):
    far = party.source(size=700)
    expect.success(pulled(client, far, new_path, ("SciTag", tag)))
    expect.content(client.get(new_path), far.content)


@requirement("TPC-056")
def test_scitag_and_its_transfer_header_live_together(client, party, new_path):
    far = party.source(size=700)
    both = (("SciTag", "66"), ("TransferHeaderSciTag", "67"))
    expect.success(pulled(client, far, new_path, *both))
    seen = sorted({value for get in far.asked("GET") for value in get.all("scitag")})
    expect.noted(f"the source is told SciTag {', '.join(seen) or 'nothing'}")


@requirement("TPC-057")
@pytest.mark.usefixtures("pull_works")
def test_source_given_twice_is_refused(client, party, new_path):
    first, second = party.source(size=700), party.source(size=800)
    copy = pulled(client, first, new_path, ("Source", second.url))
    moved = len(first.asked("GET")) + len(second.asked("GET"))
    expect.failure(copy)
    expect.that(not moved, "no data request", f"{moved} GET", copy)


@requirement("TPC-058")
def test_password_in_a_url_does_not_come_back(client, party, redactor, new_path):
    password = redactor.register(secrets.token_urlsafe(16), "password")
    scheme, _, rest = party.source(size=700).url.partition("://")
    copy = client.pull(f"{scheme}://tester:{password}@{rest}", new_path, **PLAINLY)
    expect.that(copy.status != 0, "an answer", copy, copy)
    told = told_back(copy, str(password))
    expect.that(
        not told, "the password kept", f"{copy.status} with the password", copy, severe=told
    )


def told_back(copy, secret):
    """Whether the answer to a COPY contains this text, in its head, its body or its trailers."""
    answer = copy.exchange
    fields = (*answer.headers, *answer.trailers, ("reason", answer.reason))
    in_body = secret.encode() in (answer.body.content or b"")
    return in_body or any(secret in value for _, value in fields)


@requirement("TPC-055")
def test_empty_transfer_header_is_no_error(client, party, new_path):
    far = party.source(size=700)
    expect.success(pulled(client, far, new_path, ("TransferHeaderX-Test", "")))
    odd = [value for get in far.asked("GET") for value in get.all("x-test") if value]
    expect.that(not odd, "an empty value, or none", ", ".join(odd))


@requirement("TPC-060")
@pytest.mark.parametrize("field", UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_field_is_ignored(client, party, new_path, field):
    far = party.source(size=700)
    expect.success(pulled(client, far, new_path, field))
    expect.content(client.get(new_path), far.content)


@requirement("TPC-060")
def test_misspelt_credential_header_is_recorded(client, party, new_path):
    copy = pulled(client, party.source(size=700), new_path, ("Credentials", "gridsite"))
    answered = copy.succeeded or copy.failed
    expect.that(answered, ("a transfer", "a refusal"), copy, copy)
    expect.noted(f"Credentials: gridsite besides Credential: none: {copy}")


@requirement("TPC-061")
@pytest.mark.parametrize("form", ODD_FORMS)
def test_odd_form_of_copy_is_answered(client, party, new_path, form):
    headers = (("Source", party.source(size=700).url), *named(PLAINLY), *ODD_FORMS[form])
    ask = client.ask("COPY", new_path, headers)
    body = BODY if form == "body" else b""
    copy = Transfer(client.exact(Ask("COPY", ask.url, ask.headers, body), within=60))
    expect.that(0 < copy.status < 500, ("a transfer", "a 4xx status"), copy, copy)
    expect.noted(f"COPY with {form}: {copy}")


@requirement("TPC-062")
@pytest.mark.usefixtures("push_works")
def test_push_of_a_collection_is_refused(client, party, folder):
    far = party.destination()
    copy = client.push(f"{folder}/", far.url, **PLAINLY)
    expect.failure(copy)
    expect.that(far.received is None, "nothing sent", "an upload", copy)


@requirement("TPC-063")
@needs("tpc-pull")
@pytest.mark.parametrize("status", [401, 500])
def test_failed_pull_does_not_tell_the_far_token(client, party, redactor, new_path, status):
    token = redactor.register(secrets.token_urlsafe(24), "token")
    far = party.source(get_status=status, head_status=status)
    kept_secret(pulled(client, far, new_path, bearer(token)), far, str(token))


@requirement("TPC-063")
@needs("tpc-push")
def test_failed_push_does_not_tell_the_far_token(client, party, redactor, existing):
    token = redactor.register(secrets.token_urlsafe(24), "token")
    far = party.destination(put_status=403)
    headers = (("Destination", far.url), *named(PLAINLY), bearer(token))
    kept_secret(client.copy(existing.path, headers), far, str(token))


def bearer(token):
    return ("TransferHeaderAuthorization", f"Bearer {token}")


def kept_secret(copy, far, token):
    shown = any(token in value for seen in far.requests for _, value in seen.headers)
    expect.control(shown, f"the token never reached the far side: {copy}", copy)
    told = told_back(copy, token)
    words = f"{copy.status}{', with the token' if told else ''}"
    expect.that(not told, "an answer without the token", words, copy, severe=told)
    expect.failure(copy)

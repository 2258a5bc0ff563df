"""Secrets and encryption: what a server takes in the clear, and to whom a client shows secrets."""

from __future__ import annotations

import secrets
import socket
from urllib.parse import urlsplit

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client.tls import OLD, old_context, trusting_context
from harness.identity import Identity
from harness.problems import NotApplicable

BAD_DOORS = ("unknown-ca", "self-signed", "wrong-name", "expired")
PLAIN = {"credential": "none", "require_checksum_verification": "false"}


def not_served(answer, leaf):
    """The content does not come; a redirect, a refusal and a closed door are all good."""
    delivered = leaf.content in (answer.body.content or b"")
    expect.that(not delivered, "no content", f"{answer.status}, the content", answer)


@requirement("AUTH-002")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_password_is_rejected_without_encryption(ways, plain, private, client, method):
    identity = ways("basic").client.identity
    refused_in_the_clear(identity, plain, private, client, method)


@requirement("AUTH-020")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_token_is_not_honoured_without_encryption(ways, plain, private, client, method):
    identity = ways("token").client.identity
    refused_in_the_clear(identity, plain, private, client, method)


def refused_in_the_clear(identity, plain, private, client, method):
    """The identity that may read and write with encryption may do neither without."""
    read = client.known_as(identity).get(private.inside.path)
    expect.control(read.status == 200, f"with encryption: {read.status}", read)
    door = plain.request("GET", private.inside.path, Identity())
    if not door.status:
        raise NotApplicable(f"no HTTP without encryption: {door.fault}", (door,))
    if method == "GET":
        not_served(plain.request("GET", private.inside.path, identity), private.inside)
        return
    path = f"{private.directory}/clear-{secrets.token_hex(4)}"
    put = client.known_as(identity).put(f"{path}-control", b"encrypted")
    expect.control(put.status in (200, 201, 204), f"a PUT with encryption: {put.status}", put)
    answer = plain.request("PUT", path, identity, body=b"in the clear")
    stored = client.head(path).status == 200
    expect.that(not stored, "nothing stored", f"{answer.status}, the file is there", answer)
    expect.preferably(answer.status != 0, "an answer", answer.fault, answer)


@requirement("AUTH-021")
@pytest.mark.parametrize("door", BAD_DOORS)
def test_source_with_a_bad_certificate_gets_no_request(client, party, new_path, door):
    token = f"Bearer {secrets.token_urlsafe(24)}"
    good, bad = party.source(size=300), party.source(door=door, size=300)
    headers = {"transfer_header_authorization": token, **PLAIN}
    control = client.pull(good.url, f"{new_path}-control", **headers)
    expect.control(control.succeeded, f"a pull from a good certificate: {control}", control)
    copy = client.pull(bad.url, new_path, **headers)
    no_request(bad, copy)


@requirement("AUTH-021")
@needs("tpc-push")
@pytest.mark.parametrize("door", BAD_DOORS)
def test_destination_with_a_bad_certificate_gets_no_request(client, party, existing, door):
    token = f"Bearer {secrets.token_urlsafe(24)}"
    good, bad = party.destination(), party.destination(door=door)
    headers = {"transfer_header_authorization": token, **PLAIN}
    control = client.push(existing.path, good.url, **headers)
    expect.control(control.succeeded, f"a push to a good certificate: {control}", control)
    copy = client.push(existing.path, bad.url, **headers)
    no_request(bad, copy)


@requirement("SITE-008")
def test_source_with_a_revoked_certificate_gets_no_request(client, party, new_path):
    def pulled(door):
        far = party.source(door=door, size=300)
        return far, client.pull(far.url, f"{new_path}-{door}", **with_a_token())

    far, copy = pulled("revoked")
    refused_as_revoked(far, copy, control=pulled("tls")[1])


@requirement("SITE-008")
@needs("tpc-push")
def test_destination_with_a_revoked_certificate_gets_no_request(client, party, existing):
    def pushed(door):
        far = party.destination(door=door)
        return far, client.push(existing.path, far.url, **with_a_token())

    far, copy = pushed("revoked")
    refused_as_revoked(far, copy, control=pushed("tls")[1])


def with_a_token():
    token = f"Bearer {secrets.token_urlsafe(24)}"
    return {"transfer_header_authorization": token, **PLAIN}


def refused_as_revoked(far, copy, control):
    """Nothing was asked where a revoked certificate was shown; a good one is good enough."""
    expect.control(control.succeeded, f"a copy with a good certificate: {control}", control)
    leaked = any(seen.header("authorization") for seen in far.requests)
    shown = f"{len(far.requests)} requests{', with the token' if leaked else ''}; {copy}"
    expect.that(not far.requests, "no request", shown, copy)
    expect.failure(copy)


def no_request(far, copy):
    """Nothing was asked behind a certificate that nobody should believe."""
    leaked = any(seen.header("authorization") for seen in far.requests)
    shown = f"{len(far.requests)} requests{', with the token' if leaked else ''}"
    expect.that(not far.requests, "no request", shown, copy, severe=True)
    expect.failure(copy)


@requirement("AUTH-028")
@pytest.mark.parametrize("offer", OLD)
def test_nothing_outdated_is_spoken(client, offer):
    address = urlsplit(client.endpoint.url)
    host, port = address.hostname, address.port or 443
    now = spoken(host, port, trusting_context())
    expect.control(now in ("TLSv1.2", "TLSv1.3"), f"an ordinary handshake ends in {now}")
    then = spoken(host, port, old_context(offer))
    expect.that(then == "", "no handshake", f"{offer}: {then}")


def spoken(host, port, context):
    """The version of TLS that a handshake agrees on; empty for none."""
    with socket.create_connection((host, port), timeout=30) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=host) as connection:
                return f"{connection.version()}"
        except OSError:
            return ""

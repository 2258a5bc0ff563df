"""How a site is set up: what has to be switched on, and what must not be demanded.

The statements are those of the DOMA page on configuring dCache; here they are read for any server.
"""

from __future__ import annotations

import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import PLAINLY
from harness.client.client import without
from harness.identity import X509, Identity
from harness.wire.token_answers import any_token, json_object

STORED = (200, 201, 204)
ASKING = (("Content-Type", "application/macaroon-request"),)
WISH = json.dumps({"caveats": ["activity:DOWNLOAD,LIST"], "validity": "PT10M"}).encode()
GRANT = b"grant_type=client_credentials&expire_in=600&scopes=DOWNLOAD,LIST"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
TOKEN_SERVICES = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
NO_SPACE = re.compile(r"write pool|link ?group|space ?token|WriteToken", re.IGNORECASE)
NODES_TRIED = 6


@requirement("SITE-001")
def test_copy_is_served_where_files_are(client, party, new_path, upload):
    file = upload(b"what a door can do by itself")
    expect.content(client.get(file.path), file.content)
    far = party.source(size=500)
    copy = client.pull(far.url, new_path, **PLAINLY)
    served = 0 < copy.status < 500
    expect.that(served, "the COPY is taken", f"GET and PUT work, COPY: {copy}", copy)
    works = copy.succeeded and bool(far.requests)
    expect.control(works, f"nothing is copied, for another reason: {copy}", copy)


@requirement("SITE-003")
@pytest.mark.parametrize("door", ["tls", "v6"])
def test_transfer_to_one_family_only_comes_to_an_end(client, party, new_path, door):
    copy = client.pull(party.source(door=door, size=500).url, new_path, **PLAINLY)
    ended = copy.succeeded or copy.failed
    expect.that(
        ended, ("a success", "a failure"), f"no end within {client.patience:g} s: {copy}", copy
    )
    expect.noted(f"a far side on {'IPv6' if door == 'v6' else 'IPv4'} only: {copy}")


@requirement("SITE-005")
def test_every_door_issues_tokens_for_a_certificate(client, at_each, place):
    asker = client.known_as(without(client.identity, token=True))
    doors = at_each(asker)
    expect.control(bool(doors), "no address of the endpoint answers")
    for door in doors:
        asked = door.ask_token(place, headers=ASKING, body=WISH)
        macaroon = any_token(asked.body.content or b"") is not None
        told = f"{door.pin.address}: {asked.status} {asked.reason} to a macaroon request"
        expect.that(macaroon or other_token(door), "a token for the certificate", told, asked)
        if not macaroon:
            expect.noted("another kind of token than a macaroon is issued")


def other_token(client):
    """Whether a token service that the endpoint tells of gives a token for the certificate."""
    for known in TOKEN_SERVICES:
        told = json_object(client.get(known).body.content or b"").get("token_endpoint")
        if isinstance(told, str) and told.startswith(client.url("/")):
            answer = client.ask_token(told, headers=FORM, body=GRANT)
            return any_token(answer.body.content or b"") is not None
    return False


@requirement("SITE-006")
def test_no_door_demands_a_client_certificate(client, at_each):
    for bare in at_each(client.anonymous()):
        answer = bare.apart(bare.ask("GET", f"{client.endpoint.base_path}/"))
        told = f"{answer.status} {answer.fault}".strip()
        expect.that(answer.status > 0, "an HTTP answer without a certificate", told, answer)
    expect.control(bool(at_each(client)), "no address of the endpoint answers")
    token = client.identity.token
    if token is None:
        expect.noted("no token is given: only the handshake was tried")
        return
    shown = client.known_as(Identity(token=token)).propfind(client.endpoint.base_path + "/")
    expect.that(shown.status > 0, "an answer to a token alone", shown.fault, shown)


@requirement("SITE-007")
def test_every_data_node_trusts_the_far_side(client, party, new_path):
    files = [party.source(size=300, seed=number, hold=0.3) for number in range(NODES_TRIED)]

    def pull(number):
        return client.pull(files[number].url, f"{new_path}-{number}", **PLAINLY)

    with ThreadPoolExecutor(min(NODES_TRIED, client.endpoint.limits.parallel)) as side_by_side:
        copies = list(side_by_side.map(pull, range(NODES_TRIED)))
    taken = [(c, f) for c, f in zip(copies, files, strict=True) if c.streamed or c.succeeded]
    rejected = [copy for copy, far in taken if not far.requests]
    first = f"; one of them: {rejected[0]}" if rejected else ""
    told = f"{len(rejected)} of {NODES_TRIED} transfers asked nothing{first}"
    expect.that(not rejected, "every transfer speaks to the far side", told, *rejected[:3])
    expect.control(any(c.succeeded for c in copies), f"no transfer succeeds: {copies[0]}")
    nodes = {seen.peer[0] for file in files for seen in file.requests}
    expect.noted(f"data nodes seen: {', '.join(sorted(nodes))}")


@requirement("SITE-009")
def test_member_of_the_organisation_may_write(client, endpoint, place):
    proxy = Path(endpoint.doors["voms"]["file"])
    member = client.known_as(Identity(x509=X509(proxy, proxy)))
    folder = f"{place}-{secrets.token_hex(4)}"
    made = member.make_home(folder)
    path = f"{folder}/{secrets.token_hex(4)}"
    put, got = member.put(path, b"by a member"), member.get(path)
    gone = member.delete(path)
    told = {"MKCOL": made, "PUT": put, "GET": got, "DELETE": gone}
    refused = [f"{name} {it.status or it.fault}" for name, it in told.items() if not fine(it)]
    client.delete(folder + "/")
    expect.that(not refused, "MKCOL, PUT, GET and DELETE", ", ".join(refused), *told.values())
    expect.content(got, b"by a member")


def fine(answer):
    return 200 <= answer.status < 300


@requirement("SITE-013")
def test_space_has_not_to_be_named_for_a_write(client, party, new_path):
    put = client.put(f"{new_path}-put", b"without a word of space")
    said = (put.body.content or b"").decode("latin-1") + put.reason
    expect.that(not NO_SPACE.search(said), "the file stored", f"PUT: {put.status} {said}", put)
    expect.control(put.status in STORED, f"the PUT got {put.status}", put)
    far = party.source(size=500)
    copy = client.pull(far.url, f"{new_path}-pull", **PLAINLY)
    said = copy.text or (copy.exchange.body.content or b"").decode("latin-1")
    for_space = copy.failed and NO_SPACE.search(said)
    expect.that(not for_space, "the file stored", f"COPY: {copy.status} {said[:200]}", copy)
    works = copy.succeeded and bool(far.requests)
    expect.control(works, f"nothing is pulled, for another reason: {copy}", copy)


@requirement("SITE-014")
def test_copy_is_a_method_that_the_server_knows(client, party, new_path):
    nonsense = client.request("NONSENSE", new_path)
    far = party.source(size=500)
    copy = client.pull(far.url, new_path, **PLAINLY)
    alike = copy.status >= 400 and copy.status == nonsense.status
    unknown = copy.status in (405, 501) or (alike and not copy.streamed)
    told = f"COPY: {copy}; a method that does not exist: {nonsense.status}"
    expect.that(not unknown, "the COPY is taken", told, copy, nonsense)
    allowed = client.request("OPTIONS", client.endpoint.base_path + "/").header("allow") or ""
    expect.preferably("COPY" in allowed, "COPY in Allow", f"Allow: {allowed}", copy)
    expect.control(bool(far.requests), f"{copy}, and nothing was asked of the source", copy)

"""Showing a macaroon: in the header, in the query, for direct requests and for transfers."""

from __future__ import annotations

import secrets

import pytest

from fixtures.macaroons import issued
from harness import expect
from harness.checks import needs, requirement
from harness.problems import NotApplicable, Untested
from harness.wire.multistatus import parse_multistatus
from harness.wire.problem import SyntaxProblem


@requirement("MAC-012")
@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_scheme_word_is_matched_in_any_case(macaroons, private, anonymous, word):
    token = macaroons.issue("activity:DOWNLOAD,LIST")
    read = anonymous.get(private.inside.path, authorization=f"{word} {token}")
    expect.content(read, private.inside.content)


@requirement("MAC-013")
@pytest.mark.parametrize("method", ["GET", "PROPFIND", "PUT"])
def test_query_item_authz_works_as_the_header_does(macaroons, private, anonymous, method):
    token = macaroons.issue()
    new = f"{private.directory}/query-{secrets.token_hex(4)}"
    path = new if method == "PUT" else private.inside.path
    header = macaroons.bearing(token).follow(method, path, headers=(("Depth", "0"),))
    expect.control(header.status < 300, f"the header form got {header.status}", header)
    answer = anonymous.follow(method, f"{path}?authz={token}", headers=(("Depth", "0"),))
    expect.that(
        200 <= answer.status < 300, f"{header.status} as with the header", answer.status, answer
    )


@requirement("MAC-019")
def test_macaroon_is_not_stronger_than_its_requester(macaroons, second, private):
    new = f"{private.directory}/second-{secrets.token_hex(4)}"
    mine = macaroons.bearing(macaroons.issue()).put(f"{new}-mine", b"allowed")
    expect.control(mine.status < 300, f"our own macaroon got {mine.status}", mine)
    direct = second.put(new, b"not allowed")
    if direct.status < 300:
        raise Untested("the second identity may write: nothing shows what it may not")
    answer = macaroons.ask(by=second)
    token = issued(answer)
    if token is None:
        raise NotApplicable(f"the weaker identity gets no macaroon: {answer.status}", (answer,))
    expect.denied(macaroons.bearing(token).put(new, b"not allowed"))


@requirement("MAC-019")
@needs("propfind")
def test_files_made_with_a_macaroon_belong_to_its_requester(macaroons, private):
    asker, bearer = macaroons.asker, macaroons.bearing(macaroons.issue())
    mine, made = (f"{private.directory}/{n}-{secrets.token_hex(4)}" for n in ("own", "macaroon"))
    for who, path in ((asker, mine), (bearer, made)):
        put = who.put(path, b"whose?")
        expect.control(put.status < 300, f"PUT got {put.status}", put)
    directly, with_it = owners(asker, mine), owners(asker, made)
    if not directly:
        raise NotApplicable("no property tells the owner of a file")
    expect.that(with_it == directly, f"owner {directly}", f"owner {with_it}")


def owners(client, path):
    """Every property of the file that has owner or creator in its name, with its text."""
    answer = client.propfind(path)
    try:
        entries = parse_multistatus(answer.body.content or b"").entries
    except SyntaxProblem:
        return {}
    found = [p for entry in entries for p in entry.properties if p.text and p.status == 200]
    local = [(p.name.rpartition("}")[2].lower(), p.text) for p in found]
    return {name: text for name, text in local if "owner" in name or "creator" in name}


@requirement("MAC-046")
@needs("tpc-pull")
def test_upload_token_pulls_and_download_token_does_not(macaroons, party, tree):
    new = f"{tree.directory}/pulled-{secrets.token_hex(4)}"
    allowed, refused = party.source(size=500), party.source(size=500)
    right = macaroons.bearing(macaroons.issue("activity:UPLOAD,LIST", path=tree.directory))
    copy = right.pull(allowed.url, new, credential="none", require_checksum_verification="false")
    expect.success(copy)
    wrong = macaroons.bearing(macaroons.issue("activity:DOWNLOAD,LIST", path=tree.directory))
    swapped = wrong.pull(refused.url, new + "-no", credential="none")
    expect.failure(swapped)
    gone = macaroons.asker.head(new + "-no")
    expect.that(gone.status == 404, "no file made by a download token", gone.status, gone)


@requirement("MAC-046")
@needs("tpc-push")
def test_download_token_pushes_and_upload_token_does_not(macaroons, party, tree):
    allowed, refused = party.destination(), party.destination()
    right = macaroons.bearing(macaroons.issue("activity:DOWNLOAD,LIST", path=tree.directory))
    path, content = tree.inside.path, tree.inside.content
    copy = right.push(path, allowed.url, credential="none", require_checksum_verification="false")
    expect.success(copy)
    expect.that(allowed.received == content, "the file at the far side", "other bytes", copy)
    wrong = macaroons.bearing(macaroons.issue("activity:UPLOAD,LIST", path=tree.directory))
    swapped = wrong.push(path, refused.url, credential="none")
    expect.failure(swapped)
    expect.that(refused.received is None, "nothing sent", "the file was sent", swapped, severe=True)


@requirement("MAC-047")
@needs("propfind")
def test_tokens_of_a_transfer_allow_its_preparation(macaroons, private):
    reading = macaroons.bearing(macaroons.issue("activity:DOWNLOAD", path=private.inside.path))
    expect.status(reading.propfind(private.inside.path), 207)
    writing = macaroons.bearing(macaroons.issue("activity:UPLOAD", path=private.directory))
    expect.status(writing.propfind(private.directory), 207)

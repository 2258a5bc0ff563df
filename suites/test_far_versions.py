"""Far sides of another make: HTTP/1.0, one version of TLS, odd interim answers, and large files."""

from typing import Any

import pytest

from harness import expect
from harness.checks import needs, requirement, slow
from harness.client import PLAINLY
from harness.problems import Untested

SIZE = 300_000
UNSIZED: dict[str, Any] = {"size": SIZE, "http10": True, "length": False, "ranges": False}
"""A source whose body ends with the connection."""

BROKEN: dict[str, dict[str, Any]] = {
    "no-close-notify": {"cut_at": SIZE // 2},
    "nothing-came": {"cut_at": 0},
    "reset": {"reset_at": SIZE // 2},
}

LARGE = 65 * 2**20 + 1
"""Bytes of a file that no far side of ours has in memory."""

STEP = 8 * 2**20


@requirement("INTEG-032")
def test_body_that_ends_with_the_connection_is_pulled(client, party, new_path):
    far = party.source(**UNSIZED, digest="none")
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.that(copy.succeeded or copy.failed, ("success", "a failure"), copy, copy)
    expect.preferably(copy.succeeded, "success", copy, copy)
    if copy.succeeded:
        expect.content(client.get(new_path), far.content)


@requirement("INTEG-032")
@pytest.mark.parametrize("way", BROKEN.values(), ids=BROKEN)
@pytest.mark.usefixtures("pull_works")
def test_body_that_ends_with_a_broken_connection_is_no_file(client, party, new_path, way):
    far = party.source(**UNSIZED, **way, digest="none")
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(bool(far.asked("GET")) or copy.failed, f"no GET came: {copy}", copy)
    expect.failure(copy, severe=True)


@requirement("INTEG-005")
@pytest.mark.usefixtures("pull_works")
def test_body_that_ends_too_early_contradicts_its_digest(client, party, new_path):
    # closed in order: nothing but the digest of the whole file tells that the half is missing
    far = party.source(**UNSIZED, cut_at=SIZE // 2, notify=True)
    copy = client.pull(far.url, new_path, credential="none", require_checksum_verification="true")
    expect.control(bool(far.asked("GET")) or copy.failed, f"no GET came: {copy}", copy)
    expect.not_success(copy)


@requirement("REDIR-028")
@slow
@pytest.mark.usefixtures("push_works")
def test_push_goes_on_without_an_interim_answer(client, party, existing):
    # RFC 9110 section 10.1.1: HTTP/1.0 knows no 100, so a wait for it has to end by itself
    far = party.destination(http10=True)
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.control(bool(far.asked("PUT")), f"no PUT came: {copy}", copy)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)


@requirement("AUTH-031")
@needs("tpc-pull")
@pytest.mark.parametrize("door", ["tls-1.2", "tls-1.3"])
def test_source_with_one_version_of_tls_is_reached(client, party, new_path, door):
    far = party.source(size=700, door=door)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    expect.content(client.get(new_path), far.content)


@requirement("AUTH-031")
@needs("tpc-push")
@pytest.mark.parametrize("door", ["tls-1.2", "tls-1.3"])
def test_destination_with_one_version_of_tls_is_reached(client, party, existing, door):
    far = party.destination(door=door)
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)


@requirement("TPC-003")
def test_page_beside_the_answer_to_a_put_does_no_harm(client, party, existing):
    far = party.destination(page="<p>stored</p>")
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)


ODD: dict[str, dict[str, Any]] = {
    "length-in-100": {"interim_length": True},
    "length-in-100-and-page": {"interim_length": True, "page": "<p>stored</p>"},
}
"""Content-Length does not belong in a 100 (RFC 9110 section 8.6), so a failure is no violation."""


@requirement("INTEG-002")
@pytest.mark.parametrize("way", ODD.values(), ids=ODD)
def test_odd_answers_to_a_put_lose_nothing(client, party, existing, way):
    far = party.destination(**way)
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.control(copy.succeeded or copy.failed, f"no result: {copy}", copy)
    if copy.succeeded:
        expect.arrived(copy, far, existing.content)
    else:
        expect.noted(f"{way}: {copy}")


@requirement("INTEG-002")
@pytest.mark.parametrize("where", ["cut_at", "reset_at"])
def test_push_that_gets_no_answer_is_no_success(client, party, upload, where):
    file = upload(b"taken, but is it kept? " * 200)
    far = party.destination(**{where: len(file.content)})
    copy = client.push(file.path, far.url, **PLAINLY)
    expect.control(bool(far.asked("PUT")), f"no PUT came: {copy}", copy)
    expect.failure(copy, severe=True)


@requirement("INTEG-001")
@slow
def test_large_file_is_pulled_byte_by_byte(client, party, new_path):
    if client.endpoint.limits.max_file < LARGE:
        raise Untested(f"limits.max-file is below {LARGE} bytes")
    far = party.source(size=LARGE, seed=5)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.control(copy.succeeded, f"a pull of {LARGE} bytes fails: {copy}", copy)
    alike(client, new_path, far.scenario.body)
    client.delete(new_path)


def alike(client, path, body):
    """The file is what the source sent, read part by part so that nobody holds all of it."""
    head = client.head(path)
    told = f"{head.status}, Content-Length {head.header('content-length')}"
    whole = head.header("content-length") == f"{len(body)}"
    expect.that(whole, f"{len(body)} bytes", told, head, severe=True)
    for start in range(0, len(body), STEP):
        part = client.get(path, range=f"bytes={start}-{min(start + STEP, len(body)) - 1}")
        expect.control(part.status == 206, f"no parts can be read: {part.status}", part)
        expect.content(part, bytes(body[start : start + STEP]))

"""COPY with Destination: the endpoint uploads (HTTP-TPC technical details, overview)."""

import secrets

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY


@requirement("TPC-003")
def test_push_puts_the_file_to_the_destination(client, party, upload):
    file = upload(secrets.token_bytes(100_000))
    far = party.destination()
    copy = client.push(file.path, far.url, **PLAINLY)
    expect.success(copy)
    seen = ", ".join(seen.method for seen in far.requests) or "no request at all"
    expect.that(bool(far.asked("PUT")), "a PUT to the destination", seen, copy)
    expect.that(not far.asked("POST"), "no POST to the destination", seen, copy)
    expect.arrived(copy, far, file.content)


REFUSALS = {
    "after-the-body": {"early": False},
    "before-the-body": {"early": True},
    "same-file-there": {"early": False, "exists": True},
}


@requirement("TPC-031")
@needs("tpc-push")
@pytest.mark.parametrize("status", [403, 507])
@pytest.mark.parametrize("manners", REFUSALS.values(), ids=REFUSALS)
def test_destination_that_refuses_makes_the_push_fail(client, party, upload, status, manners):
    far = party.destination(size=900, put_status=status, **manners)
    copy = client.push(upload(far.content).path, far.url, **PLAINLY)
    expect.control(bool(far.asked("PUT")), f"no PUT that could be refused: {copy}", copy)
    expect.failure(copy)


@requirement("TPC-065")
@pytest.mark.parametrize("status", [200, 201, 204])
def test_push_that_is_answered_with_a_success_is_one(client, party, existing, status):
    far = party.destination(put_status=status)
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, existing.content)


@requirement("TPC-065")
def test_push_that_is_answered_202_is_recorded(client, party, existing):
    far = party.destination(put_status=202)
    copy = client.push(existing.path, far.url, **PLAINLY)
    expect.that(copy.succeeded or copy.failed, ("success", "a failure"), copy, copy)
    expect.noted(f"a PUT that is answered 202: {copy}")


@requirement("TPC-047")
@pytest.mark.usefixtures("push_works")
def test_push_of_a_missing_file_fails_before_anything_is_sent(client, party, new_path):
    far = party.destination()
    copy = client.push(new_path, far.url, **PLAINLY)
    expect.failure(copy)
    puts = f"{len(far.asked('PUT'))} PUT"
    expect.that(not far.asked("PUT"), "no PUT at the destination", puts, copy)


@requirement("TPC-049")
@needs("tpc-push")
def test_empty_file_is_pushed(client, party, upload):
    file, far = upload(b""), party.destination()
    copy = client.push(file.path, far.url, **PLAINLY)
    expect.success(copy)
    expect.arrived(copy, far, b"")

"""Far sides that the operator of the endpoint does not want to be contacted (SSRF)."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import PLAINLY
from harness.problems import NotApplicable

SPELLINGS: dict[str, Callable[[str], str]] = {
    "address": str,
    "mapped": lambda host: f"[::ffff:{host}]",
    "number": lambda host: str(int(ip_address(host))),
    "hexadecimal": lambda host: hex(int(ip_address(host))),
}


@pytest.fixture
def plainly(client, party, new_path):
    """The control: a source without TLS at an address that is not barred."""
    copy = client.pull(party.source(door="plain").url, f"{new_path}-control", **PLAINLY)
    if 400 <= copy.status < 500:
        raise NotApplicable(f"sources without TLS are refused by policy: {copy}", (copy.exchange,))
    expect.control(copy.succeeded, f"a source without TLS is not pulled at all: {copy}", copy)


@requirement("TPC-059")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.usefixtures("plainly")
def test_barred_source_is_not_contacted(client, party, new_path, spelling):
    far = party.source(door="barred")
    host = urlsplit(far.url).hostname
    url = far.url.replace(f"//{host}:", f"//{SPELLINGS[spelling](host)}:")
    left_alone(client.pull(url, new_path, **PLAINLY), far)


@requirement("TPC-059")
@pytest.mark.usefixtures("plainly")
def test_redirect_to_a_barred_source_is_not_followed(client, party, new_path):
    far = party.source(door="plain", redirect=307, redirect_to="barred")
    left_alone(client.pull(far.url, new_path, **PLAINLY), far)


def left_alone(copy, far):
    """Nothing was asked at the door that is barred, and nobody says that it was copied."""
    there = [f"{seen.method} {seen.target[:20]}" for seen in far.requests if seen.door == "barred"]
    expect.that(not there, "no request", f"{copy}; {len(there)} requests", copy, severe=bool(there))
    expect.failure(copy)

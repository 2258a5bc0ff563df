"""Each address behind a name: that it answers, and that all of them serve alike (DOMA page)."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

import pytest

from fixtures.addresses import doors_of, reached
from harness import expect
from harness.checks import requirement
from harness.client import PLAINLY
from harness.problems import NotApplicable, Untested
from suites.uploads import held_back, target_of


@requirement("SITE-002")
def test_every_published_ipv6_address_answers(client, doors):
    sixes = [door for door in doors if door.is_ipv6]
    if not sixes:
        raise NotApplicable(f"no IPv6 address among {', '.join(d.address for d in doors)}")
    for door in sixes:
        answer = door.knock(client.endpoint.base_path or "/")
        told = f"{door.address}: {answer.status or answer.fault}"
        expect.that(reached(answer), "a connection to every address", told, answer)


@requirement("SITE-004")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_data_node_answers_in_every_family_of_the_door(client, existing, new_path, doors, method):
    answer = first_answer(client, existing, new_path, method)
    target = target_of(answer)
    if target is None:
        raise NotApplicable(f"{method} is not redirected: {answer.status}", (answer,))
    parts = urlsplit(target)
    nodes = doors_of(client.anonymous(), target, parts.netloc)
    expect.that(bool(nodes), "a name that resolves", f"{parts.hostname} does not", answer)
    families = {door.is_ipv6 for door in doors}
    for node in nodes:
        if node.is_ipv6 in families:
            found = node.knock(target.partition("?")[0])
            told = f"{parts.netloc} at {node.address}: {found.status or found.fault}"
            expect.that(reached(found), "a connection to every address", told, answer, found)


def first_answer(client, existing, new_path, method):
    """What the head node says to the beginning of a download or an upload."""
    if method == "GET":
        return client.request("GET", existing.path)
    return client.closed(held_back(client, new_path, 100))


@requirement("SITE-015")
def test_all_doors_behind_a_name_serve_alike(client, party, place, doors, open_doors):
    if len(doors) == 1:
        raise NotApplicable(f"one address only: {doors[0].address}")
    if len(open_doors) < 2:
        raise Untested(f"this machine reaches {len(open_doors)} of {len(doors)} addresses")
    told = {door.address: smoke(door.client, party, place) for door in open_doors}
    different = len(set(told.values())) > 1
    shown = "; ".join(f"{address}: {what}" for address, what in told.items())
    expect.that(not different, "the same at every address", shown)
    expect.control(GOOD in told.values(), f"no address has a main road that is open: {shown}")
    expect.noted(f"{len(told)} addresses: {shown}")


GOOD = "PUT 2xx, GET 200, success"


def smoke(client, party, place):
    """What the main road looks like from here: an upload, a download, a pull."""
    path = f"{place}/door-{secrets.token_hex(4)}"
    put = client.put(path, b"by this door")
    got = client.get(path)
    copy = client.pull(party.source(size=400).url, f"{path}-pulled", **PLAINLY)
    outcome = "success" if copy.succeeded else f"COPY {copy.status}"
    if got.body.content != b"by this door":
        outcome += ", other bytes"
    return f"PUT {put.status // 100}xx, GET {got.status}, {outcome}"

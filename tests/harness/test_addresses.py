"""Which addresses a name stands for, and that a pinned client asks at one of them only."""

from __future__ import annotations

import socket

import pytest

from harness.client.addresses import is_ipv6, published
from harness.client.client import Pin
from harness.client.connection import Ask, Live, Route
from harness.endpoints import Endpoint

SITE = Endpoint("site", url="https://se.invalid:2880/vo", doors={"addresses": ["192.0.2.1", "::1"]})


def test_addresses_of_the_entry_count_for_its_own_host() -> None:
    assert published(SITE, "https://se.invalid:9999/pool") == ("192.0.2.1", "::1")


def test_every_other_name_is_looked_up() -> None:
    assert published(SITE, "https://pool.invalid/x") == ()
    assert "127.0.0.1" in published(SITE, "https://127.0.0.1:1/x")


@pytest.mark.parametrize(
    ("address", "six"), [("::1", True), ("fe80::1%eth0", True), ("10.0.0.1", False)]
)
def test_family_of_an_address(address: str, six: bool) -> None:
    assert is_ipv6(address) is six


def test_pin_holds_for_its_authority_only() -> None:
    pin = Pin("se.invalid:2880", "127.0.0.1")
    assert pin.place("https://se.invalid:2880/a") == "127.0.0.1"
    assert pin.place("https://se.invalid:2881/a") == ""


def test_route_connects_to_the_address_and_names_the_host() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://se.invalid:{server.getsockname()[1]}/a"
        live = Live(Ask("GET", url), Route(url, address="127.0.0.1"))
        there, _ = server.accept()
        with there:
            assert b"Host: se.invalid:" in there.recv(1000)
        live.close()
    assert live.fault == ""

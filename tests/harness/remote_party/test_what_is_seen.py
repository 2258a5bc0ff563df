"""What a far side writes down of its visitors: headers as they were, and who they are."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest

from fixtures.pki import Testbed
from harness.remote_party import Door, FarFile, ListeningParty
from harness.remote_party.doors import EVERYWHERE, caller
from tests.harness.remote_party.conftest import Talk, talk

IPV6 = socket.has_ipv6 and socket.has_dualstack_ipv6()


def test_headers_keep_case_order_and_repetition(party: ListeningParty) -> None:
    far = party.source()
    with talk(far) as conversation:
        conversation.ask("GET", "X-One: 1", "x-one: 2", "AUTHORIZATION: Bearer t")
        conversation.head()
    seen = far.requests[0]
    assert seen.headers[1:] == (("X-One", "1"), ("x-one", "2"), ("AUTHORIZATION", "Bearer t"))
    assert seen.all("X-ONE") == ["1", "2"]
    assert seen.header("authorization") == "Bearer t"


@pytest.mark.parametrize("name", ["a%2Fb", "a%20b+c", "a//b", "%C3%A9", "a?x=1&y=2", "dir/"])
def test_target_is_raw(party: ListeningParty, name: str) -> None:
    far = party.source(name=name)
    with talk(far) as conversation:
        line = f"GET {far.url.partition(party.origins['tls'])[2]} HTTP/1.1\r\nHost: far\r\n\r\n"
        conversation.connection.sendall(line.encode())
        assert conversation.head()[0].split()[1] == "200"
    assert far.requests[0].target.endswith(f"/{far.nonce}/{name}")


def test_peer_is_who_called(party: ListeningParty) -> None:
    far = party.source()
    with talk(far) as conversation:
        conversation.ask("GET")
        conversation.head()
        assert far.requests[0].peer == conversation.connection.getsockname()


def called_from(far: FarFile, address: str) -> tuple[str, int]:
    port = urlsplit(far.url).port
    with socket.create_connection((address, port or 0), timeout=5) as connection:
        conversation = Talk(connection, far)
        conversation.ask("GET")
        conversation.head()
        assert far.requests[-1].peer == connection.getsockname()[:2]
        return far.requests[-1].peer


@pytest.mark.skipif(not IPV6, reason="this machine has no IPv6")
def test_door_everywhere_shows_ipv4_callers_as_such() -> None:
    party = ListeningParty({"tls": Door(address=EVERYWHERE)})
    try:
        far = party.source()
        assert called_from(far, "127.0.0.1")[0] == "127.0.0.1"
        assert called_from(far, "::1")[0] == "::1"
    finally:
        party.close()


@pytest.mark.skipif(not IPV6, reason="this machine has no IPv6")
def test_ipv6_door_takes_no_ipv4() -> None:
    party = ListeningParty({"tls": Door(), "v6": Door(address="::1", host="[::1]")})
    try:
        far = party.source(door="v6")
        assert far.url.startswith("http://[::1]:")
        assert called_from(far, "::1")[0] == "::1"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", urlsplit(far.url).port or 0), timeout=5)
    finally:
        party.close()


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
def test_mapped_addresses_are_ipv4(shown: str, meant: str) -> None:
    assert caller((shown, 1234)) == (meant, 1234)


def test_client_certificate_is_seen_and_optional(testbed: Testbed) -> None:
    host, user = testbed.host(), testbed.user()
    party = ListeningParty({"tls": Door(host.cert, host.key, client_ca=testbed.capath)})
    try:
        far = party.source()
        trusting = ssl.create_default_context(cafile=str(testbed.ca))
        _visit(far, trusting)
        trusting.load_cert_chain(user.cert, user.key)
        _visit(far, trusting)
        assert [seen.client_subject != "" for seen in far.requests] == [False, True]
        assert "CN=Test User" in far.requests[1].client_subject
    finally:
        party.close()


@pytest.mark.parametrize("agreed", ["h2", "http/1.1", ""])
def test_protocol_that_was_agreed_on_is_seen(testbed: Testbed, agreed: str) -> None:
    host = testbed.host()
    party = ListeningParty({"h2": Door(host.cert, host.key, offered=("h2", "http/1.1"))})
    try:
        far = party.source(door="h2")
        trusting = ssl.create_default_context(cafile=str(testbed.ca))
        if agreed:
            trusting.set_alpn_protocols([agreed])
        _visit(far, trusting)
        assert [seen.agreed for seen in far.requests] == [agreed]
    finally:
        party.close()


def _visit(far: FarFile, context: ssl.SSLContext) -> None:
    port = urlsplit(far.url).port or 0
    with (
        socket.create_connection(("localhost", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        conversation = Talk(connection, far)
        conversation.ask("GET")
        assert conversation.head()[0].split()[1] == "200"

"""RemoteConnections: documented forms, tolerated forms, faults."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.connections import Connection, parse_connections
from harness.wire.connections import ConnectionFault as F


def test_documented_example() -> None:
    found = parse_connections("tcp:129.93.3.4:1234,tcp:[2600:900:6:1301:268a:7ff:fef6:a590]:2345")
    assert found.entries == {
        Connection("tcp", "129.93.3.4", 1234, 4),
        Connection("tcp", "2600:900:6:1301:268a:7ff:fef6:a590", 2345, 6),
    }
    assert found.notes == ()


@pytest.mark.parametrize(
    ("entry", "host", "family", "faults"),
    [
        ("tcp:192.0.2.1:1", "192.0.2.1", 4, []),
        ("udt:192.0.2.1:65535", "192.0.2.1", 4, []),
        ("tcp:se.example.org:1", "se.example.org", None, []),
        ("tcp:[2001:DB8:0::1]:1", "2001:db8::1", 6, []),
        ("tcp:[::ffff:192.0.2.1]:1", "192.0.2.1", 4, [F.MAPPED]),
        ("tcp:::ffff:192.0.2.1:1", "192.0.2.1", 4, [F.MAPPED]),
        ("tcp:2600:900::1:2345", "2600:900::1", 6, [F.NO_BRACKETS]),
        (" tcp:192.0.2.1:1 ", "192.0.2.1", 4, []),
    ],
)
def test_entries(entry: str, host: str, family: int | None, faults: list[F]) -> None:
    found = parse_connections(entry)
    (connection,) = found.entries
    assert (connection.host, connection.family) == (host, family)
    assert [note.what for note in found.notes] == faults


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", F.EMPTY),
        ("129.93.3.4:1234", F.NO_TRANSPORT),
        ("[2001:db8::1]:1234", F.NO_TRANSPORT),
        ("host", F.NO_PORT),
        ("tcp:host", F.NO_TRANSPORT),
        ("tcp::1", F.NO_PORT),
        ("tcp:[2001:db8::1]", F.NO_PORT),
        ("tcp:192.0.2.1:", F.BAD_PORT),
        ("tcp:192.0.2.1:0", F.BAD_PORT),
        ("tcp:192.0.2.1:65536", F.BAD_PORT),
        ("tcp:192.0.2.1:x", F.BAD_PORT),
        ("tcp:3221225985:80", F.ODD_IPV4),
        ("tcp:0xC0000201:80", F.ODD_IPV4),
        ("tcp:192.0.2:80", F.ODD_IPV4),
        ("tcp:[192.0.2.1]:80", F.BAD_ADDRESS),
        ("tcp:a:b:80", F.BAD_ADDRESS),
        ("tcp:[2001:db8::1:80", F.BAD_ADDRESS),
        ("tcp:[[2001:db8::1]]:80", F.BAD_ADDRESS),
    ],
)
def test_faults(value: str, fault: F) -> None:
    found = parse_connections(value)
    assert found.entries == frozenset()
    assert [note.what for note in found.notes] == [fault]


def test_a_bad_entry_does_not_spoil_the_others() -> None:
    found = parse_connections("tcp:192.0.2.1:1, tcp:192.0.2.2:2,;,udt:a:3")
    assert {entry.host for entry in found.entries} == {"192.0.2.1", "192.0.2.2", "a"}
    assert [(note.what, note.where) for note in found.notes] == [(F.BLANK, 16), (F.NO_PORT, 33)]


def test_semicolons_do_not_separate() -> None:
    found = parse_connections("tcp:192.0.2.1:1;tcp:192.0.2.2:2")
    assert found.entries == frozenset()
    assert [note.what for note in found.notes] == [F.BAD_ADDRESS]


ADDRESSES = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(lambda ip: f"[{ip}]"))


@given(st.lists(st.tuples(ADDRESSES, st.integers(1, 65535)), min_size=1, unique=True), st.randoms())
def test_order_has_no_meaning(pairs: list[tuple[str, int]], random: object) -> None:
    entries = [f"tcp:{host}:{port}" for host, port in pairs]
    value = ",".join(entries)
    assert parse_connections(value).entries == parse_connections(",".join(entries[::-1])).entries
    assert len(parse_connections(value).entries) <= len(pairs)


@given(st.text(max_size=60))
def test_nothing_makes_it_raise(value: str) -> None:
    found = parse_connections(value)
    assert found.entries or found.notes

"""RemoteConnections: the connections of a transfer, judged by those our far side had (B07)."""

from urllib.parse import urlsplit

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.problems import NotApplicable
from harness.wire.connections import ConnectionFault, parse_connections

TRANSFERS = ("slow-pull", "slow-push", "redirected-pull", "ipv6-pull")

NOTICED = 1.5
"""Seconds after which a server knows that a connection was made or closed."""

ENTRY = {
    ConnectionFault.EMPTY,
    ConnectionFault.BLANK,
    ConnectionFault.NO_TRANSPORT,
    ConnectionFault.NO_PORT,
    ConnectionFault.BAD_PORT,
    ConnectionFault.BAD_ADDRESS,
}


@requirement("MARK-012")
@recorded(*TRANSFERS)
@pytest.mark.parametrize("name", TRANSFERS)
def test_remote_connections_are_transport_host_port(recordings, name):
    made = recordings[name]
    notes = [n for _, value in reported(made) for n in parse_connections(value).notes]
    odd = "; ".join(sorted({str(n) for n in notes if n.what in ENTRY}))
    expect.that(not odd, "entries 'transport:host:port', comma-separated", odd, made.transfer)


@requirement("MARK-013")
@recorded("slow-pull", "slow-push")
@pytest.mark.parametrize("name", ["slow-pull", "slow-push"])
def test_ipv4_connections_are_in_dotted_decimal(recordings, name):
    made = recordings[name]
    ends = [seen.peer[0] for seen in made.data]
    expect.control(all("." in end for end in ends), f"not IPv4 alone: {ends}", made.transfer)
    told = [parse_connections(value) for _, value in reported(made)]
    faults = {n.what for c in told for n in c.notes}
    odd = [e.host for c in told for e in c.entries if e.family != 4]
    values = [value for _, value in reported(made)]
    good = not odd and ConnectionFault.ODD_IPV4 not in faults
    expect.that(good, "addresses a.b.c.d", str(values), made.transfer)
    plain = ConnectionFault.MAPPED not in faults
    expect.preferably(plain, "addresses a.b.c.d, not mapped to IPv6", str(values), made.transfer)


@requirement("MARK-014")
@recorded("ipv6-pull")
def test_ipv6_connections_are_in_square_brackets(recordings):
    made = recordings["ipv6-pull"]
    if not made.data:
        said = f"the server moves no data over IPv6: {made.transfer}"
        raise NotApplicable(said, (made.exchange,))
    values = [value for _, value in reported(made)]
    told = [parse_connections(value) for value in values]
    faults = {n.what for c in told for n in c.notes}
    bare = faults & {ConnectionFault.NO_BRACKETS, ConnectionFault.BAD_ADDRESS}
    good = not bare and any(e.family == 6 for c in told for e in c.entries)
    expect.that(good, "entries 'tcp:[address]:port'", str(values), made.transfer)


@requirement("MARK-015")
@recorded("redirected-pull")
def test_connections_that_were_closed_are_no_longer_listed(recordings):
    made = recordings["redirected-pull"]
    first = [seen for seen in made.far.requests if seen.door == made.far.door]
    expect.control(bool(first and made.data), f"no redirect followed: {made.transfer}")
    closed = max(seen.ended_at or 0.0 for seen in first) + NOTICED
    later = [value for marker, value in reported(made) if made.at(marker) > closed]
    if not later:
        raise NotApplicable("no marker after the first connection was closed", (made.exchange,))
    gone = {urlsplit(made.far.url).port, *(seen.peer[1] for seen in first)}
    stale = [v for v in later if any(e.port in gone for e in parse_connections(v).entries)]
    words = "only connections that were open when the marker was made"
    expect.that(not stale, words, f"ports {sorted(gone)} in {stale}", made.transfer)


@requirement("MARK-015")
@recorded("slow-pull", "slow-push")
@pytest.mark.parametrize("name", ["slow-pull", "slow-push"])
def test_listed_connections_are_those_of_the_far_side(recordings, name):
    made = recordings[name]
    expect.control(bool(made.data), f"no data were moved: {made.transfer}", made.transfer)
    ends = {urlsplit(made.far.url).port, *(seen.peer[1] for seen in made.far.requests)}
    told = {e.port for _, value in reported(made) for e in parse_connections(value).entries}
    words = "connections that the far side has"
    expect.that(told <= ends, words, f"ports {sorted(told - ends)}", made.transfer)


@requirement("MARK-016")
@recorded("held-pull")
def test_connections_are_listed_before_the_first_byte(recordings):
    made = recordings["held-pull"]
    asked = made.far.asked("GET")
    expect.control(bool(asked and made.data), f"the GET was not answered: {made.transfer}")
    begin, end = asked[0].at + NOTICED, made.data[0].steps[0][0]
    reported(made)
    waiting = [m for m in made.told() if begin < made.at(m) < end]
    if not waiting:
        raise NotApplicable("no marker while the source kept its answer back", (made.exchange,))
    bare = [f"at {m.arrived:.1f} s" for m in waiting if not m.remote_connections]
    words = "RemoteConnections in each marker while a connection exists"
    expect.that(not bare, words, f"none {', '.join(bare)}", made.transfer)


def reported(made):
    """The markers that have the field, with its value; a server may never use it."""
    found = [(m, value) for m in made.told() if (value := m.remote_connections) is not None]
    if not found:
        raise NotApplicable("RemoteConnections is not used", (made.exchange,))
    return found

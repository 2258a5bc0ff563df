"""The value of RemoteConnections: which network connections a transfer has open.

`<transport>:<host>:<port>`, separated by commas; IPv4 in dotted decimal, IPv6 in square brackets
(tpc-details "Monitoring copy progress"). Readings adopted: an IPv4-mapped address counts as IPv4
and may come without brackets; any transport is accepted; the order has no meaning.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from harness.wire.problem import Fault, Note, SyntaxProblem

_PROGRESS = "tpc-details Monitoring copy progress"


class ConnectionFault(Fault):
    """What can be wrong with RemoteConnections."""

    EMPTY = "empty list or entry", _PROGRESS
    BLANK = "white space within the list", _PROGRESS
    NO_TRANSPORT = "entry without transport", _PROGRESS
    NO_PORT = "entry without port", _PROGRESS
    BAD_PORT = "port is not a number from 1 to 65535", _PROGRESS
    NO_BRACKETS = "IPv6 address without square brackets", _PROGRESS
    BAD_ADDRESS = "brackets do not hold an IPv6 address", _PROGRESS
    ODD_IPV4 = "IPv4 address not in dotted decimal", _PROGRESS
    MAPPED = "IPv4-mapped IPv6 address", _PROGRESS


_TRANSPORT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_NUMERIC = re.compile(r"(?:0[xX][0-9A-Fa-f]+|\d+)(?:\.(?:0[xX][0-9A-Fa-f]+|\d+))*")


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection. `host` has no brackets; `family` is 4, 6 or None for a name."""

    transport: str
    host: str
    port: int
    family: int | None


@dataclass(frozen=True, slots=True)
class Connections:
    """The entries that could be read, and what was odd about the list."""

    entries: frozenset[Connection]
    notes: tuple[Note, ...]


def parse_connections(value: str) -> Connections:
    """Read the list; an entry that makes no sense is left out and noted. Never fails."""
    entries, notes, position = set(), list[Note](), 0
    stripped = value.strip()
    for item in stripped.split(","):
        entry = item.strip()
        if entry != item or any(character.isspace() for character in entry):
            notes.append(Note(ConnectionFault.BLANK, position, item))
        try:
            entries.add(parse_connection(entry, notes, position))
        except SyntaxProblem as problem:
            notes.append(problem.note)
        position += len(item) + 1
    return Connections(frozenset(entries), tuple(notes))


def parse_connection(entry: str, notes: list[Note], position: int = 0) -> Connection:
    """Read one entry. Raises `SyntaxProblem`; leniencies are added to `notes`."""
    if not entry:
        raise SyntaxProblem(ConnectionFault.EMPTY, position)
    transport, _, rest = entry.partition(":")
    if not _TRANSPORT.fullmatch(transport) or ":" not in rest:
        fault = ConnectionFault.NO_TRANSPORT if ":" in entry else ConnectionFault.NO_PORT
        raise SyntaxProblem(fault, position, entry)
    host, _, port = rest.rpartition(":")
    if not host or "]" in port:
        raise SyntaxProblem(ConnectionFault.NO_PORT, position, entry)
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise SyntaxProblem(ConnectionFault.BAD_PORT, position, entry)
    host, family = _host(host, position, notes)
    return Connection(transport, host, int(port), family)


def _host(host: str, position: int, notes: list[Note]) -> tuple[str, int | None]:
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed or ":" in host:
        inner = host[1:-1] if bracketed else host
        return _address6(inner, bracketed, position=position, notes=notes)
    if not _NUMERIC.fullmatch(host):
        return host, None
    try:
        return str(ipaddress.IPv4Address(host)), 4
    except ValueError:
        raise SyntaxProblem(ConnectionFault.ODD_IPV4, position, host) from None


def _address6(
    text: str, bracketed: bool, *, position: int, notes: list[Note]
) -> tuple[str, int | None]:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        raise SyntaxProblem(ConnectionFault.BAD_ADDRESS, position, text) from None
    if mapped := address.ipv4_mapped:
        notes.append(Note(ConnectionFault.MAPPED, position, text))
        return str(mapped), 4
    if not bracketed:
        notes.append(Note(ConnectionFault.NO_BRACKETS, position, text))
    return str(address), 6

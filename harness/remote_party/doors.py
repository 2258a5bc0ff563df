"""The ways into a far side: where it listens, with which certificate, under which name."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

EVERYWHERE = "*"
"""The address of a door that listens on every address of the machine, IPv6 too where there is."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: a certificate (None: plain http), the address to listen on, the name to use.

    ``port`` 0 takes a free one; ``shown`` is the port under which others reach it, 0 for the same.
    A door that is not ``open`` keeps its port to itself and refuses every connection. ``offered``
    are the protocols to choose from by ALPN, the dearest first; what is spoken is HTTP/1.1 anyway.
    ``only`` is the one version of TLS that is spoken.
    """

    cert: Path | None = None
    key: Path | None = None
    address: str = "127.0.0.1"
    host: str = "localhost"
    client_ca: Path | None = None
    open: bool = True
    port: int = 0
    shown: int = 0
    offered: tuple[str, ...] = ()
    only: ssl.TLSVersion | None = None

    def listen(self) -> socket.socket:
        """A socket on the port, listening unless the door is to refuse everybody."""
        if not self.open:
            return self._mute()
        both = self.address == EVERYWHERE and socket.has_dualstack_ipv6()
        where = ("" if self.address == EVERYWHERE else self.address, self.port)
        family = socket.AF_INET6 if both or ":" in self.address else socket.AF_INET
        return socket.create_server(where, family=family, backlog=128, dualstack_ipv6=both)

    def origin(self, listener: socket.socket) -> str:
        """scheme://host:port as others reach it."""
        port = self.shown or listener.getsockname()[1]
        return f"{'https' if self.cert else 'http'}://{self.host}:{port}"

    def context(self) -> ssl.SSLContext | None:
        """The server's side of TLS; a client certificate is welcome where a CA is known for it."""
        if self.cert is None:
            return None
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(str(self.cert), str(self.key or self.cert))
        if self.offered:
            made.set_alpn_protocols(self.offered)
        if self.only is not None:
            made.minimum_version = made.maximum_version = self.only
        if self.client_ca is not None:
            place = "capath" if self.client_ca.is_dir() else "cafile"
            made.load_verify_locations(**{place: str(self.client_ca)})
            made.verify_mode = ssl.CERT_OPTIONAL
            made.verify_flags |= ssl.VerifyFlags.VERIFY_ALLOW_PROXY_CERTS
        return made

    def _mute(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        mute = socket.socket(family, socket.SOCK_STREAM)
        mute.bind(("" if self.address == EVERYWHERE else self.address, self.port))
        return mute


def caller(address: tuple[str, int]) -> tuple[str, int]:
    """Who called: an IPv4 address that came through an IPv6 socket is an IPv4 address.

    Such sockets show it as ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2).
    """
    host, port = address[:2]
    known = ipaddress.ip_address(host)
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return (str(mapped) if mapped else host, port)

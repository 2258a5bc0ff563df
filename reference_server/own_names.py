"""Which URLs are this server itself."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field

from reference_server.transfer.remote_url import RemoteUrl


@dataclass
class OwnNames:
    """Names and ports under which clients reach this server, its data node and plain door."""

    ports: dict[str, set[int]] = field(default_factory=lambda: {"https": set(), "http": set()})
    names: set[str] = field(default_factory=lambda: {"localhost", socket.gethostname().lower()})

    def add(self, url: RemoteUrl) -> None:
        """Take the host and the port of a URL for ours."""
        self.ports[url.scheme].add(url.port)
        self.names.add(plain_host(url.host))

    def include(self, url: RemoteUrl, *, also: tuple[str, ...] = ()) -> bool:
        """Whether the URL is ours; `also` are names the client itself uses for us."""
        if url.port not in self.ports[url.scheme]:
            return False
        host = plain_host(url.host)
        return host in self.names or host in {plain_host(name) for name in also} or _is_self(host)


def plain_host(host: str) -> str:
    """A host name without case, brackets and final dot."""
    return host.lower().strip("[]").rstrip(".")


def _is_self(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified

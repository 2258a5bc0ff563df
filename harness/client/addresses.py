"""The addresses behind a name: those that are published, or those that the operator tells."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from harness.endpoints import Endpoint


def published(endpoint: Endpoint, url: str) -> tuple[str, ...]:
    """The addresses of the host of ``url``, in the resolver's order; empty if there is none.

    For the endpoint's own host those of its entry count, if it names any: what the resolver of
    this machine says of a name is not always what others hear.
    """
    host = urlsplit(url).hostname or ""
    told = endpoint.doors.get("addresses")
    if told and host == urlsplit(endpoint.url).hostname:
        return tuple(told)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


def is_ipv6(address: str) -> bool:
    """Whether this is an address of IPv6, a scope after it or not."""
    return ipaddress.ip_address(address.partition("%")[0]).version == 6

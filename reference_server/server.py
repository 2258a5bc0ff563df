"""One server: its settings, its parts and the sockets it listens on."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import socket
import ssl
import threading
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from reference_server.access_log import AccessLog
from reference_server.auth.authenticator import Authenticator
from reference_server.auth.tickets import TicketOffice
from reference_server.behaviour import Behaviour
from reference_server.delegation.certificates import ClientCertificate, OwnCertificate
from reference_server.delegation.exchange import Exchange
from reference_server.delegation.service import DelegationService
from reference_server.lax_verification import tolerate
from reference_server.own_names import OwnNames
from reference_server.store import Store
from reference_server.store.quota import Room
from reference_server.transfer.pool import Pool
from reference_server.transfer.running import Running

STACK = 512 * 1024
"""Stack of a connection's thread, bytes; a thousand slow transfers must fit."""
BACKLOG = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds."""

    marker_period: float = 5.0
    connect: float = 30.0
    stall: float = 60.0
    idle: float = 120.0
    expect: float = 1.0


@dataclass(frozen=True, slots=True)
class DataNode:
    """Where a head node sends requests on, and the office that lets them in there."""

    url: str
    tickets: TicketOffice


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Parts:
    """What every request of one server works with."""

    name: str
    behaviour: Behaviour
    store: Store
    authenticator: Authenticator
    far_tls: FarTls
    limits: Limits = field(default_factory=Limits)
    own: OwnNames = field(default_factory=OwnNames)
    room: Room | None = None
    data_node: DataNode | None = None
    delegation: DelegationService | None = None
    exchange: Exchange | None = None
    running: Running = field(default_factory=Running)
    pool: Pool = field(default_factory=Pool)
    barred: tuple[Network, ...] = ()
    access: AccessLog = field(default_factory=AccessLog)


class Door:
    """A listening socket, IPv4 and IPv6 loopback, and the thread that accepts on it."""

    def __init__(self, port: int, *, ipv6: bool = True) -> None:
        self.socket = _listen(port, ipv6=ipv6)
        self.closed = False
        self.port: int = self.socket.getsockname()[1]

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def _listen(port: int, *, ipv6: bool) -> socket.socket:
    """Listen on all addresses of both families where there is IPv6, else on IPv4."""
    if ipv6 and socket.has_dualstack_ipv6():
        return socket.create_server(
            ("", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True
        )
    return socket.create_server(("", port), backlog=BACKLOG)


@dataclass(frozen=True, slots=True)
class ClientTrust:
    """Files or hashed directories: the CAs of clients, and what these CAs have revoked."""

    authorities: Path
    revoked: Path | None = None


def server_context(
    cert: Path, key: Path, trust: ClientTrust, behaviour: Behaviour
) -> ssl.SSLContext:
    """TLS towards clients: client certificates welcome, RFC 3820 proxies accepted.

    Where revocation lists are given, a CA without a valid one vouches for nobody.

    No session tickets: a resumed session has no certificate chain to find the user in, and
    would outlive the certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _speak_from(context, behaviour.oldest_tls())
    context.load_cert_chain(cert, key)
    _trust(context, trust.authorities)
    demanded = behaviour.needs_client_certificate()
    context.verify_mode = ssl.CERT_REQUIRED if demanded else ssl.CERT_OPTIONAL
    flags = context.verify_flags | ssl.VerifyFlags.VERIFY_ALLOW_PROXY_CERTS
    if trust.revoked is not None:
        _trust(context, trust.revoked)
        flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN
    context.verify_flags = behaviour.verify_flags(flags)
    overlooked = behaviour.overlooked_verify_errors()
    if overlooked:
        tolerate(context, overlooked)
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


def _speak_from(context: ssl.SSLContext, oldest: ssl.TLSVersion) -> None:
    """Speak no older version; for one before 1.2 OpenSSL's own bars are taken away as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = oldest
    if oldest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")


class FarTls:
    """TLS towards the far side: chain and host name are verified, unless a deviation says no.

    Revocation lists (HASH.r0) that lie beside the authorities are read, as grid sites keep them.
    """

    def __init__(self, trust: Path, own: OwnCertificate, *, read_lists: bool = True) -> None:
        self._trust = trust
        self._listed = read_lists and trust.is_dir() and any(trust.glob("*.r0"))
        self.own = own
        self._right = self.strict()
        self._nodes = itertools.count()

    def strict(self) -> ssl.SSLContext:
        """A new context that verifies chain and host name."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        _trust(made, self._trust)
        if self._listed:
            made.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
        return made

    def speaking(
        self, only: ssl.TLSVersion, certificate: ClientCertificate | None
    ) -> ssl.SSLContext:
        """A verifying context that offers one version of TLS, and the certificate if asked."""
        made = self.strict()
        made.minimum_version = made.maximum_version = only
        if certificate is not None:
            certificate.load_into(made)
        return made

    def next_node(self) -> int:
        """The number of the data node that makes the next connection."""
        return next(self._nodes)

    def untrusting(self) -> ssl.SSLContext:
        """A context that knows no authority."""
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def context(
        self, *, chain: bool, name: bool, certificate: ClientCertificate | None = None
    ) -> ssl.SSLContext:
        """The context that verifies so much, and shows a certificate if it is asked for one."""
        if certificate is None:
            return self._right if chain and name else self._lax(chain=chain)
        made = self.strict() if chain and name else self._lax(chain=chain)
        certificate.load_into(made)
        return made

    def _lax(self, *, chain: bool) -> ssl.SSLContext:
        lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        lax.check_hostname = False
        if chain:
            _trust(lax, self._trust)
        else:
            lax.verify_mode = ssl.CERT_NONE
        return lax


def _trust(context: ssl.SSLContext, trust: Path) -> None:
    if trust.is_dir():
        context.load_verify_locations(capath=trust)
    else:
        context.load_verify_locations(cafile=trust)


threading.stack_size(STACK)

"""One server as it is started: doors, store, credentials and ready line."""

from __future__ import annotations

import ipaddress
import os
import ssl
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt

from reference_server.access_log import AccessLog
from reference_server.auth.authenticator import Authenticator
from reference_server.auth.identity import Activity, Grant, Limit
from reference_server.auth.kerberos import Kerberos, kerberos_of
from reference_server.auth.mint import Mint
from reference_server.auth.tickets import TicketOffice
from reference_server.auth.tokens import Issuer, OwnIssuer, TokenJudge
from reference_server.behaviour import Behaviour
from reference_server.connection import Connection
from reference_server.delegation.certificates import OwnCertificate
from reference_server.delegation.exchange import Exchange, Provider
from reference_server.delegation.keeper import Keeper
from reference_server.delegation.service import DelegationService
from reference_server.deviations import behaviour_with
from reference_server.deviations.consulted import Notes, noting
from reference_server.options import Options, naming, read_object
from reference_server.personalities import personality
from reference_server.pki import Files, write_secret
from reference_server.server import (
    ClientTrust,
    DataNode,
    Door,
    FarTls,
    Limits,
    Parts,
    server_context,
)
from reference_server.store import Store
from reference_server.store.disk import DiskStore
from reference_server.store.memory import MemoryStore
from reference_server.store.quota import QuotaStore
from reference_server.store.s3 import S3Store
from reference_server.store.s3.places import SCHEME, Root
from reference_server.store.s3.service import ObjectStore, connect
from reference_server.transfer.remote_url import BadUrl, RemoteUrl

if TYPE_CHECKING:
    from reference_server.auth.voms import Voms

BREATH = 0.02
"""Seconds to wait when a connection cannot be taken."""
FULL_SCOPE = "storage.read:/ storage.modify:/ storage.create:/ storage.stage:/ storage.stat:/"


class Service:
    """One server with its doors. Raises OSError or ValueError for options that cannot work."""

    def __init__(self, options: Options, name: str, work: Path, files: Files | None) -> None:
        self.name = name
        self._files = files
        self._folder = work / name
        self._folder.mkdir()
        self._doors: list[Door] = []
        cert, key, self._trust = _tls_files(options, files)
        self._behaviour = behaviour_with(options.deviation, options.manner, _habits(options))
        if options.consulted is not None:
            self._behaviour = noting(self._behaviour, Notes(options.consulted))
        self._tls = self._server_tls(cert, key, options.crl)
        with naming("--port", options.port):
            main = self._open(options.port)
        self.url = f"https://localhost:{main.port}"
        self._issuer = OwnIssuer(self.url)
        self._parts = Parts(
            name=_server_field(options, name),
            behaviour=self._behaviour,
            store=(store := self._opened(options)),
            room=store.room if isinstance(store, QuotaStore) else None,
            authenticator=self._authenticator(options),
            far_tls=(far_tls := self._far_tls(cert, key)),
            delegation=_delegation(options, self._behaviour),
            exchange=_exchange(options, far_tls),
            limits=Limits(marker_period=options.marker_period),
            access=_access_log(options.access_log),
            barred=tuple(map(ipaddress.ip_network, options.bar_peer)),
        )
        self._parts.own.ports["https"].add(main.port)
        if options.public_url is not None:
            self._parts.own.add(_public(options.public_url))
        self._serving: list[tuple[Door, Parts, ssl.SSLContext | None]] = []
        has_node = options.data_node or self._behaviour.has_data_node()
        self.data_node_url = self._add_data_node() if has_node else None
        if options.data_node_url is not None:
            elsewhere = DataNode(options.data_node_url, TicketOffice())
            self._parts = replace(self._parts, data_node=elsewhere)
        self._serving.append((main, self._parts, self._tls))
        self.plain_url = None
        if options.plain_port is not None:
            self.plain_url = self._add_plain_door(options.plain_port)

    def start(self) -> None:
        """Accept connections, each door in a thread."""
        for serving in self._serving:
            threading.Thread(target=_accept, args=serving, daemon=True).start()

    def stop(self) -> None:
        """Take no more connections and drop what is temporary."""
        for door in self._doors:
            door.close()
        self._parts.store.close()

    def ready_line(self) -> dict[str, Any]:
        """What a starter needs to know; writes the token files."""
        line: dict[str, Any] = {
            "name": self.name,
            "url": self.url,
            "ca": str(self._files.ca if self._files else self._trust),
            "capath": str(self._files.capath if self._files else self._trust),
            "pid": os.getpid(),
            "credentials": self._credentials(),
        }
        if self.plain_url is not None:
            line["plain_url"] = self.plain_url
        if self.data_node_url is not None:
            line["data_node_url"] = self.data_node_url
        return line

    def _opened(self, options: Options) -> Store:
        store = _store(options, self._folder, self._behaviour)
        return store if options.quota is None else QuotaStore(store, options.quota)

    def _far_tls(self, cert: Path, key: Path) -> FarTls:
        lists = self._behaviour.reads_revocation_lists()
        return FarTls(self._trust, OwnCertificate(cert, key), read_lists=lists)

    def _open(self, port: int, *, is_data_node: bool = False) -> Door:
        door = Door(port, ipv6=self._behaviour.listens_on_ipv6(is_data_node=is_data_node))
        self._doors.append(door)
        return door

    def _server_tls(self, cert: Path, key: Path, crl: Path | None) -> ssl.SSLContext:
        files = {"--cert": cert, "--key": key, "--capath": self._trust, "--crl": crl}
        named = {option: file for option, file in files.items() if file is not None}
        for option, file in named.items():
            with naming(option, file):
                file.stat()
        with naming(", ".join(named), ", ".join(map(str, named.values()))):
            return server_context(cert, key, ClientTrust(self._trust, crl), self._behaviour)

    def _add_data_node(self) -> str:
        """A second TLS door that serves what the main one redirects."""
        behaviour = self._behaviour
        office = TicketOffice(is_open=True, is_ready=behaviour.ticket_is_ready)
        door = self._open(0, is_data_node=True)
        url = f"https://localhost:{door.port}"
        trusting = replace(self._parts.authenticator, tickets=office)
        self._serving.append((door, replace(self._parts, authenticator=trusting), self._tls))
        self._parts.own.ports["https"].add(door.port)
        self._parts = replace(self._parts, authenticator=trusting, data_node=DataNode(url, office))
        return url

    def _add_plain_door(self, port: int) -> str:
        door = self._open(port)
        self._serving.append((door, replace(self._parts, data_node=None), None))
        self._parts.own.ports["http"].add(door.port)
        return f"http://localhost:{door.port}"

    def _authenticator(self, options: Options) -> Authenticator:
        issuers = [self._issuer.as_trusted(), *map(_issuer, options.trust_issuer)]
        grants = _grants(options.grants)
        judge = TokenJudge(self._behaviour, issuers, grants)
        judge.audiences.append(self.url)
        if options.public_url is not None:
            judge.audiences.append(options.public_url.rstrip("/"))
        users = read_object("--basic", options.basic) if self._behaviour.offers_basic() else None
        return Authenticator(
            behaviour=self._behaviour,
            tokens=judge,
            mint=Mint(self._behaviour),
            tickets=TicketOffice(),
            grants=grants,
            users={str(user): str(password) for user, password in (users or {}).items()},
            voms=_voms(options.vomsdir, self._trust) if options.vomsdir else None,
            kerberos=_kerberos(options.kerberos_keytab),
        )

    def _credentials(self) -> dict[str, Any]:
        token, second = self._folder / "token", self._folder / "other-token"
        write_secret(token, self._issuer.issue("owner", FULL_SCOPE).encode())
        write_secret(second, self._issuer.issue("reader", "storage.read:/").encode())
        found: dict[str, Any] = {"token": str(token), "second": {"token": str(second)}}
        if self._files is not None:
            found["cert"] = str(self._files.user_cert)
            found["key"] = str(self._files.user_key)
            found["proxy"] = str(self._files.proxy)
        return found


def _public(text: str) -> RemoteUrl:
    """The URL under which a reverse proxy offers the server; raises ValueError."""
    try:
        return RemoteUrl.parse(text)
    except BadUrl as problem:
        raise ValueError(f"--public-url {text}: {problem}") from None


def _habits(options: Options) -> tuple[type[Behaviour], ...]:
    """What is legitimately different; raises UnknownPersonality."""
    return personality(options.personality).behaviours if options.personality else ()


def _server_field(options: Options, name: str) -> str:
    """Value of Server: it never pretends to be another product."""
    shown = options.personality
    return f"httptpc-reference (personality {shown})" if shown else name


def _accept(door: Door, parts: Parts, tls: ssl.SSLContext | None) -> None:
    while not door.closed:
        try:
            sock, address = door.socket.accept()
            connection = Connection(parts, sock, address[0], tls)
            threading.Thread(target=connection.serve, daemon=True).start()
        except (OSError, RuntimeError):
            time.sleep(BREATH)  # closed, or out of descriptors or threads for a moment


def _tls_files(options: Options, files: Files | None) -> tuple[Path, Path, Path]:
    if files is not None:
        return files.cert, files.key, options.trust or files.capath
    if options.cert is None or options.key is None or options.trust is None:
        raise ValueError("--cert, --key and --capath (or --ca) belong together")
    return options.cert, options.key, options.trust


def _store(options: Options, folder: Path, behaviour: Behaviour) -> Store:
    """The store of the server that is named like its folder."""
    if options.store == "memory:":
        return MemoryStore()
    if options.store is None:
        return DiskStore(folder / "store", durable=False, temporary=True)
    if options.store.startswith(SCHEME):
        root = Root.parse(options.store)
        root = root.below(folder.name) if options.pair else root
        objects = ObjectStore(connect(options.s3_endpoint, options.s3_region), behaviour)
        return S3Store(root, objects, behaviour, _staging(options, folder))
    place = Path(options.store)
    if not place.is_dir():
        raise ValueError(f"--store {place}: no such directory")
    return DiskStore(place / folder.name if options.pair else place)


def _staging(options: Options, folder: Path) -> Path:
    if options.staging is None:
        return folder / "staging"
    if not options.staging.is_dir():
        raise ValueError(f"--staging {options.staging}: no such directory")
    return options.staging


def _delegation(options: Options, behaviour: Behaviour) -> DelegationService | None:
    if options.delegation == "off" or not behaviour.offers_gridsite():
        return None
    return DelegationService(Keeper(), behaviour, int(options.delegation))


def _exchange(options: Options, far_tls: FarTls) -> Exchange | None:
    providers = [_provider(option) for option in options.oidc_exchange]
    if not providers:
        return None
    return Exchange({provider.issuer: provider for provider in providers}, far_tls.strict())


def _provider(option: str) -> Provider:
    with naming("--oidc-exchange", option):
        return Provider.given(option)


def _issuer(option: str) -> Issuer:
    """An issuer from ISSUER=JWKS_FILE."""
    url, separator, place = option.rpartition("=")
    if not separator or not url:
        raise ValueError(f"--trust-issuer {option}: not ISSUER=JWKS_FILE")
    try:
        with naming("--trust-issuer", option):
            return Issuer.from_file(url, Path(place))
    except (KeyError, TypeError, jwt.PyJWTError) as problem:
        raise ValueError(f"--trust-issuer {option}: bad JWKS: {problem}") from None


def _voms(vomsdir: Path, trust: Path) -> Voms:
    from reference_server.auth.voms import Voms  # its grammars are a third of a start

    return Voms(vomsdir, trust)


def _access_log(place: Path | None) -> AccessLog:
    with naming("--access-log", place):
        return AccessLog(place)


def _kerberos(keytab: Path | None) -> Kerberos | None:
    if keytab is None:
        return None
    with naming("--kerberos-keytab", keytab):
        return kerberos_of(keytab)


def _grants(place: Path | None) -> dict[str, Limit] | None:
    """What is granted by name from the grants file; raises ValueError for an unknown activity."""
    told = read_object("--grants", place)
    if told is None:
        return None
    with naming("--grants", place):
        return {
            name: (Grant(frozenset(Activity(item) for item in activities)),)
            for name, activities in told.items()
        }

"""The connection to the far side: non-blocking, every wait shared with the client's pulse."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Hashable

from reference_server.delegation.certificates import ClientCertificate
from reference_server.server import Parts
from reference_server.store import Block
from reference_server.transfer.problems import DeadlinePassed, TransferFailed, Unreachable
from reference_server.transfer.pulse import WOULD_BLOCK, Pulse
from reference_server.transfer.remote_url import RemoteUrl
from reference_server.wire.tls import Stream, TlsSocket

READ_SIZE = 64 * 1024
Address = tuple[socket.AddressFamily, tuple[str, int]]


class FarSide:
    """A connection to the host of a URL; use as a context manager."""

    def __init__(
        self,
        url: RemoteUrl,
        parts: Parts,
        pulse: Pulse,
        certificate: ClientCertificate | None = None,
    ) -> None:
        self.url = url
        self._certificate = certificate
        self._parts = parts
        self._pulse = pulse
        self._sock: Stream | None = None
        self._place = ("", 0)
        self._ended = False
        self._port = parts.behaviour.connect_port(url)
        self.held = bytearray()

    def __enter__(self) -> FarSide:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def sock(self) -> Stream:
        """The socket; raises TransferFailed once closed."""
        if self._sock is None:
            raise TransferFailed("connection to the far side is closed")
        return self._sock

    @property
    def target(self) -> str:
        """The request target for the URL as it stands now."""
        return self._parts.behaviour.request_target(self.url)

    def open(self) -> None:
        """Connect and shake hands; raises Unreachable, or TransferFailed for bad TLS."""
        deadline = time.monotonic() + self._parts.limits.connect
        last: TransferFailed = Unreachable(f"cannot resolve {self.url.host}")
        for address in self._resolve(deadline):
            try:
                self._connect(address, deadline)
                return self._secure(deadline)
            except TransferFailed as problem:
                last = problem
                self.close()
        raise last

    def close(self) -> None:
        """Close at once; whatever is under way on the other end sees it."""
        if self._sock is not None:
            self._pulse.meter.connections.pop(self._sock.fileno(), None)
            with contextlib.suppress(OSError):
                self._sock.close()
            self._sock = None

    def resume(self, key: Hashable) -> bool:
        """Take up a connection that an earlier transfer left; False where there is none."""
        found = self._parts.pool.take(key)
        if found is None:
            return False
        self._sock, self._place = found.stream, found.place
        self._note_connection()
        return True

    def leave(self, key: Hashable) -> None:
        """Leave the connection to a later transfer, unless the far side has said too much."""
        if self.held or self._ended:
            return self.close()
        self._pulse.meter.connections.pop(self.sock.fileno(), None)
        self._parts.pool.give(key, self.sock, self._place)
        self._sock = None
        return None

    def send(self, data: Block) -> None:
        """Write all bytes; raises TransferFailed."""
        view = memoryview(data)
        while view:
            view = view[self._retry(self.sock.send, view, select.POLLOUT) :]

    def upload(self, data: Block) -> bool:
        """Write all bytes of a body block, unless the far side answers first: then False."""
        view = memoryview(data)
        while view:
            if self._heard():
                return False
            view = view[self._retry(self.sock.send, view, select.POLLOUT | select.POLLIN) :]
        return True

    def fill(self) -> bool:
        """Receive once more into `held`; False at the end of the stream."""
        buffer = bytearray(READ_SIZE)
        count = self._retry(self.sock.recv_into, memoryview(buffer), select.POLLIN)
        self.held += buffer[:count]
        return bool(count)

    def gather_into(self, view: memoryview) -> int:
        """Receive at least one byte, and as much as is there; 0 at the end of the stream."""
        if self.held:
            count = min(len(view), len(self.held))
            view[:count] = self.held[:count]
            del self.held[:count]
            return count
        return self._retry(self.sock.recv_into, view, select.POLLIN)

    @property
    def broke_off(self) -> bool:
        """Whether the stream ended without close_notify; what has no TLS has no such mark."""
        broken = isinstance(self._sock, TlsSocket) and self._sock.broke_off
        return broken and not self._parts.behaviour.takes_break_for_end()

    def await_bytes(self, deadline: float) -> bool:
        """Wait for something to read; False when the deadline passes."""
        if self._heard():  # TLS may hold what has left the socket
            return True
        try:
            self._pulse.wait(self.sock, select.POLLIN, deadline)
        except DeadlinePassed:
            return False
        if not self._heard() and self._ended:
            raise TransferFailed("far side closed the connection without an answer")
        return True

    def _heard(self) -> bool:
        """Take what has arrived without waiting; whether there was anything."""
        if not self._ended:
            try:
                data = self.sock.recv(READ_SIZE)
                self._ended = not data
                self.held += data
            except WOULD_BLOCK:
                pass
            except OSError as problem:
                raise lost(problem) from None
        return bool(self.held)

    def _retry(self, act: Callable[[memoryview], int], view: memoryview, events: int) -> int:
        """One send or receive, waiting as often as needed."""
        try:
            while True:
                try:
                    return act(view)
                except ssl.SSLWantReadError:
                    self._wait(select.POLLIN)
                except ssl.SSLWantWriteError:
                    self._wait(events | select.POLLOUT)
                except BlockingIOError:
                    self._wait(events)
                if events & select.POLLIN and events & select.POLLOUT and self._heard():
                    return 0
        except OSError as problem:
            raise lost(problem) from None

    def _wait(self, events: int) -> None:
        self._pulse.wait(self.sock, events, time.monotonic() + self._parts.limits.stall)

    def _resolve(self, deadline: float) -> list[Address]:
        """Addresses of the host. The resolver blocks, so names are looked up on the side."""
        with contextlib.suppress(ValueError):
            literal = ipaddress.ip_address(self.url.host)
            family = socket.AF_INET6 if literal.version == 6 else socket.AF_INET
            return [(family, (self.url.host, self._port))]
        found: list[Address] = []
        waker, sleeper = socket.socketpair()
        threading.Thread(target=self._look_up, args=(found, waker), daemon=True).start()
        with sleeper:
            self._pulse.wait(sleeper, select.POLLIN, deadline)
        return found

    def _look_up(self, found: list[Address], waker: socket.socket) -> None:
        with waker, contextlib.suppress(OSError, UnicodeError):
            answers = socket.getaddrinfo(self.url.host, self._port, type=socket.SOCK_STREAM)
            found += [(family, (str(to[0]), int(to[1]))) for family, _, _, _, to in answers]

    def _connect(self, address: Address, deadline: float) -> None:
        family, place = address
        link_local = ipaddress.ip_address(place[0]).is_link_local
        if not self._parts.behaviour.may_contact(link_local=link_local):
            raise Unreachable("link-local addresses are not contacted")
        if self._is_barred(place[0]):
            raise Unreachable("the address of the far side is barred here")
        self._sock = sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with contextlib.suppress(BlockingIOError):
                sock.connect(place)
        except OSError as problem:
            raise Unreachable(f"cannot connect: {describe(problem)}") from None
        self._pulse.wait(sock, select.POLLOUT, deadline)
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise Unreachable(f"cannot connect: {describe(OSError(error, ''))}")
        self._place = place
        self._note_connection()

    def _is_barred(self, text: str) -> bool:
        """Whether the operator forbids this far side, however its address is written."""
        behaviour = self._parts.behaviour
        address = behaviour.address_to_compare(ipaddress.ip_address(text))
        return behaviour.heeds_barred_peers() and any(address in net for net in self._parts.barred)

    def _note_connection(self) -> None:
        entry = self._parts.behaviour.connection_entry(*self._place)
        self._pulse.meter.connections[self.sock.fileno()] = entry
        self._pulse.meter.past.append(entry)

    def _secure(self, deadline: float) -> None:
        plain = self.sock
        if not self.url.secure or isinstance(plain, TlsSocket):
            return
        behaviour = self._parts.behaviour
        name = behaviour.name_to_verify(self.url.host)
        tls = self._parts.far_tls
        context = tls.context(
            chain=behaviour.verifies_certificate(),
            name=name is not None,
            certificate=self._certificate,
        )
        if not behaviour.has_trust_store(tls.next_node()):
            context = tls.untrusting()
        only = behaviour.only_tls()
        if only is not None:
            context = tls.speaking(only, self._certificate)
        if behaviour.protocols_offered():
            context.set_alpn_protocols(behaviour.protocols_offered())
        try:
            self._sock = sock = TlsSocket(plain, context, server_hostname=name)
            self._shake_hands(sock, deadline)
        except OSError as problem:
            raise TransferFailed(f"TLS handshake failed: {describe(problem)}") from None

    def _shake_hands(self, sock: TlsSocket, deadline: float) -> None:
        while True:
            try:
                return sock.do_handshake()
            except ssl.SSLWantReadError:
                self._pulse.wait(sock, select.POLLIN, deadline)
            except ssl.SSLWantWriteError:
                self._pulse.wait(sock, select.POLLOUT, deadline)


def lost(problem: OSError) -> TransferFailed:
    """A connection that broke, in words."""
    return TransferFailed(f"connection to the far side lost: {describe(problem)}")


def describe(problem: OSError) -> str:
    """What went wrong in words, without numbers and file names of our own."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {problem.verify_message}"
    if isinstance(problem, ssl.SSLError):
        return (problem.reason or "TLS error").replace("_", " ").lower()
    return os.strerror(problem.errno) if problem.errno else "connection lost"

"""The far side that listens here: on several doors, misbehaving as its URLs say."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Callable

from harness.redact import Secret
from harness.remote_party.answers import Addresses
from harness.remote_party.desk import Desk
from harness.remote_party.doors import Door, caller
from harness.remote_party.far import RemoteParty
from harness.remote_party.limits import Budget, Limits, Room
from harness.remote_party.seal import Open, Signed
from harness.remote_party.seen import Log, Seen
from harness.remote_party.visit import Host, Visit

Said = Callable[[Seen], None]


def _silent(seen: Seen) -> None:
    """A far side inside the suite keeps no log of its own."""


class ListeningParty(RemoteParty):
    """Serves scenario URLs on every door until it is closed, and logs what it sees.

    With a control ``token`` it takes only URLs that are signed with it, and answers its holder's
    questions on the door ``tls``. ``said`` is told of every request that has been dealt with.
    """

    def __init__(
        self,
        doors: dict[str, Door],
        *,
        limits: Limits | None = None,
        token: Secret | None = None,
        said: Said = _silent,
    ) -> None:
        limits = limits or Limits()
        self.log: Log = Log(limits)
        self.seal = Signed(token) if token else Open()
        self.origins: dict[str, str] = {}
        self._host = Host(
            log=self.log,
            addresses=Addresses(self.origins, self.seal),
            limits=limits,
            budget=Budget(limits.hourly),
            desk=Desk(token, self.log, self.origins) if token else None,
            said=said,
        )
        self._numbers = itertools.count(1)
        self._room = Room(limits)
        self._closing = threading.Event()
        self._listeners: dict[str, socket.socket] = {}
        self._open(doors)

    def close(self) -> None:
        """Stop listening; conversations under way end by themselves."""
        self._closing.set()
        for listener in self._listeners.values():
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _open(self, doors: dict[str, Door]) -> None:
        try:
            for name, door in doors.items():
                listener = self._listeners[name] = door.listen()
                self.origins[name] = door.origin(listener)
                if door.open:
                    self._attend(name, listener, door.context())
        except OSError:
            self.close()
            raise

    def _attend(self, name: str, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        threading.Thread(
            target=self._accept, args=(name, listener, tls), name=f"door-{name}", daemon=True
        ).start()

    def _accept(self, name: str, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while not self._closing.is_set():
            try:
                connection, address = listener.accept()
            except OSError:
                return
            visit = Visit(self._host, name, connection, caller(address), next(self._numbers))
            if self._room.enter(visit.address[0]):
                threading.Thread(target=self._receive, args=(visit, tls), daemon=True).start()
            else:
                connection.close()

    def _receive(self, visit: Visit, tls: ssl.SSLContext | None) -> None:
        try:
            visit.converse(tls)
        finally:
            self._room.leave(visit.address[0])

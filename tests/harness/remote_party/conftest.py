"""A far side without TLS, and conversations with it byte by byte."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from harness.remote_party import Door, FarFile, ListeningParty

PATIENCE = 10.0


@pytest.fixture
def party() -> Iterator[ListeningParty]:
    doors = {name: Door() for name in ("tls", "other", "alias", "plain")}
    made = ListeningParty({**doors, "closed": Door(open=False)})
    yield made
    made.close()


@dataclass
class Talk:
    """A connection to a far file; what comes back is kept as raw bytes."""

    connection: socket.socket
    far: FarFile
    got: bytes = b""
    reset: bool = False

    def ask(self, method: str, *headers: str, body: bytes = b"") -> None:
        """Send one request; the target is the far file's."""
        lines = (f"{method} {urlsplit(self.far.url).path} HTTP/1.1", "Host: far", *headers)
        self.connection.sendall("\r\n".join((*lines, "", "")).encode() + body)

    def until(self, mark: bytes) -> bytes:
        """Read until ``mark`` has come; what came up to and with it."""
        while mark not in self.got:
            assert self.more(), f"the far side closed; it said {self.got!r}"
        before, _, self.got = self.got.partition(mark)
        return before + mark

    def head(self) -> list[str]:
        """The next head, line by line."""
        return self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")[:-2]

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        while len(self.got) < count:
            assert self.more(), f"the far side closed after {len(self.got)} bytes"
        taken, self.got = self.got[:count], self.got[count:]
        return taken

    def rest(self) -> bytes:
        """All that comes until the far side closes."""
        while self.more():
            pass
        taken, self.got = self.got, b""
        return taken

    def silent(self, seconds: float) -> bool:
        """Whether nothing comes for so long, while the connection stays open."""
        self.connection.settimeout(seconds)
        try:
            data = self.connection.recv(65536)
        except TimeoutError:
            return True
        finally:
            self.connection.settimeout(PATIENCE)
        self.got += data
        return False

    def more(self) -> bool:
        try:
            data = self.connection.recv(65536)
        except ConnectionResetError:
            self.reset, data = True, b""
        self.got += data
        return bool(data)


@contextlib.contextmanager
def talk(far: FarFile) -> Iterator[Talk]:
    """A new connection to the door of a far file without TLS."""
    parts = urlsplit(far.url)
    address = (str(parts.hostname), parts.port or 80)
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        yield Talk(connection, far)


def asked(far: FarFile, method: str, *headers: str) -> tuple[list[str], bytes]:
    """One request on a connection of its own: the head, and all bytes until the end."""
    with talk(far) as conversation:
        conversation.ask(method, "Connection: close", *headers)
        head = conversation.head()
        conversation.connection.shutdown(socket.SHUT_WR)
        return head, conversation.rest()


def eventually(holds: object, within: float = PATIENCE) -> bool:
    """Wait for something that another thread is about to do."""
    assert callable(holds)
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True

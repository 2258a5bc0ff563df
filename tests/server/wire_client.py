"""A small client that sees every byte: raw requests in, parsed answers out."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT = 20.0


@dataclass
class Answer:
    """One final answer; `chunks` as they were framed, `interim` the 1xx codes before it."""

    status: int
    headers: dict[str, str]
    body: bytes
    chunks: list[bytes] = field(default_factory=list)
    interim: list[int] = field(default_factory=list)
    complete: bool = True

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def result(self) -> str:
        """The last line of a progress stream."""
        return self.text.strip().splitlines()[-1]


class Client:
    """One connection to a server on loopback."""

    def __init__(
        self,
        port: int,
        *,
        ca: str | None = None,
        token: str | None = None,
        cert: str | None = None,
        key: str | None = None,
    ) -> None:
        self.token = token
        raw = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock: socket.socket = raw
        if ca is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(**_trust(ca))
            if cert is not None:
                context.load_cert_chain(cert, key)
            self.sock = context.wrap_socket(raw, server_hostname="localhost")
        self.held = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, method: str, path: str, headers: dict[str, str] | None = None) -> None:
        """Send a request head."""
        fields = {"Host": "localhost", **(headers or {})}
        if self.token is not None:
            fields.setdefault("Authorization", f"Bearer {self.token}")
        lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {fields[key]}" for key in fields)]
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request and read its answer."""
        fields = dict(headers or {})
        if body or method in ("PUT", "POST"):
            fields.setdefault("Content-Length", str(len(body)))
        self.send(method, path, fields)
        self.sock.sendall(body)
        return self.answer(method)

    def answer(self, method: str = "GET") -> Answer:
        """Read the next final answer."""
        interim = []
        while True:
            status, headers = self.head()
            if status >= 200:
                break
            interim.append(status)
        found = Answer(status, headers, b"", interim=interim)
        if method != "HEAD" and status not in (204, 304):
            self._read_body(found)
        return found

    def head(self) -> tuple[int, dict[str, str]]:
        """Read one status line with its fields, interim or final."""
        raw = self.until(b"\r\n\r\n")
        first, *lines = raw.decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in lines if line)
        return int(first.split()[1]), {name.lower(): value for name, value in pairs}

    def until(self, mark: bytes) -> bytes:
        """Everything up to and including the mark; EOFError if the stream ends before."""
        while mark not in self.held:
            self.more()
        found, _, self.held = self.held.partition(mark)
        return found + mark

    def exactly(self, count: int) -> bytes:
        while len(self.held) < count:
            self.more()
        found, self.held = self.held[:count], self.held[count:]
        return found

    def more(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise EOFError(f"connection closed, {len(self.held)} bytes unread")
        self.held += data

    def chunk(self) -> bytes:
        """The next chunk of a chunked body, b"" for the last."""
        size = int(self.until(b"\r\n"), 16)
        data = self.exactly(size)
        assert self.exactly(2) == b"\r\n"
        return data

    def _read_body(self, found: Answer) -> None:
        if "content-length" in found.headers:
            found.body = self.exactly(int(found.headers["content-length"]))
        elif found.headers.get("transfer-encoding") == "chunked":
            while data := self.chunk():
                found.chunks.append(data)
            found.body = b"".join(found.chunks)
        else:
            self._read_to_end(found)

    def _read_to_end(self, found: Answer) -> None:
        try:
            while True:
                self.more()
        except (EOFError, OSError):
            found.body, self.held = self.held, b""


def _trust(ca: str) -> dict[str, str]:
    return {"capath": ca} if Path(ca).is_dir() else {"cafile": ca}

"""A far side that does what a test says: plain HTTP on loopback, every request kept."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Script = Callable[["Seen", socket.socket], None]
"""Answers one request by writing to the socket; the body has been read unless it is withheld."""


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        values = self.all(name)
        return values[0] if values else None


@dataclass
class Peer:
    """The listening socket, the script and what was seen; use as a context manager."""

    script: Script
    family: socket.AddressFamily = socket.AF_INET
    reads_body: bool = True
    seen: list[Seen] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Peer:
        host = "::1" if self.family == socket.AF_INET6 else "127.0.0.1"
        self.listener = socket.create_server((host, 0), family=self.family)
        self.port = self.listener.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def methods(self) -> list[str]:
        return [seen.method for seen in self.seen]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError), sock.makefile("rb") as stream:
            while line := stream.readline():
                method, target, _ = line.decode().split(" ", 2)
                seen = Seen(method, target, [])
                while (line := stream.readline().rstrip(b"\r\n")) != b"":
                    name, _, value = line.decode("latin-1").partition(": ")
                    seen.headers.append((name, value))
                self.seen.append(seen)
                if self.reads_body and seen.get("expect"):
                    sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                if self.reads_body:
                    seen.body = stream.read(int(seen.get("content-length") or 0))
                self.script(seen, sock)
        self.gone.set()


def reply(status: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """A complete answer."""
    fields = {"Content-Length": str(len(body)), **(headers or {})}
    lines = [f"HTTP/1.1 {status}", *(f"{key}: {fields[key]}" for key in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def serving(content: bytes, headers: dict[str, str] | None = None) -> Script:
    """GET and HEAD deliver the content, PUT and DELETE succeed; `headers` go along."""

    def script(seen: Seen, sock: socket.socket) -> None:
        if seen.method == "GET":
            sock.sendall(reply("200 OK", headers, content))
        elif seen.method == "HEAD":
            told = {"Content-Length": str(len(content)), **(headers or {})}
            sock.sendall(reply("200 OK", told))
        else:
            sock.sendall(reply("201 Created"))

    return script


def answering(status: str, body: bytes = b"") -> Script:
    """Every request gets the same answer."""

    def script(seen: Seen, sock: socket.socket) -> None:
        sock.sendall(reply(status, None, b"" if seen.method == "HEAD" else body))

    return script

"""Throws cases at a running server and notes what no server may do."""

from __future__ import annotations

import random
import re
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring

from tests.server.fuzz.grammar import Case, Grammar, hostile_answer
from tests.server.scripted_peer import Peer, Seen
from tests.server.server_kit import Server

BOUND = 10.0
"""Seconds within which a request is answered or its connection closed."""
MEANT = frozenset({501, 502, 505, 507})
"""5xx that say something about the request: no such method, not our Destination, too much."""
SWEEP = 60
"""Requests after which what was uploaded is removed: listings shall stay short."""
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass
class Outcome:
    """What a campaign saw; `problems` is empty when all went well."""

    statuses: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def note(self, case: Case, answer: bytes, seconds: float) -> None:
        """Judge one answer; an empty one is a connection that was closed."""
        found = [int(code) for code in _STATUS.findall(answer[:4096]) if code != b"100"]
        self.topics[case.topic] += 1
        self.statuses[str(found[0]) if found else "closed"] += 1
        self.slowest = max(self.slowest, seconds)
        problem = _problem(found[0], answer, alone=case.framed) if found else None
        if seconds > BOUND:
            problem = f"{seconds:.0f} s"
        if problem is not None and len(self.problems) < 50:
            self.problems.append(f"{problem}: {case.data[:3000]!r}")


def _problem(status: int, answer: bytes, *, alone: bool) -> str | None:
    head, _, body = answer.partition(b"\r\n\r\n")
    if status >= 500 and status not in MEANT and b":Fault>" not in answer:
        return f"status {status}"
    if alone and body and (status == 207 or b"type: application/metalink4+xml" in head):
        try:
            fromstring(body)
        except ParseError as problem:
            return f"answer is not XML: {problem}"
    return None


class Line:
    """A connection that is made anew whenever it was given up."""

    def __init__(self, server: Server, context: ssl.SSLContext) -> None:
        self._server, self._context = server, context
        self._sock: ssl.SSLSocket | None = None

    def tell(self, case: Case) -> bytes:
        """The whole answer, or what came before the connection was closed."""
        sock = self._sock or self._open()
        try:
            sock.sendall(case.data)
            if not case.framed:  # nothing follows: whatever is still missing never comes
                socket.socket.shutdown(sock, socket.SHUT_WR)
            answer, lives = _read(sock, case)
        except (ConnectionError, ssl.SSLError):
            answer, lives = b"", False
        if not (lives and case.framed):
            self.close()
        return answer

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _open(self) -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", self._server.port), timeout=BOUND)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = self._context.wrap_socket(raw, server_hostname="localhost")
        return self._sock


def _read(sock: ssl.SSLSocket, case: Case) -> tuple[bytes, bool]:
    """An answer, and whether the connection can be used again."""
    held = b""
    while not (case.framed and _is_whole(held, case)):
        data = sock.recv(65536)
        if not data:
            return held, False
        held += data
    return held, b"connection: close" not in held.partition(b"\r\n\r\n")[0].lower()


def _is_whole(held: bytes, case: Case) -> bool:
    head, end, body = held.partition(b"\r\n\r\n")
    if not end or head.startswith(b"HTTP/1.1 1"):
        return False
    length = _LENGTH.search(head)
    if case.is_head or head[9:12] in (b"204", b"304"):
        return True
    return len(body) >= int(length.group(1)) if length else body.endswith(b"0\r\n\r\n")


def campaign(server: Server, seed: int, count: int, workers: int = 3) -> Outcome:
    """Send `count` seeded cases over a few connections."""
    outcome = Outcome()
    with Peer(_far_side) as peer, ThreadPoolExecutor(workers) as pool:
        shares = [range(number, count, workers) for number in range(workers)]
        done = [pool.submit(_share, server, outcome, (seed, peer.port), share) for share in shares]
        for one in done:
            one.result()
    return outcome


def _share(server: Server, outcome: Outcome, source: tuple[int, int], share: range) -> None:
    plain, certified = (Line(server, context) for context in _contexts(server))
    for number, case in zip(share, _cases(server, source, share.start), strict=False):
        began = time.monotonic()
        try:
            answer = (certified if case.topic == "soap" else plain).tell(case)
        except TimeoutError:
            answer = b""
            plain.close()
        outcome.note(case, answer, time.monotonic() - began)
        if number % SWEEP == 0:
            prepare(plain, server.token)
    plain.close()
    certified.close()


def _cases(server: Server, source: tuple[int, int], worker: int) -> Iterator[Case]:
    rng = random.Random(f"{source[0]} {worker}")  # noqa: S311
    grammar = Grammar(rng, server.token, source[1])
    while True:
        yield grammar.soap() if rng.random() < 0.05 else grammar.case()


def _contexts(server: Server) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    plain, certified = (ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) for _ in range(2))
    for context in (plain, certified):
        context.load_verify_locations(server.ready["ca"])
    shown = server.ready["credentials"]
    certified.load_cert_chain(shown["cert"], shown["key"])
    return plain, certified


def _far_side(seen: Seen, sock: socket.socket) -> None:
    number = int("".join(filter(str.isdigit, seen.target)) or 0)
    sock.sendall(hostile_answer(number))
    sock.shutdown(socket.SHUT_WR)


def prepare(line: Line, token: str) -> None:
    """The resources that cases speak of, whatever became of them."""
    ask = partial(_asked, line, token)
    if b" 201 " not in ask("MKCOL /fuzz") and b" 409 " in ask("PUT /fuzz/seen"):
        ask("DELETE /fuzz")
        ask("MKCOL /fuzz")
    ask("DELETE /fuzz/up")
    ask("MKCOL /fuzz/up")
    for name in ("seen", "up/a", "up/c"):
        ask(f"PUT /fuzz/{name}")


def _asked(line: Line, token: str, what: str) -> bytes:
    """The status line of the answer to a right request."""
    head = f"{what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    body = "Content-Length: 10\r\n\r\n0123456789" if what.startswith("PUT") else "\r\n"
    return line.tell(Case("right", (head + body).encode(), framed=True)).partition(b"\r\n")[0]


def resident(pid: int) -> int:
    """Memory that a process occupies, bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096

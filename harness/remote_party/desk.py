"""The control API of a far side on a public host: who has the token may ask what was seen.

    GET /.httptpc/party                           doors, limits, version
    GET /.httptpc/seen/NONCE?after=V&within=S     requests and upload, as soon as V is outdated
    GET /.httptpc/uploads/NONCE                   the bytes of the last complete upload
    GET /.httptpc/bodies/NONCE/NUMBER             the bytes one request brought so far

Nothing can be changed through it. Every answer tells when the question came and when the answer
left, by the monotonic clock of this host, so that the suite can turn our times into its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from urllib.parse import parse_qsl

from harness import __version__
from harness.model import Headers
from harness.redact import Secret
from harness.remote_party.line import Line
from harness.remote_party.seen import Log
from harness.remote_party.told import PREFIX, SCHEMA, tell
from harness.wire.http1 import RequestReader, Stage

LONGEST_POLL = 25.0
"""Seconds a question is kept waiting at most."""

JSON, BYTES = "application/json", "application/octet-stream"
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,20})?")

Reply = tuple[int, str, bytes]
NOT_FOUND: Reply = (404, JSON, b'{"error": "not found"}')
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}
REASONS[405] = "Method Not Allowed"


class Desk:
    """Answers questions on the main door."""

    def __init__(self, token: Secret, log: Log, origins: dict[str, str]) -> None:
        self._expected = _hash(f"Bearer {token}")
        self._log = log
        self._origins = origins

    def answer(self, line: Line, reader: RequestReader) -> bool:
        """Answer one question; whether the connection can carry another."""
        came = time.monotonic()
        assert reader.head is not None
        knows = self._knows(reader.head.all("authorization"))
        line.meter.free = line.meter.free or knows
        if not knows:
            reply: Reply = (401, JSON, b'{"error": "the control token is missing or wrong"}')
        elif reader.head.method != "GET" or reader.stage is Stage.BODY:
            reply = (405, JSON, b'{"error": "only GET"}')
        else:
            reply = self._reply(reader.head.target)
        good = reply[0] in (200, 404) and reader.complete
        line.send(_message(reply, came, close=not good))
        return good

    def _knows(self, given: tuple[str, ...] | list[str]) -> bool:
        """Compared by their hashes in constant time: neither length nor content shows."""
        return len(given) == 1 and hmac.compare_digest(_hash(given[0]), self._expected)

    def _reply(self, target: str) -> Reply:
        path, _, query = target.removeprefix(PREFIX).partition("?")
        what, *words = path.split("/")
        pages: dict[str, Callable[[list[str], dict[str, str]], Reply]] = {
            "party": self._party,
            "seen": self._seen,
            "uploads": self._upload,
            "bodies": self._body,
        }
        return pages[what](words, dict(parse_qsl(query))) if what in pages else NOT_FOUND

    def _party(self, words: list[str], asked: dict[str, str]) -> Reply:
        return _json(
            {
                "schema": SCHEMA,
                "tool": f"httptpc {__version__}",
                "origins": self._origins,
                "limits": asdict(self._log.limits),
                "time": time.time(),
            }
        )

    def _seen(self, words: list[str], asked: dict[str, str]) -> Reply:
        after, within = asked.get("after", "0"), asked.get("within", "0")
        if len(words) != 1 or not (_NUMBER.fullmatch(after) and _NUMBER.fullmatch(within)):
            return (400, JSON, b'{"error": "say seen/NONCE?after=VERSION&within=SECONDS"}')
        version, patience = int(float(after)), min(float(within), LONGEST_POLL)
        page = self._log.follow(words[0], version, patience)
        if page.version == version and version:
            return _json({"version": version})
        return _json(tell(page))

    def _upload(self, words: list[str], asked: dict[str, str]) -> Reply:
        found = self._log.uploaded(words[0]) if len(words) == 1 else None
        return NOT_FOUND if found is None else (200, BYTES, found)

    def _body(self, words: list[str], asked: dict[str, str]) -> Reply:
        if len(words) != 2 or not words[1].isdecimal():
            return NOT_FOUND
        requests = self._log.of(words[0])
        number = int(words[1][:9])
        return (200, BYTES, bytes(requests[number].body)) if number < len(requests) else NOT_FOUND


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _json(value: object) -> Reply:
    return 200, JSON, json.dumps(value, separators=(",", ":")).encode()


def _message(reply: Reply, came: float, *, close: bool) -> bytes:
    status, kind, body = reply
    headers: Headers = (
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Httptpc-Came", f"{came:.6f}"),
        ("Httptpc-Left", f"{time.monotonic():.6f}"),
        *((("WWW-Authenticate", "Bearer"),) if status == 401 else ()),
        *((("Connection", "close"),) if close else ()),
    )
    lines = [f"HTTP/1.1 {status} {REASONS[status]}", *(f"{k}: {v}" for k, v in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

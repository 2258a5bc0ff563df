"""The far side's answers: what a scenario says, byte for byte and at its pace."""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus

from harness.model import Headers
from harness.remote_party.content import Content
from harness.remote_party.limits import Exhausted
from harness.remote_party.line import Line, PeerClosed
from harness.remote_party.scenario import Scenario, digest_header, repr_digest_header
from harness.remote_party.seal import Seal
from harness.remote_party.seen import Log, Seen
from harness.wire.http1 import RequestReader, Stage

PIECE = 65536
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")
_LENGTH = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where redirects may lead: our own doors, under URLs that are sealed like the first."""

    origins: dict[str, str]
    seal: Seal


class Ended(Exception):
    """The conversation is over; the text says how."""


class Answerer:
    """Answers one request after the other on one line, and writes down what it did."""

    def __init__(self, line: Line, log: Log, addresses: Addresses) -> None:
        self._line = line
        self._log = log
        self._addresses = addresses
        self._version = "1.1"

    def answer(self, seen: Seen, scenario: Scenario, reader: RequestReader) -> None:
        """Serve one request. Raises Ended when the connection is not to be used again."""
        self._version = "1.0" if scenario.http10 else "1.1"
        self._respond(seen, scenario, reader)
        if scenario.http10:
            self._line.notify()
            raise Ended("answered")

    def _respond(self, seen: Seen, scenario: Scenario, reader: RequestReader) -> None:
        if scenario.rate:
            self._line.tighten()
        if scenario.hold and seen.method in scenario.hold_on:
            self._line.wait(scenario.hold)
        if scenario.need and _hash(seen.header("authorization")) != scenario.need:
            self._refuse(seen, reader, 401, (("WWW-Authenticate", "Bearer"),))
        elif scenario.redirect and seen.method in scenario.redirect_on:
            self._redirect(seen, scenario, reader)
        elif seen.method in ("GET", "HEAD"):
            self._serve(seen, scenario)
        elif seen.method == "PUT":
            self._take(seen, scenario, reader)
        elif seen.method == "DELETE":
            self._log.remove(seen.nonce)
            self._head(seen, 204, ())
        else:
            self._refuse(seen, reader, 405, (("Allow", "GET, HEAD, PUT, DELETE"),))

    def _serve(self, seen: Seen, scenario: Scenario) -> None:
        status = scenario.head_status if seen.method == "HEAD" else scenario.get_status
        stored = self._log.uploaded(seen.nonce)
        content: Content | None = stored
        if stored is None and scenario.exists:
            content = scenario.body
        status = status or (202 if self._comes_later(seen, scenario) else 0)
        if status or content is None:
            self._page(seen, scenario, status or 404)
            return
        headers = _digest(seen, scenario, content)
        part = _range(seen, content) if scenario.ranges else None
        if part is not None and scenario.range_lie == "refused":
            self._page(seen, scenario, 416)
            return
        if part is not None:
            headers += _content_range(part, content, scenario)
            content = content[part[0] : part[1] + 1]
            content = content[: len(content) // 2] if scenario.range_lie == "short" else content
        if scenario.coded and "gzip" in (seen.header("accept-encoding") or ""):
            headers += (("Content-Encoding", "gzip"),)
            content = gzip.compress(bytes(content), mtime=0)
        announced = scenario.head_size if _lies(seen, scenario) else len(content) + scenario.extra
        framing = ("Content-Length", str(announced))
        unsized = seen.method == "GET" and not scenario.length
        chunked = unsized and not scenario.http10
        told = scenario.head_length if seen.method == "HEAD" else not unsized
        if chunked or told:
            headers += (("Transfer-Encoding", "chunked") if chunked else framing,)
        self._head(seen, 206 if part else 200, headers, scenario.reason)
        if seen.method == "GET":
            self._body(seen, scenario, content, chunked=chunked)

    def _comes_later(self, seen: Seen, scenario: Scenario) -> bool:
        """Whether this is one of the first GETs, which are put off."""
        asked = [earlier for earlier in self._log.of(seen.nonce) if earlier.method == "GET"]
        return seen.method == "GET" and len(asked) <= scenario.later

    def _body(self, seen: Seen, scenario: Scenario, content: Content, *, chunked: bool) -> None:
        for piece in _pieces(content, scenario):
            self._misbehave(seen, scenario, seen.sent)
            self._line.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            seen.sent += len(piece)
            self._log.moved(seen, seen.sent)
            if scenario.rate:
                self._line.wait(len(piece) / scenario.rate)
        self._misbehave(seen, scenario, seen.sent)
        if chunked:
            self._line.send(b"0\r\n\r\n")
        if scenario.extra:
            raise Ended("cut by us")

    def _misbehave(self, seen: Seen, scenario: Scenario, position: int) -> None:
        """Pause, stall, cut or reset when the position in the body is reached."""
        if position == scenario.pause_at and scenario.pause:
            self._line.wait(scenario.pause)
        if position == scenario.stall_at:
            seen.ended = "stalled"
            self._log.changed(seen.nonce)
            self._line.wait(float("inf"))
            raise Ended("stalled")
        if position == scenario.reset_at:
            self._line.reset()
            raise Ended("cut by us")
        if position == scenario.cut_at:
            if scenario.notify:
                self._line.notify()
            raise Ended("cut by us")

    def _take(self, seen: Seen, scenario: Scenario, reader: RequestReader) -> None:
        if scenario.early:
            self._head(seen, scenario.put_status or 403, (("Connection", "close"),))
            raise Ended("answered")
        if seen.header("if-none-match") == "*" and self._has(seen, scenario):
            self._refuse(seen, reader, 412, ())
            return
        if _announced(seen) > self._log.limits.upload:
            self._refuse(seen, reader, 413, ())
            return
        self._invite(scenario, reader)
        self._read_body(seen, scenario, reader)
        self._misbehave(seen, scenario, len(seen.body))  # after the last byte, before the answer
        status = scenario.put_status or (204 if self._has(seen, scenario) else 201)
        if status < 300 and seen.body_complete:
            self._log.upload(seen.nonce, bytes(seen.body))
        if scenario.page and status != 204:
            self._page(seen, scenario, status)
        else:
            self._head(seen, status, (("Content-Length", "0"),) if status != 204 else ())

    def _invite(self, scenario: Scenario, reader: RequestReader) -> None:
        if reader.expects_continue and not scenario.http10:
            for code in re.findall(r"1\d\d", scenario.interim):
                length = "Content-Length: 0\r\n" if scenario.interim_length else ""
                line = f"HTTP/1.1 {code} {_phrase(int(code))}\r\n"
                self._line.send(f"{line}{length}\r\n".encode())

    def _has(self, seen: Seen, scenario: Scenario) -> bool:
        return scenario.exists or self._log.uploaded(seen.nonce) is not None

    def _read_body(self, seen: Seen, scenario: Scenario, reader: RequestReader) -> None:
        began = time.monotonic()
        while True:
            self._log.keep(seen, b"".join(piece.data for piece in reader.take_pieces()))
            if len(seen.body) > self._log.limits.upload:
                raise Exhausted("limit: bytes of an upload")
            if scenario.rate:
                self._line.wait(len(seen.body) / scenario.rate - (time.monotonic() - began))
            if reader.stage in (Stage.COMPLETE, Stage.LOST):
                break
            for position in (scenario.stall_at, scenario.cut_at, scenario.reset_at):
                if 0 <= position <= len(seen.body):
                    self._misbehave(seen, scenario, position)
            self._line.read_some(reader)
        seen.body_complete = reader.complete
        self._log.changed(seen.nonce)

    def _redirect(self, seen: Seen, scenario: Scenario, reader: RequestReader) -> None:
        uninvited = not reader.expects_continue  # to close on it would destroy our answer
        if reader.stage is Stage.BODY and (scenario.redirect_late or uninvited):
            self._invite(scenario, reader)
            self._read_body(seen, scenario, reader)
        target = self._location(seen, scenario)
        headers: Headers = (("Location", target),) if target else ()
        if scenario.parting:
            headers += (("Connection", "close"),)
        self._refuse(seen, reader, scenario.redirect, headers)
        if scenario.parting:
            raise Ended("answered")

    def _location(self, seen: Seen, scenario: Scenario) -> str:
        hops = scenario.hops - 1
        nxt = replace(scenario, hops=max(hops, 0), redirect=scenario.redirect if hops > 0 else 0)
        segment, name = seen.target.split("/", 4)[2::2]
        segment = self._addresses.seal.forwarded(nxt, segment, seen.nonce)
        path = f"/far/{segment}/{seen.nonce}/{name}"
        origins = self._addresses.origins
        fixed = {
            "same": origins[seen.door] + path,
            "relative": path,
            "loop": origins[seen.door] + seen.target,
            "file": "file:///etc/hostname",
            "nowhere": "",
        }
        to = scenario.redirect_to
        return fixed[to] if to in fixed else origins[to] + path

    def _refuse(self, seen: Seen, reader: RequestReader, status: int, headers: Headers) -> None:
        """Answer without taking a body; one that is on its way ends the connection."""
        waiting = reader.stage is Stage.BODY
        closing = (("Connection", "close"),) if waiting else ()
        self._head(seen, status, (*headers, ("Content-Length", "0"), *closing))
        if waiting:
            raise Ended("answered")

    def _page(self, seen: Seen, scenario: Scenario, status: int) -> None:
        page = (scenario.page or f"far side says {status}\n").encode()
        self._head(seen, status, (("Content-Length", str(len(page))),), scenario.reason)
        if seen.method != "HEAD":
            self._line.send(page)

    def _head(self, seen: Seen, status: int, headers: Headers, reason: str = "") -> None:
        words = reason or _phrase(status)
        lines = [f"HTTP/{self._version} {status} {words}", *(f"{k}: {v}" for k, v in headers)]
        seen.status = status
        self._line.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def _lies(seen: Seen, scenario: Scenario) -> bool:
    return seen.method == "HEAD" and scenario.head_size >= 0


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _announced(seen: Seen) -> int:
    text = seen.header("content-length") or ""
    return int(text) if _LENGTH.fullmatch(text) else 0


def _hash(value: str | None) -> str:
    return hashlib.sha256((value or "").encode()).hexdigest()


def _digest(seen: Seen, scenario: Scenario, content: Content) -> Headers:
    if seen.method not in scenario.digest_on:
        return ()
    wanted, header = seen.header("want-digest"), None
    if wanted is not None:
        header = digest_header(scenario.digest, content, wanted)
    elif seen.header("want-repr-digest") is not None:
        header = repr_digest_header(scenario.digest, content)
    return (header,) if header else ()


def _range(seen: Seen, content: Content) -> tuple[int, int] | None:
    match = _RANGE.fullmatch(seen.header("range") or "")
    if match is None or int(match[1]) >= len(content):
        return None
    first, last = int(match[1]), int(match[2] or len(content) - 1)
    # RFC 9110 section 14.1.1: a range that ends before it begins is invalid, hence ignored
    return (first, min(last, len(content) - 1)) if first <= last else None


def _content_range(part: tuple[int, int], content: Content, scenario: Scenario) -> Headers:
    """Where the part stands; shifted by one byte if the far side is to lie about it."""
    shift = 1 if scenario.range_lie == "elsewhere" else 0
    text = f"bytes {part[0] + shift}-{part[1] + shift}/{len(content) + shift}"
    return (("Content-Range", text),)


def _pieces(content: Content, scenario: Scenario) -> Iterator[bytes]:
    """The body in writes that meet every position at which something is to happen."""
    marks = (scenario.pause_at, scenario.stall_at, scenario.cut_at, scenario.reset_at)
    step = min(PIECE, max(1, scenario.rate // 10)) if scenario.rate else PIECE
    position = 0
    while position < len(content):
        end = min(position + step, len(content))
        end = min([end, *(m for m in marks if position < m < end)])
        yield bytes(content[position:end])
        position = end


__all__ = ["Answerer", "Ended", "PeerClosed"]

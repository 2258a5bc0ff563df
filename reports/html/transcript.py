"""One exchange as a reader sees it: heads as they were on the wire, bodies cut, times, peer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.model import Body, Exchange, Headers
from harness.model.curl import curl
from reports.html.markers import progress
from reports.html.timeline import Timeline, timeline
from reports.text import moment, shortened, size

ACTORS = {
    "client": "tester to endpoint",
    "remote-party": "endpoint to the remote party",
    "client-under-test": "client under test to our server",
}
SHORT = 512
"""Characters of a body that are shown where the check passed."""


@dataclass(frozen=True, slots=True)
class Message:
    """A head verbatim, and as much of the body as is shown, with a word on the rest."""

    head: str
    body: str
    about: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything the template needs of an exchange."""

    exchange: Exchange
    title: str
    actor: str
    facts: tuple[tuple[str, str], ...]
    request: Message
    response: Message
    interim: tuple[str, ...]
    timeline: Timeline | None
    curl: str


def title(exchange: Exchange) -> str:
    """``COPY /vo/dir/file -> 202 Accepted``, for a list."""
    answer = f"{exchange.status} {exchange.reason}".strip() if exchange.status else "no answer"
    return f"{exchange.method} {shortened(_target(exchange.url), 90)} \N{RIGHTWARDS ARROW} {answer}"


def transcript(exchange: Exchange, *, full: bool) -> Transcript:
    """The view of an exchange; bodies are cut short unless ``full``."""
    ours = exchange.by == "client"
    seen = progress(exchange)
    return Transcript(
        exchange=exchange,
        title=title(exchange),
        actor=ACTORS.get(exchange.by, exchange.by),
        facts=tuple((name, value) for name, value in _facts(exchange) if value),
        request=_message(_request_head(exchange), exchange.request_body, full=full),
        response=_message(_response_head(exchange), exchange.body, full=full),
        interim=tuple(_interim(exchange)),
        timeline=timeline(seen) if seen else None,
        # What the endpoint itself sent is no command for the reader's shell.
        curl=curl(exchange) if ours else "",
    )


def _target(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # what an endpoint asked for need not be a URL
        return url
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _request_head(exchange: Exchange) -> str:
    line = f"{exchange.method} {_target(exchange.url)} {exchange.version or 'HTTP/1.1'}"
    return _head(line, exchange.request_headers)


def _response_head(exchange: Exchange) -> str:
    if not exchange.status:
        return ""
    line = f"{exchange.version or 'HTTP/1.1'} {exchange.status} {exchange.reason}".rstrip()
    return _head(line, exchange.headers)


def _head(line: str, headers: Headers) -> str:
    return "\n".join([line, *(f"{name}: {value}" for name, value in headers)])


def _message(head: str, body: Body, *, full: bool) -> Message:
    shown = body.excerpt if full else shortened(body.excerpt, SHORT)
    about = f"{size(body.size)}, sha256 {body.sha256[:16]}…" if body.size else ""
    cut = len(shown.encode()) < body.size
    return Message(head, shown, f"{about}, shown in part" if about and cut else about)


def _facts(exchange: Exchange) -> list[tuple[str, str]]:
    tls, first = exchange.tls, exchange.first_byte
    return [
        ("URL", exchange.url),
        ("Peer", exchange.peer),
        (
            "TLS",
            " ".join(part for part in (tls.version, tls.cipher, tls.peer) if part) if tls else "",
        ),
        ("Started", moment(exchange.started)),
        ("First byte", "" if first is None else f"{first:.3f} s"),
        ("Whole", f"{exchange.seconds:.3f} s"),
        ("Framing", exchange.framing),
        ("Ended", "complete" if exchange.complete else "cut short" if exchange.status else ""),
        ("Note", exchange.note),
    ]


def _interim(exchange: Exchange) -> list[str]:
    return [
        _head(f"HTTP/1.1 {answer.status}   (after {answer.at:.3f} s)", answer.headers)
        for answer in exchange.interim
    ]

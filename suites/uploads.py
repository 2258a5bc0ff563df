"""An upload whose body is held back, as a client does that asks before it sends much."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin

from harness.client import Client, Live
from harness.model import Exchange

WAIT = 30.0
"""Seconds in which something has to come (catalogue, REDIR-006)."""


def held_back(client: Client, path: str, size: int, *, within: float = WAIT) -> Live:
    """PUT with Expect: 100-continue, its head only; comes back at the first answer of any kind."""
    sized = (("Content-Length", str(size)), ("Expect", "100-continue"))
    live = client.send(client.ask("PUT", path, sized))
    live.until(answered, within=within)
    return live


def answered(live: Live) -> bool:
    """Whether a 100 or a final status has come."""
    return bool(live.reader.interim) or live.reader.head is not None


def status_of(live: Live) -> int:
    """The final status, 0 while there is none."""
    return live.reader.head.code if live.reader.head else 0


def target_of(answer: Exchange) -> str | None:
    """Where a redirect leads, as an absolute URL; None if it says nowhere."""
    location = answer.header("location")
    return None if location is None else urljoin(answer.url, location)


def kinds_of(interim: Iterable[int], status: int) -> str:
    """The answers to one upload in words."""
    first = "".join(f"{code}, then " for code in interim)
    return first + (str(status) if status else "nothing")

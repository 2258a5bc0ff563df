"""How a scenario becomes a segment of a URL, and who may have made it.

A far side that only its own suite can reach takes any scenario. One on a public host takes those
that the holder of the control token has signed, for one nonce and for an hour or two: a stranger
who sees a URL can repeat it for a while, but can make no other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Protocol

from harness.remote_party.scenario import Scenario

LIFETIME = 3600
"""A signed URL is good for at least so many seconds, and for less than twice as many."""

PURPOSE = b"httptpc remote party: URLs"


class Seal(Protocol):
    """Writes scenarios into URLs and reads them there."""

    def sealed(self, scenario: Scenario, nonce: str) -> str:
        """The segment that stands for ``scenario`` in a URL with this nonce."""

    def opened(self, segment: str, nonce: str) -> Scenario:
        """The scenario of a segment; ValueError if it is none, or not signed for this nonce."""

    def forwarded(self, scenario: Scenario, segment: str, nonce: str) -> str:
        """The segment of another scenario for the same nonce, good for as long as ``segment``."""


class Open:
    """Anybody may write a scenario."""

    def sealed(self, scenario: Scenario, nonce: str) -> str:
        return scenario.encode()

    def opened(self, segment: str, nonce: str) -> Scenario:
        return Scenario.decode(segment)

    def forwarded(self, scenario: Scenario, segment: str, nonce: str) -> str:
        return scenario.encode()


class Signed:
    """Only who knows the control token can; ``clock`` is the far side's, in Unix seconds."""

    def __init__(self, token: str, clock: Callable[[], float] = time.time) -> None:
        self._key = hmac.digest(token.encode(), PURPOSE, "sha256")
        self._clock = clock

    def sealed(self, scenario: Scenario, nonce: str) -> str:
        # on whole hours, so that a file has the same URL however often it is asked for
        until = (int(self._clock()) // LIFETIME + 2) * LIFETIME
        return self._signed(f"{scenario.encode()}.{until:x}", nonce)

    def opened(self, segment: str, nonce: str) -> Scenario:
        signed, _, _ = segment.rpartition(".")
        expected = self._signed(signed, nonce)
        if not hmac.compare_digest(segment.encode(), expected.encode()):
            raise ValueError("not signed with our token")
        text, _, until = signed.partition(".")
        if int(until, 16) <= self._clock():
            raise ValueError("no longer good")
        return Scenario.decode(text)

    def forwarded(self, scenario: Scenario, segment: str, nonce: str) -> str:
        return self._signed(f"{scenario.encode()}.{segment.split('.')[1]}", nonce)

    def _signed(self, text: str, nonce: str) -> str:
        made = hmac.new(self._key, f"{text}.{nonce}".encode(), hashlib.sha256).digest()
        return f"{text}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"

"""An endpoint that stops answering in the middle of a run: noticed, and not waited for again.

Every request waits a minute for its answer. Without this, the checks that are left would wait for
hours, one after another.
"""

from __future__ import annotations

from collections import Counter

from harness.endpoints import Endpoint
from harness.model import Exchange
from harness.plugin import preflight
from harness.problems import Unreachable

LONG = 10.0
"""Seconds: a request without an answer for so long was met with silence, not refused."""
MANY = 5
"""Requests in a row that were met with silence: then the endpoint is asked whether it is there."""


class Silence:
    """Counts requests that were met with silence, endpoint by endpoint."""

    def __init__(self) -> None:
        self._unanswered: Counter[str] = Counter()
        self._lost: dict[str, str] = {}

    def look(self, exchange: Exchange) -> None:
        """Take note of an exchange of our client."""
        if exchange.status:
            self._unanswered[exchange.endpoint] = 0
        elif exchange.by == "client" and exchange.seconds >= LONG:
            self._unanswered[exchange.endpoint] += 1

    def of(self, endpoint: Endpoint) -> str:
        """Why the endpoint is given up, asking it once more if need be; empty if it is not."""
        name = endpoint.name
        if name not in self._lost and self._unanswered[name] >= MANY:
            self._unanswered[name] = 0
            try:
                preflight.reach(endpoint)
            except Unreachable as told:
                self._lost[name] = f"given up after {MANY} requests without an answer: {told}"
        return self._lost.get(name, "")

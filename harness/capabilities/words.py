"""Which side of the table a need stands on: what the endpoint has, and what the tester has."""

from __future__ import annotations

NEVER_HERE = {
    "admin": "needs facts or control beyond a black box",
    "client-sut": "judges a client; see the client suites",
}
"""Needs that a run against a server cannot meet, with the reason that is shown."""

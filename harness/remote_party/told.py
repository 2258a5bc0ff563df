"""What was seen, as JSON: written by a far side on another host, read by the suite."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from harness.remote_party.seen import Page, Seen

PREFIX = "/.httptpc/"
"""The reserved path of the control API, on the main door only."""

SCHEMA = 1
AS_IT_IS = frozenset(f.name for f in fields(Seen)) - {"body", "headers", "peer", "steps"}


def tell(page: Page) -> dict[str, Any]:
    """The page of one nonce; bodies are told by size and hash, and fetched one by one."""
    return {
        "version": page.version,
        "requests": [_request(seen) for seen in page.requests],
        "uploaded": None
        if page.upload is None
        else {"size": len(page.upload), "sha256": page.sha256},
    }


def _request(seen: Seen) -> dict[str, Any]:
    told = {name: getattr(seen, name) for name in AS_IT_IS}
    return {
        **told,
        "headers": [list(pair) for pair in seen.headers],
        "peer": list(seen.peer),
        "steps": [list(step) for step in list(seen.steps)],
        "received": len(seen.body),
    }


def heard(told: dict[str, Any], shift: float) -> dict[str, Any]:
    """The fields of a Seen but its body; ``shift`` turns their clock into ours."""
    ended = told["ended_at"]
    return {
        **{name: told[name] for name in AS_IT_IS},
        "headers": tuple((name, value) for name, value in told["headers"]),
        "peer": (told["peer"][0], told["peer"][1]),
        "steps": [(at + shift, count) for at, count in told["steps"]],
        "problems": tuple(told["problems"]),
        "at": told["at"] + shift,
        "ended_at": None if ended is None else ended + shift,
    }

"""The curl command that repeats an exchange, with every secret left to a shell variable."""

from __future__ import annotations

import shlex

from harness.model.exchange import Exchange

IMPLIED = frozenset({"host", "content-length", "accept-encoding", "user-agent", "connection"})
CREDENTIALS = {"authorization": "$TOKEN", "transferheaderauthorization": "$REMOTE_TOKEN"}


def curl(exchange: Exchange) -> str:
    """A line to paste into a ticket. Tokens appear as ``$TOKEN`` and ``$REMOTE_TOKEN``."""
    words = ["curl", "-sv", "-X", exchange.method]
    for name, value in exchange.request_headers:
        if name.lower() not in IMPLIED:
            words += ["-H", _header(name, value)]
    if exchange.request_body.size:
        words += ["--data-binary", f"@body-of-{exchange.request_body.size}-bytes"]
    return " ".join([*words, shlex.quote(exchange.url)])


def _header(name: str, value: str) -> str:
    variable = CREDENTIALS.get(name.lower())
    if variable is None:
        return shlex.quote(f"{name}: {value}")
    scheme = value.split(" ", 1)[0] if " " in value else ""
    return f'"{name}: {scheme} {variable}"' if scheme else f'"{name}: {variable}"'

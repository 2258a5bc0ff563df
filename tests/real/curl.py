"""curl as a client that is not ours, kept from seeing secrets on its command line."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from fixtures.kinds import Started


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body; status 0 if there was no HTTP answer."""

    status: int
    body: bytes


def token_option(token: Path) -> str:
    return f'header = "Authorization: Bearer {token.read_text().strip()}"\n'


def proxy_option(proxy: Path) -> str:
    return f'cert = "{proxy}"\nkey = "{proxy}"\n'


def curl(server: Started, path: str, identity: str = "", *options: str) -> Answer:
    """Request `path` below the server's URL; `identity` is text of a curl configuration."""
    # The configuration goes in by stdin, so that no token appears in the list of processes.
    words = ["curl", "--silent", "--max-time", "60", "--cacert", str(server.ca), "--config", "-"]
    words += ["--write-out", r"\n%{http_code}", *options, server.url + path]
    done = subprocess.run(  # noqa: S603 - a fixed tool and our own server
        words, input=identity.encode(), capture_output=True, timeout=90, check=False
    )
    body, _, status = done.stdout.rpartition(b"\n")
    return Answer(int(status or 0), body)

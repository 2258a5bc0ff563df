"""curl as a client that is not ours, kept from seeing secrets on its command line."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.kinds import Started


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body; status 0 if there was no HTTP answer."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """Lines of a curl configuration; not part of its repr, which pytest prints on failure."""

    lines: str = field(default="", repr=False)


NOBODY = Identity()


def by_token(token: Path | None) -> Identity:
    assert token
    return Identity(f'header = "Authorization: Bearer {token.read_text().strip()}"\n')


def by_certificate(cert: Path | None, key: Path | None = None) -> Identity:
    """A certificate and its key, or a proxy file that holds both."""
    assert cert
    return Identity(f'cert = "{cert}"\nkey = "{key or cert}"\n')


def curl(server: Started, path: str, who: Identity = NOBODY, *options: str) -> Answer:
    """Request `path` below the server's URL."""
    # The configuration goes in by stdin, so that no token appears in the list of processes.
    words = ["curl", "--silent", "--max-time", "60", "--cacert", str(server.ca), "--config", "-"]
    words += ["--write-out", r"\n%{http_code}", *options, server.url + path]
    done = subprocess.run(
        words, input=who.lines.encode(), capture_output=True, timeout=90, check=False
    )
    body, _, status = done.stdout.rpartition(b"\n")
    return Answer(int(status or 0), body)

"""The control token of a far side on another host: kept in a file, never on a command line."""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from harness.problems import UsageError
from harness.redact import Secret

SHORTEST = 32
"""Characters of a control token at least: it also signs URLs, and nobody may guess it."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750 section 2.1: b64token


@dataclass(frozen=True, slots=True)
class Access:
    """How a suite reaches a far side on another host: its main door, the token, whom to trust."""

    url: str
    token: Secret
    ca: Path | None = None

    @classmethod
    def given(cls, url: str, file: str, ca: Path | None) -> Access:
        """From options; raises UsageError for what cannot be used."""
        return cls(origin_of(url), read_token(Path(file).expanduser()), ca)


def origin_of(url: str) -> str:
    """``url`` as an origin; UsageError unless it is https://HOST[:PORT] and no more."""
    parts = urlsplit(url)
    try:
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in url:
        raise UsageError(f"{url}: not the address of a remote party; say https://HOST[:PORT]")
    return f"https://{parts.netloc}"


def read_token(path: Path) -> Secret:
    """The token in a file that others cannot read. Raises UsageError."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"control token: {path} cannot be read ({_why(problem)})") from None
    if mode & stat.S_IRWXO:
        raise UsageError(f"control token: others may read {path}; say chmod 600")
    if len(text) < SHORTEST or not _TOKEN.fullmatch(text):
        raise UsageError(
            f"control token: {path} holds none; it is one line of at least {SHORTEST} characters"
            " out of letters, digits and ._~+/=-"
        )
    return Secret(text)


def kept_token(path: Path) -> Secret:
    """The token in the file; a new one is made, mode 0600, where there is no file yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_token(path)
    except OSError as problem:
        raise UsageError(f"control token: {path} cannot be made ({_why(problem)})") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    return read_token(path)


def _why(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or "it is not ASCII"

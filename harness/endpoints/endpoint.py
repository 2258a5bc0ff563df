"""An endpoint as the operator describes it: where it is, what it may be asked, what is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.identity import Identity
from harness.model import Expectation


@dataclass(frozen=True, slots=True)
class Limits:
    """How much we may ask of the endpoint: transfers side by side, and bytes in one file.

    ``copy_timeout`` is how many seconds the result of a COPY is waited for: the catalogue's
    deadline, or less where a server is known to be fast.
    """

    parallel: int = 8
    max_file: int = 100_000_000
    copy_timeout: float = 180.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint under test. ``kind`` is a hint for starting it and never decides a verdict.

    ``select`` are globs of the only requirements that it is judged by; without any, all of its
    profiles' are. ``ours`` is set when this run started it: it trusts our testbed and can reach our
    far side.
    """

    name: str
    kind: str = "other"
    url: str = ""
    ca: Path | None = None
    identity: Identity = field(default_factory=Identity)
    second: Identity = field(default_factory=Identity)
    capabilities: dict[str, bool] = field(default_factory=dict)
    profiles: tuple[str, ...] = ("http-tpc",)
    select: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    read_only: bool = False
    groups: tuple[str, ...] = ()
    opt_in: bool = False
    doors: dict[str, Any] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    start: dict[str, Any] = field(default_factory=dict)
    ours: bool = False

    @property
    def started_by_us(self) -> bool:
        """Whether the harness has to start this endpoint itself."""
        return not self.url

    def wants(self, identifier: str, asked: Iterable[str] = ()) -> bool:
        """Whether a requirement is among those of its own ``select`` and of the run's ``asked``."""
        return all(
            not globs or any(fnmatchcase(identifier, glob) for glob in globs)
            for globs in (self.select, tuple(asked))
        )

    @property
    def authority(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def base_path(self) -> str:
        """The path below which we may write, without a slash at its end."""
        return urlsplit(self.url).path.rstrip("/")


DOORS = (
    "plain-url",
    "xroot-url",
    "issuer",
    "basic",
    "kerberos",
    "voms",
    "addresses",
    "barred-peers",
    "s3",
    "version",
)
"""Optional keys of an endpoint that name another way in; kept under these names in ``doors``."""

"""Who the tester is towards an endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.redact import Secret


@dataclass(frozen=True, slots=True)
class X509:
    """Paths of a client certificate and its key; a proxy file holds both and the chain."""

    cert: Path
    key: Path

    @property
    def is_proxy(self) -> bool:
        return self.cert == self.key


@dataclass(frozen=True, slots=True)
class Identity:
    """What the tester can show: a bearer token, a certificate, both, or nothing."""

    token: Secret | None = None
    x509: X509 | None = None
    source: str = ""

    @property
    def empty(self) -> bool:
        return self.token is None and self.x509 is None

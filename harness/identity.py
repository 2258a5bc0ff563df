"""Who the tester is towards an endpoint."""

from __future__ import annotations

import base64
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
    """What the tester can show: a bearer token, a certificate, both, or nothing.

    ``password`` is ``USER:PASSWORD`` for Basic (RFC 7617); checks of that scheme alone use it.
    """

    token: Secret | None = None
    x509: X509 | None = None
    source: str = ""
    password: Secret | None = None

    @property
    def empty(self) -> bool:
        return self.token is None and self.x509 is None and self.password is None

    @property
    def authorization(self) -> Secret | None:
        """The value of the Authorization header; None if nothing goes into one."""
        if self.token is not None:
            return Secret(f"Bearer {self.token}")
        if self.password is not None:
            return Secret(f"Basic {base64.b64encode(self.password.encode()).decode()}")
        return None

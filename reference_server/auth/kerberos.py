"""Kerberos by SPNEGO: the Negotiate scheme of RFC 4559, through the system's GSSAPI.

The Python package for it has to be compiled, so it is an optional extra and imported only where
a keytab is given.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reference_server.auth.problems import BadToken

MISSING = (
    "it needs the system's Kerberos libraries and the Python package gssapi:"
    " pip install 'httptpc[kerberos]'"
)
SERVICE = "HTTP/"
"""The service that browsers and curl ask a ticket for (RFC 4559 section 4)."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who a ticket stands for, until when (Unix time), and what proves us in return."""

    principal: str
    expires: float
    proof: str


@dataclass(frozen=True, slots=True)
class Kerberos:
    """Accepts tickets for the HTTP service keys of a keytab."""

    accept: Callable[[bytes], tuple[Login, str]]
    """From a token to the login and the service it was made for; raises BadToken."""

    def login(self, text: str) -> Login:
        """Who the data of an Authorization field stand for; raises BadToken."""
        try:
            token = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise BadToken("Negotiate without a token in base64") from None
        login, service = self.accept(token)
        if not service.startswith(SERVICE):
            raise BadToken("ticket is for another service")
        return login


def kerberos_of(keytab: Path) -> Kerberos:
    """Read a keytab. Raises OSError, or ValueError where the library or the keys are missing."""
    keytab.open("rb").close()  # GSSAPI tells of a missing file only by a number
    try:
        import gssapi
        from gssapi.raw import GSSError
    except (ImportError, OSError):
        raise ValueError(MISSING) from None
    try:
        keys = gssapi.Credentials(usage="accept", store={"keytab": f"FILE:{keytab}"})
    except GSSError as problem:
        raise ValueError(f"no usable keys: {problem}") from None

    def accept(token: bytes) -> tuple[Login, str]:
        context = gssapi.SecurityContext(creds=keys, usage="accept")
        try:
            proof = context.step(token)
            if not context.complete:
                # further rounds would bind a login to the connection (RFC 4559 section 6)
                raise BadToken("Negotiate needs more than one round")
            end = time.time() + context.lifetime
            name, service = str(context.initiator_name), str(context.target_name)
        except GSSError:
            raise BadToken("ticket is not accepted") from None
        return Login(name, end, base64.b64encode(proof or b"").decode("ascii")), service

    return Kerberos(accept)

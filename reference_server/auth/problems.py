"""How a credential can fail."""

from __future__ import annotations


class BadToken(Exception):
    """A credential that proves nothing; the message is fit for the client."""

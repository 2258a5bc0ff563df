"""Seams of authentication and authorisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from cryptography import x509

from reference_server.auth.identity import Activity

T = TypeVar("T")


class AccessSeams:
    """Decisions about who asks and what that allows."""

    def issuer_to_verify_with(self, trusted: Mapping[str, T], issuer: object) -> T | None:
        """The trusted issuer a token names; None when it names no trusted one."""
        return trusted.get(issuer) if isinstance(issuer, str) else None

    def verifies_token_signature(self) -> bool:
        return True

    def verifies_token_lifetime(self) -> bool:
        return True

    def activities_of_scope(self, activities: frozenset[Activity]) -> frozenset[Activity]:
        """What a token scope permits, from the table of scopes."""
        return activities

    def path_of_scope(self, path: str) -> str:
        """The path below which a token scope holds."""
        return path

    def mapped_certificate(
        self, chain: list[x509.Certificate], end_entity: x509.Certificate
    ) -> x509.Certificate:
        """The certificate whose subject is the user: the one below all proxies."""
        return end_entity

"""Seams of authentication and authorisation."""

from __future__ import annotations

import hmac
import ssl
from collections.abc import Mapping
from typing import TypeVar

from cryptography import x509

from reference_server.auth.identity import Activity, Rights, Scheme
from reference_server.refusal import Headers

T = TypeVar("T")


class AccessSeams:
    """Decisions about who asks and what that allows."""

    def oldest_tls(self) -> ssl.TLSVersion:
        """The oldest version that clients may speak (RFC 8996)."""
        return ssl.TLSVersion.TLSv1_2

    def verify_flags(self, flags: ssl.VerifyFlags) -> ssl.VerifyFlags:
        """How client certificates are verified in the handshake."""
        return flags

    def overlooked_verify_errors(self) -> frozenset[int]:
        """Errors of OpenSSL's verification that do not refuse a client certificate: none."""
        return frozenset()

    def client_certificate_counts(self) -> bool:
        """Whether a verified client certificate authenticates without anything else."""
        return True

    def mapped_certificate(
        self, chain: list[x509.Certificate], end_entity: x509.Certificate
    ) -> x509.Certificate:
        """The certificate whose subject is the user: the one below all proxies."""
        return end_entity

    def is_bearer(self, scheme: str) -> bool:
        """Scheme names are matched without regard to case (RFC 9110 section 11.1)."""
        return scheme.lower() == "bearer"

    def query_token_counts(self, method: str) -> bool:
        """Whether the query item authz is taken as a bearer token."""
        return True

    def query_token_may_be(self, scheme: Scheme) -> bool:
        """Which kind of token may stand in the query."""
        return True

    def identity_outlives_request(self) -> bool:
        """Whether who asked first on a connection is who asks next: each request proves its own."""
        return False

    def token_allowed(self, *, secure: bool) -> bool:
        """Bearer tokens are honoured on encrypted connections only."""
        return secure

    def offers_basic(self) -> bool:
        """Whether names and passwords are known at all, where some were given."""
        return True

    def basic_allowed(self, *, secure: bool) -> bool:
        """Basic is rejected entirely on unencrypted connections."""
        return secure

    def password_matches(self, given: str, right: str) -> bool:
        return hmac.compare_digest(given.encode(), right.encode())

    def kerberos_ticket_counts(self) -> bool:
        """Whether a Kerberos ticket that GSSAPI accepted authenticates: Negotiate is offered."""
        return True

    def bad_credential_status(self) -> int:
        return 401

    def denied_status(self) -> int:
        """An authenticated requester without the right."""
        return 403

    def challenges(self, challenges: Headers) -> Headers:
        """WWW-Authenticate fields of a 401."""
        return challenges

    def accepts_bad_token(self) -> bool:
        """Whether a token that proves nothing counts as full rights."""
        return False

    def preconditions_come_first(self) -> bool:
        """Whether If-Match and Overwrite are looked at before the requester's rights."""
        return False

    def scheme_may_copy(self, scheme: Scheme) -> bool:
        """Whether a scheme good for other methods is good for COPY."""
        return True

    def allows(self, rights: Rights, activity: Activity, path: str) -> bool:
        """Whether rights permit an activity on a path."""
        return rights.allows(activity, path)

    def issuer_to_verify_with(self, trusted: Mapping[str, T], issuer: object) -> T | None:
        """The trusted issuer a token names; None when it names no trusted one."""
        return trusted.get(issuer) if isinstance(issuer, str) else None

    def verifies_token_signature(self) -> bool:
        return True

    def verifies_token_lifetime(self) -> bool:
        return True

    def verifies_token_audience(self) -> bool:
        return True

    def activities_of_scope(self, activities: frozenset[Activity]) -> frozenset[Activity]:
        """What a token scope permits, from the table of scopes."""
        return activities

    def path_of_scope(self, path: str) -> str:
        """The path below which a token scope holds."""
        return path

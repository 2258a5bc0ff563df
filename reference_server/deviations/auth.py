"""Deviations of authentication and authorisation."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import TypeVar

from cryptography import x509

from reference_server.auth.identity import EVERYTHING, Activity, Scheme
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.lax_verification import PROXY_PATH_LENGTH, PROXY_RULES, UNKNOWN_ISSUER
from reference_server.refusal import Headers

T = TypeVar("T")


@deviation("any-password", breaks=("AUTH-001",), seen_in="catalogue mutant")
class AnyPassword(Behaviour):
    """Any password of a known user is accepted."""

    def password_matches(self, given: str, right: str) -> bool:
        return True


@deviation(
    "wrong-password-is-404",
    breaks=("AUTH-001",),
    also=along("a bad credential is no authentication error", "AUTH-012"),
)
class WrongPasswordIs404(Behaviour):
    """Bad credentials are answered 404."""

    def bad_credential_status(self) -> int:
        return 404


@deviation("basic-on-plain-http", breaks=("AUTH-002",), seen_in="catalogue mutant")
class BasicOnPlainHttp(Behaviour):
    """Basic is accepted on unencrypted connections."""

    def basic_allowed(self, *, secure: bool) -> bool:
        return True


@deviation("ticket-refused", breaks=("AUTH-009",), seen_in="catalogue mutant")
class TicketRefused(Behaviour):
    """Negotiate is offered, and every Kerberos ticket is refused."""

    def kerberos_ticket_counts(self) -> bool:
        return False


@deviation(
    "client-certificate-ignored",
    breaks=("AUTH-003", "AUTH-004"),
    also=along("one way to authenticate is gone", "AUTH-017", "MAC-003")
    | along("people and members come with certificates", "CRED-005", "SITE-005", "SITE-009")
    | along("nobody can delegate", "DELEG-008"),
)
class ClientCertificateIgnored(Behaviour):
    """Client certificates authenticate nobody."""

    def client_certificate_counts(self) -> bool:
        return False


@deviation(
    "proxy-mapped-by-own-name",
    breaks=("AUTH-004",),
    seen_in="catalogue mutant",
    also=along("members come with proxies", "SITE-009"),
)
class ProxyMappedByOwnName(Behaviour):
    """A proxy certificate stands for its own subject instead of the user's."""

    def mapped_certificate(
        self, chain: list[x509.Certificate], end_entity: x509.Certificate
    ) -> x509.Certificate:
        return chain[0]


@deviation("certificate-dates-ignored", breaks=("AUTH-005",), seen_in="catalogue mutant")
class CertificateDatesIgnored(Behaviour):
    """Expired and not yet valid client certificates authenticate."""

    def verify_flags(self, flags: ssl.VerifyFlags) -> ssl.VerifyFlags:
        return ssl.VerifyFlags(flags | 0x200000)  # X509_V_FLAG_NO_CHECK_TIME


@deviation("proxy-rules-not-enforced", breaks=("AUTH-006",), seen_in="catalogue mutant")
class ProxyRulesNotEnforced(Behaviour):
    """Proxies with a wrong subject, a wrong signature or without ProxyCertInfo authenticate."""

    def overlooked_verify_errors(self) -> frozenset[int]:
        return PROXY_RULES


@deviation("proxy-path-length-ignored", breaks=("AUTH-007",), seen_in="catalogue mutant")
class ProxyPathLengthIgnored(Behaviour):
    """The path length constraint of a proxy is ignored."""

    def overlooked_verify_errors(self) -> frozenset[int]:
        return PROXY_PATH_LENGTH


@deviation("any-issuer-trusted", breaks=("AUTH-008",), seen_in="catalogue mutant")
class AnyIssuerTrusted(Behaviour):
    """Client certificates of unknown issuers and self-signed ones authenticate."""

    def overlooked_verify_errors(self) -> frozenset[int]:
        return UNKNOWN_ISSUER


@deviation(
    "proxies-unknown",
    breaks=("AUTH-004",),
    seen_in="catalogue mutant",
    also=along("one way to authenticate is gone", "AUTH-017", "MAC-003")
    | along("members come with proxies", "SITE-009"),
)
class ProxiesUnknown(Behaviour):
    """Proxy certificates are refused in the handshake."""

    def verify_flags(self, flags: ssl.VerifyFlags) -> ssl.VerifyFlags:
        return ssl.VerifyFlags(flags & ~ssl.VerifyFlags.VERIFY_ALLOW_PROXY_CERTS)


@deviation("bearer-case-sensitive", breaks=("AUTH-010", "MAC-012"), seen_in="StoRM, XRootD")
class BearerCaseSensitive(Behaviour):
    """The scheme name Bearer is matched with its capital letter only."""

    def is_bearer(self, scheme: str) -> bool:
        return scheme == "Bearer"


@deviation("query-takes-macaroons-only", breaks=("AUTH-011",), seen_in="catalogue mutant")
class QueryTakesMacaroonsOnly(Behaviour):
    """The query item authz is good for macaroons only."""

    def query_token_may_be(self, scheme: Scheme) -> bool:
        return scheme is Scheme.MACAROON


@deviation(
    "query-token-ignored",
    breaks=("AUTH-011", "MAC-011", "MAC-013"),
    also=along("pages are browsed with a token in the query", "DIR-003"),
)
class QueryTokenIgnored(Behaviour):
    """The query item authz is ignored."""

    def query_token_counts(self, method: str) -> bool:
        return False


@deviation("query-token-on-get-only", breaks=("MAC-013",), seen_in="catalogue mutant")
class QueryTokenOnGetOnly(Behaviour):
    """The query item authz is good for GET only."""

    def query_token_counts(self, method: str) -> bool:
        return method == "GET"


@deviation("token-signature-ignored", breaks=("AUTH-012",), seen_in="catalogue mutant")
class TokenSignatureIgnored(Behaviour):
    """The signature of a JWT is not verified."""

    def verifies_token_signature(self) -> bool:
        return False


@deviation("token-expiry-ignored", breaks=("AUTH-012",), seen_in="catalogue mutant")
class TokenExpiryIgnored(Behaviour):
    """An expired JWT is accepted."""

    def verifies_token_lifetime(self) -> bool:
        return False


@deviation(
    "bad-token-crashes",
    breaks=("AUTH-012",),
    seen_in="catalogue mutant",
    also=along(
        "every bad credential is a server error",
        "AUTH-001",
        "AUTH-014",
        "MAC-016",
        "MAC-017",
        "MAC-018",
        "MAC-020",
        "MAC-021",
        "MAC-039",
        "MAC-040",
        "MAC-044",
        "MAC-045",
    ),
)
class BadTokenCrashes(Behaviour):
    """A credential that cannot be verified ends in 500."""

    def bad_credential_status(self) -> int:
        return 500


@deviation(
    "bad-token-is-anybody",
    breaks=("AUTH-012",),
    also=along(
        "no credential is ever refused",
        "AUTH-001",
        "AUTH-002",
        "AUTH-014",
        "AUTH-020",
        "MAC-016",
        "MAC-017",
        "MAC-018",
        "MAC-020",
        "MAC-021",
        "MAC-039",
        "MAC-040",
        "MAC-044",
        "MAC-045",
        "MAC-002",
        "AUTH-013",
        "AUTH-023",
        "AUTH-026",
    ),
)
class BadTokenIsAnybody(Behaviour):
    """A credential that cannot be verified counts as full rights."""

    def accepts_bad_token(self) -> bool:
        return True


@deviation(
    "scope-path-ignored",
    breaks=("AUTH-013",),
    seen_in="DEV-D153 XRootD #2132",
    also=along("a restricted token reaches everywhere", "MAC-004"),
)
class ScopePathIgnored(Behaviour):
    """The path of a token scope is ignored."""

    def path_of_scope(self, path: str) -> str:
        return "/"


@deviation(
    "read-scope-writes",
    breaks=("AUTH-013",),
    also=along(
        "a token for reading may do everything",
        "AUTH-024",
        "AUTH-025",
        "TPC-043",
        "TPC-046",
        "AUTH-018",
        "AUTH-019",
        "REDIR-007",
    ),
)
class ReadScopeWrites(Behaviour):
    """A token scope for reading permits writing, too."""

    def activities_of_scope(self, activities: frozenset[Activity]) -> frozenset[Activity]:
        return EVERYTHING


@deviation(
    "issuer-not-checked",
    breaks=("AUTH-014",),
    seen_in="catalogue mutant",
    also=along(
        "an unknown issuer is verified with a wrong key and fails as a bad signature", "AUTH-012"
    ),
)
class IssuerNotChecked(Behaviour):
    """A token of an unknown issuer is verified with the keys of a known one."""

    def issuer_to_verify_with(self, trusted: Mapping[str, T], issuer: object) -> T | None:
        found = trusted.get(issuer) if isinstance(issuer, str) else None
        return found or [*trusted.values()][-1]


@deviation(
    "anonymous-copy",
    breaks=("AUTH-015",),
    seen_in="DEV-D198",
    also=along("nobody is asked to authenticate", "AUTH-016")
    | along("an anonymous COPY comes as far as the Overwrite test", "AUTH-019"),
)
class AnonymousCopy(Behaviour):
    """A COPY without credentials is carried out."""

    def accepts_anonymous_copy(self) -> bool:
        return True


@deviation("no-challenge", breaks=("AUTH-016",), seen_in="catalogue mutant")
class NoChallenge(Behaviour):
    """A 401 has no WWW-Authenticate."""

    def challenges(self, challenges: Headers) -> Headers:
        return ()


@deviation(
    "copy-with-tokens-only",
    breaks=("AUTH-017",),
    seen_in="catalogue mutant",
    also=along("macaroons copy nothing", "MAC-046")
    | along("who has a certificate only may not copy", "DELEG-008", "CRED-005"),
)
class CopyWithBearerOnly(Behaviour):
    """COPY is refused to clients that authenticate with a certificate or a password."""

    def scheme_may_copy(self, scheme: Scheme) -> bool:
        return scheme in (Scheme.BEARER, Scheme.TICKET)


@deviation(
    "denied-with-500",
    breaks=("AUTH-018",),
    seen_in="DEV-D037 XRootD",
    also=along("every refusal is a server error", "AUTH-019", "TPC-043", "TPC-045", "REDIR-007"),
)
class DeniedWith500(Behaviour):
    """A missing right is answered 500."""

    def denied_status(self) -> int:
        return 500


@deviation("preconditions-first", breaks=("AUTH-019",), seen_in="catalogue mutant")
class PreconditionsFirst(Behaviour):
    """Conditions are evaluated before the requester's rights."""

    def preconditions_come_first(self) -> bool:
        return True


@deviation(
    "token-on-plain-http",
    breaks=("AUTH-020",),
    also=along("a token does on plain http what it does on TLS", "MAC-050"),
)
class TokenOnPlainHttp(Behaviour):
    """Bearer tokens are honoured on unencrypted connections."""

    def token_allowed(self, *, secure: bool) -> bool:
        return True


@deviation("old-tls-spoken", breaks=("AUTH-028",), seen_in="catalogue mutant")
class OldTlsSpoken(Behaviour):
    """TLS 1.0 and 1.1 are still spoken."""

    def oldest_tls(self) -> ssl.TLSVersion:
        return ssl.TLSVersion.TLSv1

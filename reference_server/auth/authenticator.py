"""From a request to an identity: client certificate, bearer token, macaroon, Basic, ticket."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from reference_server.auth.bearer import BadToken, TokenJudge
from reference_server.auth.identity import FULL_RIGHTS, Identity, Rights, Scheme
from reference_server.auth.x509 import subject_of, verified_chain
from reference_server.behaviour import Behaviour
from reference_server.refusal import Headers, Refusal
from reference_server.wire.heads import RequestHead
from reference_server.wire.targets import Target


@dataclass(frozen=True, slots=True)
class Peer:
    """The client's end of a connection: addresses, and its certificate's subject if it had one."""

    address: str
    secure: bool
    subject: str | None = None
    local: str = ""


@dataclass(frozen=True)
class Authenticator:
    """Everything that can prove an identity at one server."""

    behaviour: Behaviour
    tokens: TokenJudge
    grants: dict[str, Rights] | None = field(default=None)

    def subject(self, sock: object) -> str | None:
        """Subject of the TLS client certificate, asked once per connection."""
        if not isinstance(sock, ssl.SSLSocket):
            return None
        chain = verified_chain(sock)
        return subject_of(chain, self.behaviour) if chain else None

    def identify(self, head: RequestHead, target: Target, peer: Peer) -> Identity | None:
        """Who asks; None for an anonymous request. Raises Refusal 401 for a bad credential."""
        token = self._bearer(head)
        if token is None:
            token = target.query_item("authz")
        if token is not None:
            return self._by_token(token)
        return self._by_subject(peer.subject)

    def challenges(self) -> Headers:
        """What a 401 offers (RFC 9110 section 11.6.1)."""
        return (("WWW-Authenticate", 'Bearer realm="httptpc"'),)

    def _bearer(self, head: RequestHead) -> str | None:
        field_value = head.single("authorization")
        if field_value is None:
            return None
        scheme, _, value = field_value.partition(" ")
        return value.strip() if scheme.lower() == "bearer" else None

    def _by_token(self, token: str) -> Identity:
        try:
            return self.tokens.identify(token)
        except BadToken as problem:
            raise Refusal(401, str(problem), headers=self.challenges()) from None

    def _by_subject(self, subject: str | None) -> Identity | None:
        if subject is None:
            return None
        rights = FULL_RIGHTS if self.grants is None else self.grants.get(subject, Rights(((),)))
        return Identity(subject, Scheme.X509, rights)

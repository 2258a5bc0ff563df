"""From a request to an identity: certificate, token, macaroon, Basic, Kerberos, ticket."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cryptography import x509

from reference_server.auth.identity import Identity, Limit, Scheme, granted
from reference_server.auth.kerberos import Kerberos
from reference_server.auth.membership import NO_ATTRIBUTES, Attributes
from reference_server.auth.mint import Mint
from reference_server.auth.problems import BadToken
from reference_server.auth.tickets import TicketOffice
from reference_server.auth.tokens import TokenJudge
from reference_server.auth.x509 import end_entity, subject_of, verified_chain
from reference_server.behaviour import Behaviour
from reference_server.refusal import Headers, Refusal
from reference_server.wire.heads import RequestHead
from reference_server.wire.targets import Target
from reference_server.wire.tls import TlsSocket

if TYPE_CHECKING:
    from reference_server.auth.voms import Voms

VOMS = "voms:"
"""What precedes an attribute of VOMS among the names that grants are given to."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The client's end of a connection: addresses, and its certificate if it had one.

    `chain` is what the handshake verified, leaf first; `subject` the person it stands for,
    `attributes` what VOMS says of that person.
    """

    address: str
    secure: bool
    subject: str | None = None
    local: str = ""
    chain: tuple[x509.Certificate, ...] = field(default=(), repr=False)
    attributes: Attributes = NO_ATTRIBUTES


@dataclass(frozen=True)
class Authenticator:
    """Everything that can prove an identity at one server.

    `grants` by name, None: everybody authenticated may do everything. `users` by name.
    """

    behaviour: Behaviour
    tokens: TokenJudge
    mint: Mint
    tickets: TicketOffice
    grants: dict[str, Limit] | None = None
    users: dict[str, str] = field(default_factory=dict)
    kerberos: Kerberos | None = None
    voms: Voms | None = None

    def chain(self, sock: object) -> tuple[x509.Certificate, ...]:
        """The client's certificates, asked once per connection; empty where they do not count."""
        if not isinstance(sock, TlsSocket) or not self.behaviour.client_certificate_counts():
            return ()
        return tuple(verified_chain(sock))

    def subject(self, chain: tuple[x509.Certificate, ...]) -> str | None:
        """The person a client's certificates stand for."""
        return subject_of(list(chain), self.behaviour) if chain else None

    def attributes(self, chain: tuple[x509.Certificate, ...]) -> Attributes:
        """What VOMS says of the person a client's certificates stand for."""
        holder = end_entity(list(chain))
        if self.voms is None or holder is None:
            return NO_ATTRIBUTES
        return self.voms.attributes(chain, holder)

    def identify(self, head: RequestHead, target: Target, peer: Peer) -> Identity | None:
        """Who asks; None for an anonymous request. Raises Refusal for a bad credential.

        A credential in the request outranks the client certificate of the connection.
        """
        try:
            return self._identify(head, target, peer)
        except BadToken as problem:
            if self.behaviour.accepts_bad_token():
                return Identity("anybody", Scheme.BEARER)
            status = self.behaviour.bad_credential_status()
            headers = self.challenges(peer) if status == 401 else ()
            raise Refusal(status, str(problem), headers=headers) from None

    def _identify(self, head: RequestHead, target: Target, peer: Peer) -> Identity | None:
        ticket = target.query_item("ticket")
        if ticket is not None and self.tickets.is_open:
            return self.tickets.redeem(ticket, head.method, target.path)
        given = head.single("authorization")
        if given is not None:
            return self._by_header(given, peer, head.method)
        token = target.query_item("authz")
        if token is not None and self.behaviour.query_token_counts(head.method):
            found = self._by_token(token.removeprefix("Bearer "), peer)
            if not self.behaviour.query_token_may_be(found.scheme):
                raise BadToken("this kind of token is not accepted in the query")
            return found
        found_user = self._known(peer.subject, Scheme.X509, peer.attributes)
        return self.behaviour.mapped_user(found_user, peer.chain)

    def challenges(self, peer: Peer) -> Headers:
        """What a 401 offers (RFC 9110 section 11.6.1)."""
        offered = [("WWW-Authenticate", 'Bearer realm="httptpc"')]
        if self.users and peer.secure:
            offered.append(("WWW-Authenticate", 'Basic realm="httptpc"'))
        if self.kerberos is not None and peer.secure:
            offered.append(("WWW-Authenticate", "Negotiate"))
        return self.behaviour.challenges(tuple(offered))

    def _by_header(self, given: str, peer: Peer, method: str) -> Identity | None:
        scheme, _, value = given.partition(" ")
        if self.behaviour.is_bearer(scheme):
            # where macaroons are issued in the clear, who asks for one has to be known
            asks = method == "POST" and self.behaviour.issues_macaroons(secure=peer.secure)
            return self._by_token(value.strip(), peer, allowed=asks)
        if scheme.lower() == "basic":
            return self._by_password(value.strip(), peer)
        if scheme.lower() == "negotiate" and self.kerberos is not None:
            return self._by_kerberos(self.kerberos, value.strip(), peer)
        raise BadToken("authentication scheme not supported")

    def _by_token(self, token: str, peer: Peer, *, allowed: bool = False) -> Identity:
        if not (allowed or self.behaviour.token_allowed(secure=peer.secure)):
            raise BadToken("tokens are accepted on encrypted connections only")
        if token.count(".") == 2:
            return self.tokens.identify(token)
        return self.mint.identify(token, peer.address)

    def _by_password(self, value: str, peer: Peer) -> Identity | None:
        if not self.behaviour.basic_allowed(secure=peer.secure):
            raise BadToken("Basic is accepted on encrypted connections only")
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:  # no ASCII, no base64, or no UTF-8 in it
            raise BadToken("bad Basic credentials") from None
        right = self.users.get(user)
        if right is None or not self.behaviour.password_matches(password, right):
            raise BadToken("wrong user name or password")
        return self._known(user, Scheme.BASIC)

    def _by_kerberos(self, kerberos: Kerberos, value: str, peer: Peer) -> Identity | None:
        """One round; what proves us in turn goes into the answer (RFC 4559 section 4.1)."""
        if not peer.secure:
            raise BadToken("Negotiate is accepted on encrypted connections only")
        login = kerberos.login(value)
        if not self.behaviour.kerberos_ticket_counts():
            raise BadToken("ticket is not accepted")
        found = self._known(login.principal, Scheme.KERBEROS)
        proof = (("WWW-Authenticate", f"Negotiate {login.proof}"),) if login.proof else ()
        return found and replace(found, expires=login.expires, proof=proof)

    def _known(
        self, name: str | None, scheme: Scheme, attributes: Attributes = NO_ATTRIBUTES
    ) -> Identity | None:
        """A person with what was granted to that name or to a group it belongs to."""
        if name is None:
            return None
        fqans = attributes.now
        rights = granted(self.grants, name, *(f"{VOMS}{fqan}" for fqan in fqans))
        return Identity(name, scheme, rights, attributes.expires if fqans else None)

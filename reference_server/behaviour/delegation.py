"""Seams of delegation: the Credential header, the GridSite service, the token exchange."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.asymmetric import rsa

from reference_server.auth.identity import Scheme
from reference_server.delegation.words import Mechanism, Step
from reference_server.refusal import Refusal
from reference_server.transfer.remote_url import RemoteUrl

LONG_ENOUGH = 20 * 60.0
"""Seconds of remaining validity from which on nobody is asked to delegate (HTTP-TPC, GridSite)."""
SHORTEST = 2 * 60.0
"""Seconds without which a proxy counts as absent even after asking (dCache WebDAV chapter)."""
Result = Mapping[str, "str | Mapping[str, str]"]


class DelegationSeams:
    """Decisions about credentials that the requester hands over for the far side."""

    def offers_gridsite(self) -> bool:
        """Whether there is a delegation service."""
        return True

    def default_mechanism(self, login: Scheme, natural: Mechanism) -> Mechanism:
        """The mechanism of a COPY without Credential; `natural` is what its login allows."""
        return natural

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        """What the Credential header asks for; raises Refusal for an undefined value."""
        if value is None:
            return default
        try:
            return Mechanism(value.lower())
        except ValueError:
            raise Refusal(400, "unknown Credential mechanism") from None

    def unsupported_mechanism(self, mechanism: Mechanism) -> Refusal:
        return Refusal(400, f"Credential: {mechanism.value} is not supported")

    def unsuited_login(self, mechanism: Mechanism) -> Refusal | None:
        """A mechanism that the requester's login does not allow; None goes on as with none."""
        return Refusal(400, f"Credential: {mechanism.value} does not go with this login")

    def plain_http_problem(self, mechanism: Mechanism, remote: RemoteUrl) -> Refusal | None:
        """Why a credential does not go to this far side: it is never sent in the clear."""
        if remote.secure:
            return None
        return Refusal(400, f"Credential: {mechanism.value} needs an https URL")

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        """What to do with so many seconds left, None: nothing delegated. `asked`: second try."""
        if remaining is not None and remaining >= (SHORTEST if asked else LONG_ENOUGH):
            return Step.USE
        return Step.REFUSE if asked else Step.ASK

    def delegation_url(self, base: str, path: str) -> str:
        """The URL of our delegation service, below scheme and authority the client uses."""
        return base + path

    def delegate_to(self, urls: list[str]) -> str:
        """Value of X-Delegate-To: absolute URLs with blanks between them."""
        return " ".join(urls)

    def delegation_request(self, delegate_to: str, location: str) -> Refusal:
        """The answer that asks the client to delegate, then to repeat the COPY at `location`."""
        headers = (("X-Delegate-To", delegate_to), ("Location", location))
        return Refusal(302, "delegate a credential, then repeat", headers=headers)

    def shows_delegated(self, mechanism: Mechanism) -> bool:
        """Whether the far side is shown a stored proxy."""
        return mechanism is Mechanism.GRIDSITE

    def delegated_under(self, subject: str) -> str:
        """The name under which the delegations of a caller are stored."""
        return subject

    def delegations_of(self, subject: str, latest: str) -> str:
        """The name whose delegations a COPY may use; `latest` is who delegated last."""
        return subject

    def anonymous_delegator(self) -> str | None:
        """As whom a caller without certificate delegates: as nobody."""
        return None

    def delegation_key(
        self, kept: rsa.RSAPrivateKey | None, *, renewal: bool
    ) -> rsa.RSAPrivateKey | None:
        """The key of a request; None: a new one. `kept` is that of the stored proxy."""
        return None

    def certificate_request(self, request: bytes, key: Callable[[], bytes]) -> bytes:
        """The request as it is sent, in PEM; `key` would tell the private key."""
        return request

    def delegation_result(self, operation: str, result: Result) -> Result | None:
        """The elements of an answer; None would leave the envelope empty."""
        return result

    def compares_delegated_key(self) -> bool:
        """Whether a proxy has to be for the key of the request."""
        return True

    def delegated_chain_problem(self, problem: str | None) -> str | None:
        """Why a delivered chain is refused, from what is wrong with it."""
        return problem

    def accepts_unasked_proxy(self) -> bool:
        """Whether a proxy that nobody asked for is taken."""
        return False

    def finds_requests_of_others(self) -> bool:
        """Whether a proxy may answer the request of somebody else."""
        return False

    def renews_unknown_delegation(self) -> bool:
        return False

    def destroys_delegation(self) -> bool:
        return True

    def termination_of(self, ends: list[datetime.datetime]) -> datetime.datetime:
        """When a delegation ends, from the ends of its chain, proxy first."""
        return min(ends)

    def termination_of_unknown(self) -> datetime.datetime | None:
        """When a delegation ends that does not exist; None is a fault."""
        return None

    def termination_text(self, instant: datetime.datetime) -> str:
        """An xsd:dateTime with its time zone."""
        return instant.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def provider_to_ask(self, issuer: str, known: list[str]) -> str:
        """The issuer at whose provider a token is exchanged: the requester's own."""
        return issuer

    def token_for_far_side(self, original: str, exchanged: str) -> str:
        return exchanged

    def exchange_failed(self, problem: str) -> Refusal | None:
        """What follows from a failed exchange; None would go on without a token."""
        return Refusal(500, f"token exchange failed: {problem}")

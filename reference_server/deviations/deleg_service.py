"""Deviations of the GridSite delegation service."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import rsa

from reference_server.behaviour import Behaviour
from reference_server.behaviour.delegation import Result
from reference_server.delegation.certificates import new_key
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation

LOCAL = datetime.timezone(datetime.timedelta(hours=2))


@functools.cache
def the_key() -> rsa.RSAPrivateKey:
    """One key for the whole process."""
    return new_key()


@deviation("one-key-for-all-delegations", breaks=("DELEG-019", "DELEG-029", "DELEG-024"))
class OneKeyForAllDelegations(Behaviour):
    """Every certificate request is for the same key."""

    def delegation_key(
        self, kept: rsa.RSAPrivateKey | None, *, renewal: bool
    ) -> rsa.RSAPrivateKey | None:
        return the_key()


@deviation("renewal-keeps-the-key", breaks=("DELEG-024",))
class RenewalKeepsTheKey(Behaviour):
    """renewProxyReq asks for a certificate for the old key."""

    def delegation_key(
        self, kept: rsa.RSAPrivateKey | None, *, renewal: bool
    ) -> rsa.RSAPrivateKey | None:
        return kept if renewal else None


@deviation("renewal-of-unknown-id", breaks=("DELEG-024",))
class RenewalOfUnknownId(Behaviour):
    """renewProxyReq for an unknown ID begins a delegation."""

    def renews_unknown_delegation(self) -> bool:
        return True


@deviation("certificate-request-badly-signed", breaks=("DELEG-019",))
class CertificateRequestBadlySigned(Behaviour):
    """The signature of certificate requests does not hold."""

    def certificate_request(self, request: bytes, key: Callable[[], bytes]) -> bytes:
        lines = request.splitlines()
        place = len(lines) - 3  # a full line of base64 inside the signature
        lines[place] = lines[place][:20] + lines[place][20:30].swapcase() + lines[place][30:]
        return b"\n".join(lines) + b"\n"


@deviation("private-key-with-request", breaks=("DELEG-029",))
class PrivateKeyWithRequest(Behaviour):
    """The private key is sent along with the certificate request."""

    def certificate_request(self, request: bytes, key: Callable[[], bytes]) -> bytes:
        return request + key()


@deviation("new-request-without-id", breaks=("DELEG-020",))
class NewRequestWithoutId(Behaviour):
    """getNewProxyReq does not tell the delegation ID."""

    def delegation_result(self, operation: str, result: Result) -> Result | None:
        inside = result.get("getNewProxyReqReturn")
        if operation != "getNewProxyReq" or inside is None or isinstance(inside, str):
            return result
        return {"getNewProxyReqReturn": {"proxyRequest": inside["proxyRequest"]}}


@deviation("interface-version-is-empty", breaks=("DELEG-028",))
class InterfaceVersionIsEmpty(Behaviour):
    """getInterfaceVersion is answered with an empty envelope."""

    def delegation_result(self, operation: str, result: Result) -> Result | None:
        return None if operation == "getInterfaceVersion" else result


@deviation("delegated-key-not-compared", breaks=("DELEG-021",))
class DelegatedKeyNotCompared(Behaviour):
    """A proxy for any key is taken."""

    def compares_delegated_key(self) -> bool:
        return False


@deviation("unasked-proxy-accepted", breaks=("DELEG-022",))
class UnaskedProxyAccepted(Behaviour):
    """putProxy works under IDs that nobody has asked for."""

    def accepts_unasked_proxy(self) -> bool:
        return True


@deviation("delegation-ids-have-no-owner", breaks=("DELEG-022",))
class DelegationIdsHaveNoOwner(Behaviour):
    """putProxy may answer the request of another person."""

    def finds_requests_of_others(self) -> bool:
        return True


@deviation(
    "delegations-kept-by-id-only",
    breaks=("DELEG-022",),
    also=along(
        "no COPY finds what nobody owns",
        "DELEG-005",
        "DELEG-013",
        "DELEG-014",
        "DELEG-015",
        "DELEG-017",
        "DELEG-026",
        "CRED-008",
    ),
)
class DelegationsKeptByIdOnly(Behaviour):
    """Requests and proxies are stored under their ID alone, whoever they are from."""

    def delegated_under(self, subject: str) -> str:
        return ""


@deviation("delegated-chain-not-verified", breaks=("DELEG-023",))
class DelegatedChainNotVerified(Behaviour):
    """Whoever signed a delivered proxy, it is taken."""

    def delegated_chain_problem(self, problem: str | None) -> str | None:
        return None


@deviation("termination-of-the-user-certificate", breaks=("DELEG-025",))
class TerminationOfTheUserCertificate(Behaviour):
    """getTerminationTime tells when the user's own certificate ends."""

    def termination_of(self, ends: list[datetime.datetime]) -> datetime.datetime:
        return max(ends)


@deviation("termination-in-local-time", breaks=("DELEG-025",))
class TerminationInLocalTime(Behaviour):
    """getTerminationTime tells local time without its offset."""

    def termination_text(self, instant: datetime.datetime) -> str:
        return instant.astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M:%S")


@deviation("termination-of-nothing-is-now", breaks=("DELEG-025",))
class TerminationOfNothingIsNow(Behaviour):
    """getTerminationTime of an unknown ID tells the present time."""

    def termination_of_unknown(self) -> datetime.datetime | None:
        return datetime.datetime.now(datetime.UTC)


@deviation(
    "destroy-keeps",
    breaks=("DELEG-026",),
    also=along(
        "what one check leaves behind serves the next",
        "DELEG-010",
        "DELEG-013",
        "DELEG-015",
        "DELEG-021",
        "DELEG-023",
    ),
)
class DestroyKeeps(Behaviour):
    """destroy says that it worked and keeps the credential."""

    def destroys_delegation(self) -> bool:
        return False


@deviation("anonymous-delegator", breaks=("DELEG-027",))
class AnonymousDelegator(Behaviour):
    """The delegation service serves callers without a certificate."""

    def anonymous_delegator(self) -> str | None:
        return "anonymous"

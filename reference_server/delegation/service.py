"""The operations of the GridSite delegation service."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from reference_server.behaviour import Behaviour
from reference_server.delegation.certificates import Delegated, KeyStock, request_for
from reference_server.delegation.chains import BadProxy, Chain, completed, problem_of, read_chain
from reference_server.delegation.keeper import Keeper, KeeperFull, Place
from reference_server.delegation.soap import VERSIONS, Call, Result
from reference_server.pki import key_pem

INTERFACE = "2.0.0"
METADATA = {"implementation": "httptpc reference server"}
_ID = re.compile(r"[!-~]{1,100}")


class DelegationFault(Exception):
    """A call that is answered with the service's DelegationException."""


class UnknownOperation(Exception):
    """A call of something that this service does not have."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the subject of the end certificate, and the chain verified in the handshake."""

    owner: str
    chain: Chain

    @property
    def derived_id(self) -> str:
        """The ID of a caller who names none. VOMS attributes are not read here."""
        return hashlib.sha256(self.owner.encode()).hexdigest()[:16]

    @property
    def subject(self) -> x509.Name:
        return self.chain[0].subject if self.chain else x509.Name([])


@dataclass(frozen=True, slots=True)
class DelegationService:
    """The service of one server; `version` is the newest namespace it speaks."""

    keeper: Keeper
    behaviour: Behaviour
    version: int = 2
    _keys: KeyStock = field(default_factory=KeyStock, repr=False)

    def call(self, call: Call, caller: Caller) -> Result | None:
        """Carry out a call; raises DelegationFault or UnknownOperation."""
        known = self._operations(call.namespace)
        if call.operation not in known:
            raise UnknownOperation
        try:
            result = known[call.operation](caller, call.arguments)
        except (BadProxy, KeeperFull) as problem:
            raise DelegationFault(str(problem)) from None
        return self.behaviour.delegation_result(call.operation, result)

    def _operations(
        self, namespace: str
    ) -> Mapping[str, Callable[[Caller, Mapping[str, str]], Result]]:
        if namespace not in [VERSIONS[n] for n in range(1, self.version + 1)]:
            return {}
        both = {
            "getProxyReq": self._get_request,
            "getNewProxyReq": self._get_new_request,
            "renewProxyReq": self._renew,
            "putProxy": self._put,
            "getTerminationTime": self._termination,
            "destroy": self._destroy,
        }
        if namespace == VERSIONS[1]:
            return both
        return {
            **both,
            "getVersion": lambda caller, given: {"getVersionReturn": INTERFACE},
            "getInterfaceVersion": lambda caller, given: {"getInterfaceVersionReturn": INTERFACE},
            "getServiceMetadata": self._metadata,
        }

    def _get_request(self, caller: Caller, given: Mapping[str, str]) -> Result:
        request = self._request(caller, self._place(caller, given), renewal=False)
        return {"getProxyReqReturn": request}

    def _get_new_request(self, caller: Caller, given: Mapping[str, str]) -> Result:
        place = self._place(caller, {})
        request = self._request(caller, place, renewal=False)
        return {"getNewProxyReqReturn": {"proxyRequest": request, "delegationID": place[1]}}

    def _renew(self, caller: Caller, given: Mapping[str, str]) -> Result:
        place = self._place(caller, given)
        if self.keeper.held(place) is None and not self.behaviour.renews_unknown_delegation():
            raise DelegationFault("nothing is delegated under this ID")
        return {"renewProxyReqReturn": self._request(caller, place, renewal=True)}

    def _put(self, caller: Caller, given: Mapping[str, str]) -> Result:
        place = self._place(caller, given)
        key = self.keeper.waiting(place)
        if key is None and self.behaviour.finds_requests_of_others():
            key = self.keeper.waiting_for_anybody(place[1])
        if key is None:
            if self.behaviour.accepts_unasked_proxy():
                return {}
            raise DelegationFault("no request was made under this ID")
        self.keeper.keep(place, self._delivered(read_chain(given.get("proxy", "")), key, caller))
        return {}

    def _delivered(self, proxy: Chain, key: rsa.RSAPrivateKey, caller: Caller) -> Delegated:
        """The delivered proxy, if it is one for our key from the caller itself."""
        behaviour = self.behaviour
        if proxy[0].public_key() != key.public_key() and behaviour.compares_delegated_key():
            raise DelegationFault("proxy is for another key than the request's")
        chain = completed(proxy, caller.chain)
        problem = behaviour.delegated_chain_problem(problem_of(chain, caller.chain))
        if problem is not None:
            raise DelegationFault(problem)
        return Delegated(chain, key)

    def _termination(self, caller: Caller, given: Mapping[str, str]) -> Result:
        proxy = self.keeper.held(self._place(caller, given))
        if proxy is None:
            instant = self.behaviour.termination_of_unknown()
            if instant is None:
                raise DelegationFault("nothing is delegated under this ID")
        else:
            ends = [item.not_valid_after_utc for item in proxy.chain]
            instant = self.behaviour.termination_of(ends)
        return {"getTerminationTimeReturn": self.behaviour.termination_text(instant)}

    def _destroy(self, caller: Caller, given: Mapping[str, str]) -> Result:
        place = self._place(caller, given)
        if not self.behaviour.destroys_delegation() and self.keeper.held(place) is not None:
            return {}
        if not self.keeper.forget(place):
            raise DelegationFault("nothing is delegated under this ID")
        return {}

    def _metadata(self, caller: Caller, given: Mapping[str, str]) -> Result:
        key = given.get("key", "")
        if key not in METADATA:
            raise DelegationFault("no such metadata")
        return {"getServiceMetadataReturn": METADATA[key]}

    def _place(self, caller: Caller, given: Mapping[str, str]) -> Place:
        wanted = given.get("delegationID", "").strip() or caller.derived_id
        if not _ID.fullmatch(wanted):
            raise DelegationFault("bad delegation ID")
        return self.behaviour.delegated_under(caller.owner), wanted

    def _request(self, caller: Caller, place: Place, *, renewal: bool) -> str:
        """A certificate request in PEM for a key that now waits under the place."""
        held = self.keeper.held(place)
        reused = self.behaviour.delegation_key(held.key if held else None, renewal=renewal)
        key = reused or self._keys.take()
        self.keeper.expect(place, key)
        request = request_for(key, caller.subject).public_bytes(serialization.Encoding.PEM)
        return self.behaviour.certificate_request(request, lambda: key_pem(key)).decode()

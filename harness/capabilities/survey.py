"""Finds out what an endpoint can do: declared first, then the profile's word, then a probe."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable

from harness.capabilities.notebook import Notebook
from harness.capabilities.probes import PROBES, Ground, discerning
from harness.capabilities.words import NEVER_HERE
from harness.checks import catalogue
from harness.client.xroot import missing
from harness.endpoints import Endpoint
from harness.model import Capability

PROFILE_NEEDS = {
    "dcache-profile": "dcache",
    "xrootd-profile": "xrootd",
    "s3-gateway": "s3-gateway",
}
HARMLESS = frozenset({"tls", "plaintext", "propfind", "macaroon", "dcache-caveats", "dir-html"})
"""Probes that write nothing: an endpoint that is read-only is asked these alone."""
XROOTD = frozenset({"xrootd", "xrootd-tpc", "xrootd-gsi"})
NEEDS_PEER = frozenset({"tpc", "tpc-pull", "tpc-push", "gridsite"})


class Survey:
    """The capabilities of one endpoint, each found out once and when first asked for."""

    def __init__(
        self,
        endpoint: Endpoint,
        ground: Ground,
        writable: Capability,
        *,
        notebook: Notebook | None = None,
    ) -> None:
        """``notebook`` is what others find out at the same time, if there are any."""
        # who cannot write sees things missing that are there: nobody else should rely on it
        self._notebook = notebook if writable.present else None
        self._endpoint = endpoint
        self._ground = ground
        self.software = ""
        self._discerns: Capability | None = None
        self.found: dict[str, Capability] = {"writable": writable, "readable": writable}

    def get(self, need: str) -> Capability:
        """Whether the need is met, and how that is known."""
        if need not in self.found:
            self.found[need] = self._find(need)
        return self.found[need]

    def unmet(self, needs: tuple[str, ...]) -> tuple[str, Capability] | None:
        """The first need that is not met; what the tester lacks comes before what it lacks."""
        missing = [(n, c) for n in needs if not (c := self.get(n)).present]
        return min(missing, key=lambda pair: pair[1].how != "tester") if missing else None

    def _find(self, need: str) -> Capability:
        said = self._endpoint.capabilities.get(need)
        if said is not None:
            return Capability(said, "declared", f"endpoints.yaml says {str(said).lower()}")
        return self._found_out(need)

    def _found_out(self, need: str) -> Capability:
        if need in XROOTD:
            return self._by_xrootd(need)
        if need in TESTER:
            lack = TESTER[need](self)
            return Capability(not lack, "tester", lack)
        if need in PROFILE_NEEDS:
            has = bool({PROFILE_NEEDS[need], "reference"} & set(self._endpoint.profiles))
            return Capability(has, "profile", f"profiles: {', '.join(self._endpoint.profiles)}")
        if need in NEEDS_PEER and self._ground.party is None:
            return Capability(False, "tester", NO_PARTY)
        if need == "tpc":
            return self._either("tpc-pull", "tpc-push")
        return self._expected(need) or self._probed(need)

    def _by_xrootd(self, need: str) -> Capability:
        """What the root:// door can do; without one nothing is lacking, it simply has none."""
        if "xroot-url" not in self._endpoint.doors:
            return Capability(False, "declared", "no xroot-url is given")
        lack = missing()
        if lack:
            return Capability(False, "tester", lack)
        return self._expected(need) or Capability(True, "declared", "xroot-url is given")

    def _expected(self, need: str) -> Capability | None:
        """What the profile promises is not probed: where it is missing, the checks shall fail."""
        expecting = [p for p in self._endpoint.profiles if need in catalogue().expects(p)]
        if not expecting:
            return None
        return Capability(True, "profile", f"expected of the profile {expecting[0]}")

    def _probed(self, need: str) -> Capability:
        if need not in PROBES:
            return Capability(False, "tester", f"this version cannot find out about {need}")
        if self._endpoint.read_only and need not in HARMLESS:
            return Capability(
                False, "tester", f"read-only: {need} cannot be probed without writing"
            )
        if self._notebook is None:
            return self._asked(need)
        return self._notebook.get(need, lambda: self._asked(need))

    def _asked(self, need: str) -> Capability:
        found = PROBES[need](self._ground)
        return found if found.present or found.how != "probed" else self._believed(found)

    def _believed(self, absence: Capability) -> Capability:
        """Absence, if the endpoint says no in a way of its own; else the checks have to find out.

        Where nothing can be written there is nothing it could say yes to: the no stands.
        """
        if not self.get("writable").present:
            return absence
        if self._discerns is None:
            self._discerns = discerning(self._ground)
        if self._discerns.present:
            return absence
        proof = f"{absence.proof}; but it answers everything alike: {self._discerns.proof}"
        return Capability(True, "probed", proof, (*absence.evidence, *self._discerns.evidence))

    def _either(self, one: str, other: str) -> Capability:
        first, second = self.get(one), self.get(other)
        if first.present or second.present:
            return first if first.present else second
        proof = f"{first.proof}; {second.proof}"
        return Capability(False, first.how, proof, (*first.evidence, *second.evidence))

    @property
    def ground(self) -> Ground:
        return self._ground

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint


NO_PARTY = "no remote party that the endpoint can reach; give --remote-party"
BAD_DOORS = ("expired", "wrong-name", "self-signed", "unknown-ca", "revoked")
Lack = Callable[[Survey], str]


def _party(survey: Survey) -> str:
    return "" if survey.ground.party is not None else NO_PARTY


def _door(survey: Survey, *names: str) -> str:
    """Empty if the far side has one of these doors; a check asks for the very one it needs."""
    party = survey.ground.party
    if party is None:
        return NO_PARTY
    there = any(name in party.origins for name in names)
    return "" if there else f"the remote party has no {' or '.join(names)} door"


def _x509(survey: Survey) -> str:
    return "" if survey.endpoint.identity.x509 else "no X.509 credential is given"


def _second(survey: Survey) -> str:
    second, first = survey.endpoint.second, survey.endpoint.identity
    if second.empty:
        return "no second identity is given"
    same = second.token == first.token and second.x509 == first.x509
    return "the second identity is the first one: give a weaker one" if same else ""


def _bearer(survey: Survey) -> str:
    return "" if survey.endpoint.identity.token else "no bearer token is given"


def _given(door: str) -> Lack:
    return lambda survey: "" if door in survey.endpoint.doors else f"no {door} is given"


def _exchanged(survey: Survey) -> str:
    issuer = survey.endpoint.doors.get("issuer") or {}
    return "" if issuer.get("exchange") else "no issuer with exchange is given"


def _s3_backend(survey: Survey) -> str:
    if "s3" not in survey.endpoint.doors:
        return "no s3 is given: needs sight of the storage behind the endpoint"
    there = importlib.util.find_spec("botocore") is not None
    return "" if there else "the S3 client is not installed: pip install 'httptpc[s3]'"


def _never(why: str) -> Lack:
    return lambda survey: why


def _ipv6(survey: Survey) -> str:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return ""
    except OSError:
        return "this machine has no IPv6"


TESTER: dict[str, Lack] = {
    "wire": lambda survey: "",
    "clock": lambda survey: "",
    "peer": _party,
    "peer-slow": _party,
    "peer-tls": _party,
    "peer-bad-tls": lambda survey: _door(survey, *BAD_DOORS),
    "peer-ipv6": lambda survey: _door(survey, "v6"),
    "two-endpoints": _party,
    "ipv6": _ipv6,
    "second-identity": _second,
    "x509": _x509,
    "proxy": _x509,
    "bearer": _bearer,
    "scitoken": _given("issuer"),
    "oidc": _given("issuer"),
    "oidc-delegation": _exchanged,
    "basic": _given("basic"),
    "kerberos": _given("kerberos"),
    "s3-backend": _s3_backend,
    "voms": _given("voms"),
    "barred-peers": _given("barred-peers"),
    **{need: _never(why) for need, why in NEVER_HERE.items()},
}
"""What the tester may lack; an empty text means that nothing is missing."""

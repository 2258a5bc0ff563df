"""Deviations of what a caveat means."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from reference_server.auth import caveats as reading
from reference_server.auth.identity import (
    EVERYTHING,
    FULL_RIGHTS,
    Activity,
    Identity,
    Rights,
    Scheme,
)
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation


@deviation("unknown-caveats-ignored", breaks=("MAC-016",), seen_in="catalogue mutant")
class UnknownCaveatsIgnored(Behaviour):
    """Unknown caveats of a holder are ignored."""

    def read_caveat(self, caveat: str) -> tuple[str, str]:
        key, _, value = caveat.partition(":")
        return key, value


@deviation("unknown-activity-ignored", breaks=("MAC-016",), seen_in="catalogue mutant")
class UnknownActivityIgnored(Behaviour):
    """An activity caveat that cannot be read permits everything."""

    def activities_of_caveat(self, value: str) -> frozenset[Activity]:
        try:
            return reading.activities(value)
        except reading.BadCaveat:
            return EVERYTHING


@deviation("third-party-caveats-ignored", breaks=("MAC-016",), seen_in="catalogue mutant")
class ThirdPartyCaveatsIgnored(Behaviour):
    """A caveat of a third party is fulfilled without its discharge."""

    def third_party_is_satisfied(self) -> bool:
        return True


@deviation("second-iid-accepted", breaks=("MAC-017",), seen_in="catalogue mutant")
class SecondIidAccepted(Behaviour):
    """A holder may add another iid."""

    def repeatable_caveat(self, key: str) -> bool:
        return key == "iid"


@deviation("second-id-accepted", breaks=("MAC-018",), seen_in="catalogue mutant")
class SecondIdAccepted(Behaviour):
    """A holder may add another id."""

    def repeatable_caveat(self, key: str) -> bool:
        return key == "id"


@deviation(
    "macaroon-of-super-user",
    breaks=("MAC-019", "MAC-049"),
    also=along("the requester's limits are gone", "MAC-004"),
)
class MacaroonOfSuperUser(Behaviour):
    """A macaroon has all rights, whoever asked for it."""

    def rights_behind_macaroon(self, rights: Rights) -> Rights:
        return FULL_RIGHTS


@deviation("expiry-ignored", breaks=("MAC-020", "MAC-021"), seen_in="catalogue mutant")
class ExpiryIgnored(Behaviour):
    """A macaroon never expires."""

    def still_valid(self, instants: Sequence[float], now: float) -> bool:
        return True


@deviation(
    "last-before-wins",
    breaks=("MAC-021",),
    also=along("a holder can extend the lifetime", "MAC-024"),
)
class LastBeforeWins(Behaviour):
    """Of several before caveats the last one counts."""

    def still_valid(self, instants: Sequence[float], now: float) -> bool:
        return now < instants[-1]


@deviation(
    "path-caveat-ignored",
    breaks=("MAC-026", "MAC-027", "MAC-029", "MAC-030", "MAC-031"),
    also=along("a token reaches everywhere", "MAC-043", "MAC-049", "MAC-041"),
)
class PathCaveatIgnored(Behaviour):
    """Path and root caveats are ignored."""

    def resolved_paths(
        self, root: str, caveats: Sequence[tuple[str, str]]
    ) -> tuple[str, list[str]]:
        return root, []


@deviation(
    "upload-ignores-path",
    breaks=("MAC-026",),
    seen_in="catalogue mutant",
    also=along(
        "uploads go everywhere", "MAC-027", "MAC-030", "MAC-031", "MAC-043", "MAC-049", "AUTH-013"
    ),
)
class UploadIgnoresPath(Behaviour):
    """The right to upload holds on every path."""

    def allows(self, rights: Rights, activity: Activity, path: str) -> bool:
        if activity is not Activity.UPLOAD:
            return rights.allows(activity, path)
        return all(any(activity in grant.activities for grant in limit) for limit in rights.limits)


@deviation(
    "path-compared-as-text",
    breaks=("MAC-027",),
    seen_in="DEV-D146 XRootD before 5.9.1",
    also=along("scopes are compared with paths in the same way", "AUTH-013"),
)
class PathComparedAsText(Behaviour):
    """A path caveat also covers names that begin like its last element."""

    def allows(self, rights: Rights, activity: Activity, path: str) -> bool:
        return all(
            any(activity in grant.activities and path.startswith(grant.path) for grant in limit)
            for limit in rights.limits
        ) or rights.allows(activity, path)


@deviation(
    "last-path-wins",
    breaks=("MAC-030",),
    seen_in="catalogue mutant",
    also=along("a holder can choose any path", "MAC-026", "MAC-031", "MAC-043", "MAC-049"),
)
class LastPathWins(Behaviour):
    """Of several path caveats the last one counts, as an absolute path."""

    def resolved_paths(
        self, root: str, caveats: Sequence[tuple[str, str]]
    ) -> tuple[str, list[str]]:
        root, limits = Behaviour().resolved_paths(root, [c for c in caveats if c[0] == "root"])
        paths = [value for key, value in caveats if key == "path"]
        return root, [*limits, *(root + path for path in paths[-1:])]


@deviation(
    "activities-united",
    breaks=("MAC-038",),
    seen_in="catalogue mutant",
    also=along("a holder can add activities", "MAC-043", "MAC-049"),
)
class ActivitiesUnited(Behaviour):
    """Several activity caveats permit what any of them names."""

    def joined_activities(
        self, sets: Sequence[frozenset[Activity]]
    ) -> Sequence[frozenset[Activity]]:
        return [frozenset().union(*sets)] if sets else sets


@deviation(
    "last-activity-wins",
    breaks=("MAC-038",),
    seen_in="catalogue mutant",
    also=along("a holder can replace the activities", "MAC-043", "MAC-049"),
)
class LastActivityWins(Behaviour):
    """Of several activity caveats the last one counts."""

    def joined_activities(
        self, sets: Sequence[frozenset[Activity]]
    ) -> Sequence[frozenset[Activity]]:
        return sets[-1:]


@deviation("ip-caveat-ignored", breaks=("MAC-039", "MAC-040"), seen_in="catalogue mutant")
class IpCaveatIgnored(Behaviour):
    """The ip caveat is ignored."""

    def address_allowed(
        self,
        address: IPv4Address | IPv6Address,
        lists: Sequence[Sequence[IPv4Network | IPv6Network]],
    ) -> bool:
        return True


@deviation("ip-mask-ignored", breaks=("MAC-039",), seen_in="catalogue mutant")
class IpMaskIgnored(Behaviour):
    """An ip caveat matches its network address only."""

    def address_allowed(
        self,
        address: IPv4Address | IPv6Address,
        lists: Sequence[Sequence[IPv4Network | IPv6Network]],
    ) -> bool:
        return all(any(address == net.network_address for net in nets) for nets in lists)


@deviation("one-ip-caveat-is-enough", breaks=("MAC-040",), seen_in="catalogue mutant")
class OneIpCaveatIsEnough(Behaviour):
    """One matching ip caveat is enough."""

    def address_allowed(
        self,
        address: IPv4Address | IPv6Address,
        lists: Sequence[Sequence[IPv4Network | IPv6Network]],
    ) -> bool:
        return not lists or any(address in net for nets in lists for net in nets)


@deviation("last-root-wins", breaks=("MAC-041",), seen_in="catalogue mutant")
class LastRootWins(Behaviour):
    """Of several root caveats the last one counts."""

    def resolved_paths(
        self, root: str, caveats: Sequence[tuple[str, str]]
    ) -> tuple[str, list[str]]:
        roots = [item for item in caveats if item[0] == "root"][:-1]
        return Behaviour().resolved_paths(root, [item for item in caveats if item not in roots])


@deviation(
    "attenuated-refused",
    breaks=("MAC-043",),
    seen_in="catalogue mutant",
    also=along(
        "nothing that a holder made is accepted",
        "MAC-020",
        "MAC-030",
        "MAC-038",
        "MAC-039",
        "MAC-041",
        "MAC-021",
    )
    | along("every caveat that a holder adds spoils the token", "MAC-040"),
)
class AttenuatedRefused(Behaviour):
    """A macaroon to which a holder added a caveat is refused."""

    def evaluated_caveats(self, caveats: tuple[str, ...], issued: int) -> tuple[str, ...]:
        if len(caveats) > issued:
            raise reading.BadCaveat("caveats were added")
        return caveats


@deviation(
    "added-caveats-ignored",
    breaks=("MAC-043",),
    seen_in="catalogue mutant",
    also=along(
        "what a holder adds does not count",
        "MAC-016",
        "MAC-017",
        "MAC-018",
        "MAC-020",
        "MAC-021",
        "MAC-026",
        "MAC-030",
        "MAC-038",
        "MAC-039",
        "MAC-040",
        "MAC-041",
    ),
)
class AddedCaveatsIgnored(Behaviour):
    """Only caveats that were there at issue time are honoured."""

    def evaluated_caveats(self, caveats: tuple[str, ...], issued: int) -> tuple[str, ...]:
        return caveats[:issued]


@deviation(
    "macaroon-signature-ignored",
    breaks=("MAC-044",),
    seen_in="DEV-D147 XRootD before 5.9.6",
    also=along("a forged macaroon is as good as a right one", "MAC-045"),
)
class MacaroonSignatureIgnored(Behaviour):
    """The signature of a macaroon is not verified."""

    def signature_holds(self, given: bytes, expected: bytes) -> bool:
        return True


@deviation("foreign-macaroon-accepted", breaks=("MAC-045",), seen_in="catalogue mutant")
class ForeignMacaroonAccepted(Behaviour):
    """A macaroon that was issued elsewhere gives all rights."""

    def foreign_macaroon(self) -> Identity:
        return Identity("foreign", Scheme.MACAROON)


@deviation(
    "copy-needs-manage",
    breaks=("MAC-046",),
    also=along("tokens for uploads pull nothing", "TPC-044"),
)
class CopyNeedsManage(Behaviour):
    """A pull needs the right to manage."""

    def needed_for_pull(self, *, exists: bool) -> tuple[Activity, ...]:
        return (Activity.UPLOAD, Activity.MANAGE)

"""Identities and rights: activities below paths, narrowed by limits that must all hold."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reference_server.refusal import Headers
from reference_server.wire.targets import is_below


class Activity(enum.Enum):
    """What can be permitted: the activities of the dCache WebDAV chapter, table of caveats."""

    DOWNLOAD = "DOWNLOAD"
    UPLOAD = "UPLOAD"
    DELETE = "DELETE"
    MANAGE = "MANAGE"
    LIST = "LIST"
    READ_METADATA = "READ_METADATA"
    UPDATE_METADATA = "UPDATE_METADATA"


EVERYTHING = frozenset(Activity)
LOOKING = frozenset({Activity.READ_METADATA, Activity.LIST})


class Scheme(enum.Enum):
    """How a requester proved who it is."""

    X509 = "x509"
    BEARER = "bearer"
    MACAROON = "macaroon"
    BASIC = "basic"
    KERBEROS = "kerberos"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Grant:
    """Activities on one path and everything below it.

    Ancestors of the path stay accessible for metadata and listing, or nobody could walk down
    to it (dCache WebDAV chapter, `path` caveat).
    """

    activities: frozenset[Activity]
    path: str = "/"

    def allows(self, activity: Activity, path: str) -> bool:
        if activity is Activity.READ_METADATA:
            return bool(self.activities) and self.shows(path)
        if activity not in self.activities:
            return False
        return self.shows(path) if activity is Activity.LIST else is_below(path, self.path)

    def shows(self, path: str) -> bool:
        """Whether the path appears in listings: it leads to the grant or lies below it."""
        return is_below(path, self.path) or is_below(self.path, path)

    def allows_on_the_way(self, activity: Activity, path: str) -> bool:
        """Whether it is allowed there, or below it and so on the way to where it is allowed."""
        leads = activity in self.activities and is_below(self.path, path)
        return leads or self.allows(activity, path)


Limit = tuple[Grant, ...]
"""Alternatives: one grant that allows suffices."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Limits that must all allow an operation, and the prefix put before requested paths."""

    limits: tuple[Limit, ...]
    root: str = ""

    def allows(self, activity: Activity, path: str) -> bool:
        return all(any(grant.allows(activity, path) for grant in limit) for limit in self.limits)

    def shows(self, path: str) -> bool:
        return all(any(grant.shows(path) for grant in limit) for limit in self.limits)

    def allows_on_the_way(self, activity: Activity, path: str) -> bool:
        return all(
            any(grant.allows_on_the_way(activity, path) for grant in limit) for limit in self.limits
        )

    def narrowed(self, *limits: Limit) -> Rights:
        """The same rights under further limits."""
        return replace(self, limits=(*self.limits, *limits))


FULL_RIGHTS = Rights(((Grant(EVERYTHING),),))


def granted(grants: Mapping[str, Limit] | None, *names: str) -> Rights:
    """What is granted to any of the names; without grants everybody may do everything."""
    if grants is None:
        return FULL_RIGHTS
    found = [grants[name] for name in names if name in grants]
    return Rights((tuple(grant for item in found for grant in item),))


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated requester.

    `expires` in seconds since the Unix epoch, None: unbounded. `networks` are the values of the
    ip caveats it came with, for macaroons made from macaroons. `issuer` is the OpenID provider
    that vouched for the requester. `proof` are the fields by which the answer proves the server
    to the requester in turn.
    """

    name: str
    scheme: Scheme
    rights: Rights = field(default=FULL_RIGHTS)
    expires: float | None = None
    networks: tuple[str, ...] = ()
    issuer: str | None = None
    proof: Headers = ()

"""Issuing macaroons and judging them: the dialect of dCache."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

from reference_server.auth import caveats as reading
from reference_server.auth.identity import Activity, Grant, Identity, Limit, Rights, Scheme
from reference_server.auth.macaroon import BadMacaroon, Macaroon, parse
from reference_server.auth.problems import BadToken
from reference_server.behaviour import Behaviour

HOME = "home:/home"
"""Nobody's limit; not the root, or nobody would see a server that takes it for one (MAC-042)."""


@dataclass(frozen=True, slots=True)
class Caveats:
    """The caveats of one macaroon, sorted by key, each value read."""

    by_key: dict[str, list[str]]
    in_order: tuple[tuple[str, str], ...]


class Mint:
    """Issues macaroons with one key and honours those; the key lives as long as the process."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._key = secrets.token_bytes(32)

    def issue(self, requester: Identity, wanted: list[str], expires: float) -> str:
        """A macaroon for the requester, never more powerful than it; `expires` in Unix time."""
        behaviour = self._behaviour
        own = [
            f"iid:{behaviour.issue_id()}",
            f"id:{_id_caveat(requester.name)}",
            f"before:{reading.instant_text(expires)}",
            HOME,
            *(f"ip:{value}" for value in requester.networks),
        ]
        given = [*behaviour.own_caveats(own), *wanted]
        made = Macaroon.create(self._key, _identifier(requester, behaviour, len(given)), "")
        for caveat in given:
            made = made.with_caveat(caveat)
        return behaviour.macaroon_text(made.binary())

    def identify(self, text: str, address: str) -> Identity:
        """Who a macaroon stands for; raises BadToken."""
        try:
            macaroon = parse(text)
            return self._judge(macaroon, address)
        except (BadMacaroon, reading.BadCaveat) as problem:
            raise BadToken(f"bad macaroon: {problem}") from None

    def _judge(self, macaroon: Macaroon, address: str) -> Identity:
        behaviour = self._behaviour
        found = self._requester(macaroon)
        if found is None:
            return behaviour.foreign_macaroon()
        requester, count = found
        expected = macaroon.expected_signature(self._key)
        if not behaviour.signature_holds(macaroon.signature, expected):
            raise BadToken("macaroon signature does not hold")
        if macaroon.has_third_party and not behaviour.third_party_is_satisfied():
            raise BadToken("the discharge of a third party is missing")
        caveats = self._sorted(behaviour.evaluated_caveats(macaroon.own_caveats, count))
        instants = [reading.instant(value) for value in caveats.by_key["before"]]
        if not behaviour.still_valid(instants, time.time()):
            raise BadToken("macaroon has expired")
        lists = [reading.networks(value) for value in caveats.by_key["ip"]]
        if not behaviour.address_allowed(reading.address(address), lists):
            raise BadToken("macaroon is not valid from this address")
        return self._narrowed(requester, caveats, instants)

    def _requester(self, macaroon: Macaroon) -> tuple[Identity, int] | None:
        """Who asked for the macaroon, and how many caveats it had; None: not issued here."""
        try:
            told = json.loads(base64.urlsafe_b64decode(macaroon.identifier))
            limits = tuple(_limit(item) for item in told["limits"])
            rights = self._behaviour.rights_behind_macaroon(Rights(limits, told["root"]))
            return Identity(told["name"], Scheme.MACAROON, rights), told["count"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    def _sorted(self, caveats: tuple[str, ...]) -> Caveats:
        by_key: dict[str, list[str]] = {key: [] for key in reading.KEYS}
        in_order = []
        for position, caveat in enumerate(caveats):
            key, value = self._behaviour.read_caveat(caveat)
            if key not in reading.KEYS:
                continue  # only a deviation gets here
            if key == "iid" and position and not self._behaviour.repeatable_caveat(key):
                raise BadToken("iid is not the first caveat")
            by_key[key].append(value)
            in_order.append((key, value))
        for key in ("iid", "id"):
            if len(by_key[key]) != 1 and not self._behaviour.repeatable_caveat(key):
                raise BadToken(f"not exactly one {key} caveat")
        return Caveats(by_key, tuple(in_order))

    def _narrowed(self, requester: Identity, caveats: Caveats, instants: list[float]) -> Identity:
        behaviour = self._behaviour
        sets = [behaviour.activities_of_caveat(value) for value in caveats.by_key["activity"]]
        root, paths = behaviour.resolved_paths(requester.rights.root, caveats.in_order)
        limits: list[Limit] = [(Grant(found),) for found in behaviour.joined_activities(sets)]
        limits += [(Grant(frozenset(Activity), path or "/"),) for path in paths]
        rights = replace(requester.rights.narrowed(*limits), root=root)
        return replace(
            requester,
            name=behaviour.owner_behind_macaroon(requester.name),
            rights=rights,
            expires=min(instants, default=None),
            networks=tuple(caveats.by_key["ip"]),
        )


def _identifier(requester: Identity, behaviour: Behaviour, count: int) -> bytes:
    """What the requester may do goes along, under the signature: nothing is kept here."""
    rights = behaviour.rights_of_requester(requester.rights)
    told = {
        "nonce": secrets.token_hex(6),
        "name": requester.name,
        "root": rights.root,
        "limits": [[[_names(grant), grant.path] for grant in limit] for limit in rights.limits],
        "count": count,
    }
    return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode())


def _names(grant: Grant) -> list[str]:
    if grant.activities == frozenset(Activity):
        return ["*"]
    return sorted(activity.value for activity in grant.activities)


def _limit(told: list[Any]) -> Limit:
    return tuple(Grant(_activities(names), path) for names, path in told)


def _activities(names: list[str]) -> frozenset[Activity]:
    return frozenset(Activity) if names == ["*"] else frozenset(Activity(name) for name in names)


def _id_caveat(name: str) -> str:
    """uid;gid;username; numbers are made from the name, as there is no user database."""
    number = 1000 + int.from_bytes(name.encode(), "big") % 60000
    return f"{number};{number};{name.replace(';', '_')}"

"""Profiles: which requirements bind an endpoint, and which optional ones it promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model import Level, Requirement
from harness.requirements.problem import CatalogueProblem

CLIENT = "client-sut"
"""The need of entries that bind a client: no server is judged by them."""

DIALECTS = frozenset({"dcache-profile", "xrootd-profile", "s3-gateway", CLIENT})
"""Capabilities that mark an entry as one product's: they bind only where the profile says so."""

OPTIONAL = (Level.MAY, Level.INFO)

_FILE = "profiles.yaml"


@dataclass(frozen=True, slots=True)
class Profile:
    """`members` bind; `claims` are the MAY and INFO members whose violation is a FAIL.

    `about` says what it is in a sentence.
    `expects` are capabilities such an endpoint has: they are not probed, so their lack is seen.
    `gates` are members that bind only where a capability is there: else they are not applicable.
    """

    about: str
    members: frozenset[str]
    claims: frozenset[str]
    expects: frozenset[str] = frozenset()
    gates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A profile as written, with what it extends already taken over."""

    families: frozenset[str]
    dialects: frozenset[str]
    entries: frozenset[str]
    without: frozenset[str]
    claims: frozenset[str]
    expects: frozenset[str]
    gates: Mapping[str, str]

    def members(self, requirements: Iterable[Requirement]) -> frozenset[str]:
        foreign = DIALECTS - self.dialects
        taken = {
            requirement.id
            for requirement in requirements
            if requirement.family in self.families and not foreign.intersection(requirement.needs)
        }
        return frozenset(taken | self.entries) - self.without


def resolve_profiles(
    written: Mapping[str, Mapping[str, Any]], requirements: tuple[Requirement, ...]
) -> dict[str, Profile]:
    """Every profile of the file. Raises `CatalogueProblem` for names that do not exist."""
    optional = {r.id for r in requirements if r.level in OPTIONAL}
    everything = frozenset(r.id for r in requirements if CLIENT not in r.needs)
    plans: dict[str, _Plan] = {}
    profiles: dict[str, Profile] = {}
    for name, body in written.items():
        about = body.get("about", "")
        if body.get("everything"):
            expects = frozenset(body.get("expects", ()))
            profiles[name] = Profile(about, everything, everything & optional, expects)
            continue
        plan = plans[name] = _plan(name, body, plans)
        members = plan.members(requirements)
        _check(name, plan, members, requirements)
        profiles[name] = Profile(about, members, plan.claims & members, plan.expects, plan.gates)
    return profiles


def _plan(name: str, body: Mapping[str, Any], known: Mapping[str, _Plan]) -> _Plan:
    bases = []
    for base in body.get("extends", ()):
        if base not in known:
            raise CatalogueProblem(_FILE, name, f"extends {base!r}: define that profile before it")
        bases.append(known[base])

    def joined(field: str) -> frozenset[str]:
        return frozenset(body.get(field, ())).union(*(getattr(base, field) for base in bases))

    return _Plan(
        families=joined("families"),
        dialects=joined("dialects"),
        entries=joined("entries"),
        without=joined("without"),
        claims=joined("claims"),
        expects=joined("expects"),
        gates={
            k: v
            for part in (*(b.gates for b in bases), body.get("gates", {}))
            for k, v in part.items()
        },
    )


def _check(
    name: str, plan: _Plan, members: frozenset[str], requirements: tuple[Requirement, ...]
) -> None:
    everything = {r.id for r in requirements}
    optional = {r.id for r in requirements if r.level in OPTIONAL}
    families = {identifier.partition("-")[0] for identifier in everything}
    for wrong, advice in (
        (plan.families - families, "no such family; see families.yaml"),
        (plan.dialects - DIALECTS, f"no dialect; one of {', '.join(sorted(DIALECTS))}"),
        ((plan.entries | plan.without | plan.gates.keys()) - everything, "no such requirement"),
        (
            plan.claims - plan.without - members,
            "claimed, but no member of the profile; add or remove it",
        ),
        (plan.claims - optional, "claimed, but neither MAY nor INFO; remove the claim"),
    ):
        if wrong:
            raise CatalogueProblem(_FILE, name, f"{', '.join(sorted(wrong))}: {advice}")

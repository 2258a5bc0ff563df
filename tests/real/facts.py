"""facts.yaml: what a real server was seen to do, and the verdicts that must follow from it.

The rules by which a fact becomes a verdict are checked here against the catalogue: a MUST is warned
about only where a variant says so, a SHOULD is violated only where something is lost, and optional
behaviour is never violated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.model import Level, Requirement, VariantKind, Verdict
from harness.requirements import Catalogue

FACTS = Path(__file__).with_name("facts.yaml")
STATED = (Verdict.VIOLATED, Verdict.MET_WITH_WARNINGS, Verdict.MET, Verdict.NOT_APPLICABLE)
_ID = re.compile(r"[A-Z]{3}-\d{3}")
_KEYS = {"id", "fact", "verdicts", "loss", "races"}


class FactProblem(ValueError):
    """A mistake in the file of facts; the message names the fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was seen, and the verdict on each requirement that speaks of it."""

    id: str
    sentence: str
    verdicts: Mapping[str, Verdict]
    loss: str | None = None
    races: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts about one server."""

    kind: str
    profile: str
    server: str
    facts: tuple[Fact, ...]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts)

    def expected(self) -> dict[str, Verdict]:
        """The verdict on every requirement that a fact speaks of."""
        return {name: verdict for fact in self for name, verdict in fact.verdicts.items()}

    def race_lost(self, requirement: str, actual: str) -> bool:
        """Whether this violation is one that the server commits only now and then."""
        patterns = (fact.races.get(requirement) for fact in self)
        return any(pattern and re.search(pattern, actual) for pattern in patterns)

    def about(self, requirement: str) -> list[Fact]:
        return [fact for fact in self if requirement in fact.verdicts]


def load_facts(catalogue: Catalogue, path: Path = FACTS) -> Facts:
    """Read and check the file. Raises `FactProblem` for the first mistake."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if content.get("version") != 1:
        raise FactProblem(f"{path.name}: version 1 is known, not {content.get('version')!r}")
    facts = tuple(_fact(entry) for entry in content["facts"])
    loaded = Facts(content["kind"], content["profile"], str(content["server"]), facts)
    _check_ids(loaded)
    _check_agreement(loaded)
    for fact in loaded:
        for name, verdict in fact.verdicts.items():
            _check_verdict(fact, _requirement(catalogue, loaded, fact, name), verdict)
    return loaded


def _fact(entry: Mapping[str, Any]) -> Fact:
    name = str(entry.get("id"))
    if not _ID.fullmatch(name) or not entry.get("fact") or not entry.get("verdicts"):
        raise FactProblem(f"{name}: give an id such as XRD-001, a fact and verdicts")
    if unknown := set(entry) - _KEYS:
        raise FactProblem(f"{name}: unknown keys {sorted(unknown)}")
    known = {verdict.value: verdict for verdict in STATED}
    wrong = [value for value in entry["verdicts"].values() if value not in known]
    if wrong:
        raise FactProblem(f"{name}: no verdict {wrong[0]!r}; one of {', '.join(known)}")
    verdicts = {str(one): known[value] for one, value in entry["verdicts"].items()}
    races = entry.get("races", {})
    if stray := set(races) - set(verdicts):
        raise FactProblem(f"{name}: races of {sorted(stray)}, which it has no verdict on")
    return Fact(name, str(entry["fact"]), verdicts, entry.get("loss"), races)


def _check_ids(facts: Facts) -> None:
    seen: set[str] = set()
    for fact in facts:
        if fact.id in seen:
            raise FactProblem(f"{fact.id}: used twice")
        seen.add(fact.id)


def _check_agreement(facts: Facts) -> None:
    for name, verdict in facts.expected().items():
        for fact in facts.about(name):
            if fact.verdicts[name] is not verdict:
                raise FactProblem(f"{fact.id}: another fact says {verdict} of {name}")


def _requirement(catalogue: Catalogue, facts: Facts, fact: Fact, name: str) -> Requirement:
    if name not in catalogue:
        raise FactProblem(f"{fact.id}: no requirement {name}")
    if name not in catalogue.profile(facts.profile):
        raise FactProblem(f"{fact.id}: {name} does not bind the profile {facts.profile}")
    return catalogue.get(name)


def _check_verdict(fact: Fact, requirement: Requirement, verdict: Verdict) -> None:
    level, name = requirement.level, requirement.id
    tolerated = any(one.kind is VariantKind.WARN for one in requirement.variants)
    if verdict is Verdict.MET_WITH_WARNINGS and level is not Level.SHOULD and not tolerated:
        raise FactProblem(f"{fact.id}: {name} is {level} and no variant of it is a warning")
    if verdict is not Verdict.VIOLATED or level is Level.MUST:
        return
    if level is not Level.SHOULD or not fact.loss:
        raise FactProblem(f"{fact.id}: {name} is {level}; say what is lost, or it is a warning")

"""Reading the catalogue.

Measured on one core of the development machine: reading and cross-checking the 398 entries takes
45 ms with libyaml, checking them against the JSON Schema another 150 ms. So the cross checks run at
every load and the schema only for `load(validate=True)`, which the tests call.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from harness.model import Level, Requirement, Variant, VariantKind
from harness.requirements.documents import Document, split_origin
from harness.requirements.problem import CatalogueProblem
from harness.requirements.profiles import Profile, resolve_profiles
from harness.requirements.validation import check_entries, check_schema

HERE = Path(__file__).parent
TABLES = ("families", "capabilities", "documents", "profiles")

# libyaml is ten times as fast; PyYAML is built without it on some platforms
_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All requirements in their order, with the vocabularies that they use."""

    requirements: tuple[Requirement, ...]
    families: Mapping[str, str]
    needs: Mapping[str, str]
    documents: Mapping[str, Document]
    profiles: Mapping[str, Profile]
    _by_id: Mapping[str, Requirement] = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.requirements)

    def __len__(self) -> int:
        return len(self.requirements)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._by_id

    def get(self, identifier: str) -> Requirement:
        """The requirement of that id; `LookupError` names the nearest ids."""
        try:
            return self._by_id[identifier]
        except KeyError:
            raise LookupError(_unknown("requirement", identifier, self._by_id)) from None

    def matching(self, glob: str) -> tuple[str, ...]:
        """The ids that a glob such as ``MARK-*`` stands for; `LookupError` if there are none."""
        found = tuple(i for i in self._by_id if fnmatchcase(i, glob))
        if not found:
            known = {**self._by_id, **{f"{family}-*": family for family in self.families}}
            raise LookupError(_unknown("requirement", glob, known))
        return found

    def by_family(self, family: str) -> tuple[Requirement, ...]:
        """The requirements of one family; `LookupError` if there is no such family."""
        if family not in self.families:
            raise LookupError(_unknown("family", family, self.families))
        return tuple(entry for entry in self.requirements if entry.family == family)

    def profile(self, name: str) -> frozenset[str]:
        """The ids that bind an endpoint of that profile; `LookupError` if there is none."""
        return self._profile(name).members

    def claims(self, name: str) -> frozenset[str]:
        """The MAY and INFO ids of the profile whose violation is a FAIL."""
        return self._profile(name).claims

    def expects(self, name: str) -> frozenset[str]:
        """The capabilities that an endpoint of the profile is expected to have."""
        return self._profile(name).expects

    def gate(self, profiles: Iterable[str], identifier: str) -> str | None:
        """The capability without which an entry binds no endpoint of these profiles."""
        binding = [p for name in profiles if identifier in (p := self._profile(name)).members]
        gates = [profile.gates.get(identifier) for profile in binding]
        return gates[0] if gates and None not in gates else None

    def capability(self, name: str) -> str:
        """What a capability is, in a sentence; `LookupError` if there is none of that name."""
        if name not in self.needs:
            raise LookupError(_unknown("capability", name, self.needs))
        return self.needs[name]

    def origin_link(self, origin: str) -> str | None:
        """The public address of an origin, where one can be derived."""
        key, place = split_origin(origin)
        return self.documents[key].link(place)

    def _profile(self, name: str) -> Profile:
        if name not in self.profiles:
            raise LookupError(_unknown("profile", name, self.profiles))
        return self.profiles[name]


def load(folder: Path = HERE, *, validate: bool = False) -> Catalogue:
    """Read the catalogue; with `validate` also check every file against the JSON Schema.

    Raises `CatalogueProblem` saying the file, the entry and what to do. Keep the result: every call
    reads the files anew.
    """
    tables = {name: _read(folder, f"{name}.yaml") for name in TABLES}
    families = {family: _read(folder, f"{family.lower()}.yaml") for family in tables["families"]}
    if validate:
        for name, content in {**tables, **families}.items():
            check_schema(name, content, HERE / "schema.json")
    check_entries(families, needs=tables["capabilities"], documents=tables["documents"])
    requirements = tuple(
        _requirement(family, entry)
        for family, content in families.items()
        for entry in content["requirements"]
    )
    return Catalogue(
        requirements=requirements,
        families=MappingProxyType(tables["families"]),
        needs=MappingProxyType(tables["capabilities"]),
        documents=MappingProxyType(
            {key: Document(key, title) for key, title in tables["documents"].items()}
        ),
        profiles=MappingProxyType(resolve_profiles(tables["profiles"], requirements)),
        _by_id=MappingProxyType({entry.id: entry for entry in requirements}),
    )


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        content = yaml.load((folder / name).read_bytes(), Loader=_YAML_LOADER)  # noqa: S506
    except OSError as error:
        raise CatalogueProblem(name, "", f"cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise CatalogueProblem(name, "", f"is no YAML: {error}") from error
    if not isinstance(content, dict):
        raise CatalogueProblem(name, "", "write a mapping; see README.md")
    return content


def _requirement(family: str, entry: Mapping[str, Any]) -> Requirement:
    variants = (
        Variant(VariantKind(variant["kind"]), variant["text"])
        for variant in entry.get("variants", ())
    )
    return Requirement(
        id=entry["id"],
        family=family,
        level=Level(entry["level"]),
        role=entry["role"],
        origin=tuple(entry["origin"]),
        text=entry["text"],
        probe=entry["probe"],
        needs=tuple(entry["needs"]),
        variants=tuple(variants),
        mutants=tuple(entry.get("mutants", ())),
        untestable=entry.get("untestable"),
        unproven=entry.get("unproven"),
    )


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    is_word = what in ("profile", "capability")
    near = difflib.get_close_matches(name if is_word else name.upper(), known, n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    return f"no {what} {name!r}{hint}"

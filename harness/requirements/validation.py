"""The checks of the catalogue's files: JSON Schema, and what a schema cannot say."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from harness.model import Level, VariantKind
from harness.requirements.documents import split_origin
from harness.requirements.problem import CatalogueProblem

ROLES = ("active server", "passive server", "client", "site")
REQUIRED = ("id", "level", "role", "origin", "text", "probe", "needs")

Problems = Iterator[tuple[str, str]]


def check_schema(name: str, content: Mapping[str, Any], schema: Path) -> None:
    """Check one file (`name` without suffix) against its part of the schema."""
    from jsonschema import Draft202012Validator  # slow to import, and only wanted here
    from jsonschema.exceptions import best_match

    document = json.loads(schema.read_text("utf-8"))
    part = name if name in document["$defs"] else "family"
    validator = Draft202012Validator({**document, "$ref": f"#/$defs/{part}"})
    error = best_match(validator.iter_errors(content))
    if error is None:
        return
    path = list(error.absolute_path)
    entry = _entry_at(content, path) or "/".join(map(str, path))
    raise CatalogueProblem(f"{name.lower()}.yaml", entry, error.message)


def _entry_at(content: Mapping[str, Any], path: list[str | int]) -> str:
    """The id of the entry that a path of the schema's error leads into."""
    if path[:1] != ["requirements"] or len(path) < 2:
        return ""
    entry = content["requirements"][path[1]]
    place = "/".join(map(str, path[2:]))
    identifier = entry.get("id", f"entry {path[1]}") if isinstance(entry, dict) else str(path[1])
    return f"{identifier} {place}".strip()


def check_entries(
    families: Mapping[str, Mapping[str, Any]],
    *,
    needs: Container[str],
    documents: Container[str],
) -> None:
    """What every load checks: ids, families and words of the closed vocabularies."""
    seen: set[str] = set()
    for family, content in families.items():
        file = f"{family.lower()}.yaml"
        if content.get("family") != family:
            raise CatalogueProblem(file, "", f"write 'family: {family}' as families.yaml has it")
        for number, entry in enumerate(content.get("requirements", ())):
            found = chain(
                _missing(entry, number),
                _identity(family, entry, seen),
                _words(entry, needs=needs, documents=documents),
            )
            if problem := next(found, None):
                raise CatalogueProblem(file, *problem)
            seen.add(entry["id"])


def _missing(entry: Mapping[str, Any], number: int) -> Problems:
    for name in REQUIRED:
        if name not in entry:
            where = str(entry.get("id", f"entry {number}"))
            yield where, f"{name} is missing: add it (README.md says what it means)"


def _identity(family: str, entry: Mapping[str, Any], seen: set[str]) -> Problems:
    identifier = entry["id"]
    if identifier in seen:
        yield identifier, "the id is used twice: take the next free number"
    prefix, _, number = identifier.partition("-")
    if prefix != family or len(number) != 3 or not number.isdigit():
        yield identifier, f"write the id as {family}-NNN, or move the entry to its family's file"


def _words(
    entry: Mapping[str, Any], *, needs: Container[str], documents: Container[str]
) -> Problems:
    where = entry["id"]
    if entry["level"] not in Level.__members__:
        yield where, f"level {entry['level']!r}: write one of {', '.join(Level)}"
    if entry["role"] not in ROLES:
        yield where, f"role {entry['role']!r}: write one of {', '.join(ROLES)}"
    for need in entry["needs"]:
        if need not in needs:
            yield where, f"need {need!r} is unknown: correct it or add it to capabilities.yaml"
    for origin in entry["origin"]:
        if split_origin(origin)[0] not in documents:
            yield where, f"origin {origin!r}: its first word is no key of documents.yaml"
    for variant in entry.get("variants", ()):
        if variant.get("kind") not in [kind.value for kind in VariantKind]:
            yield where, f"variant kind {variant.get('kind')!r}: one of {', '.join(VariantKind)}"

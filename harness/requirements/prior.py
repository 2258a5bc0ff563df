"""What other suites check, and what none did, mapped to the catalogue: ``prior.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.requirements.problem import CatalogueProblem

FILE = Path(__file__).with_name("prior.yaml")
FIELDS = {"id", "text", "in", "by", "made", "out"}


@dataclass(frozen=True, slots=True)
class Suite:
    """A public project whose tests were read."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class PriorRow:
    """One thing that is checked somewhere, or nowhere.

    Exactly one of the last three says what became of it: ``by`` are requirement ids, ``made`` is
    the place in this project that does it, ``out`` the reason why nothing here does.
    """

    id: str
    text: str
    suites: tuple[str, ...]
    partly: tuple[str, ...]
    by: tuple[str, ...]
    made: str
    out: str


@dataclass(frozen=True, slots=True)
class Prior:
    """The table. Raises CatalogueProblem when it is read and not whole."""

    suites: Mapping[str, Suite]
    rows: tuple[PriorRow, ...]


def load_prior(file: Path = FILE) -> Prior:
    """Read the table; raises CatalogueProblem for what it cannot mean."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    suites = {code: Suite(**row) for code, row in document["suites"].items()}
    rows = tuple(_row(row) for row in document["rows"])
    problems = [*_repeated(rows), *(p for row in rows for p in _problems(row, suites))]
    if problems:
        raise CatalogueProblem(file.name, "", "; ".join(problems))
    return Prior(suites, rows)


def _row(row: dict[str, Any]) -> PriorRow:
    if unknown := set(row) - FIELDS:
        raise CatalogueProblem(FILE.name, str(row.get("id")), f"unknown {sorted(unknown)}")
    where = row.get("in", [])
    return PriorRow(
        id=row["id"],
        text=row["text"],
        suites=tuple(code for code in where if not code.endswith("?")),
        partly=tuple(code.removesuffix("?") for code in where if code.endswith("?")),
        by=tuple(row.get("by", [])),
        made=row.get("made", ""),
        out=row.get("out", ""),
    )


def _repeated(rows: tuple[PriorRow, ...]) -> Iterator[str]:
    ids = [row.id for row in rows]
    yield from (f"row {i} stands twice" for i in sorted(set(ids)) if ids.count(i) > 1)


def _problems(row: PriorRow, suites: Mapping[str, Suite]) -> Iterator[str]:
    if sum(map(bool, (row.by, row.made, row.out))) != 1:
        yield f"row {row.id}: exactly one of by, made and out"
    if unknown := {*row.suites, *row.partly} - set(suites):
        yield f"row {row.id}: unknown suites {sorted(unknown)}"

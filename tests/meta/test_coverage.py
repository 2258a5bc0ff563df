"""The catalogue, the checks and the deviations belong together, and nothing is left out.

A requirement that binds a server has a check and a deviation that proves it, or its entry says why
not. Every mutant that the catalogue names is a deviation, or ``mutants.yaml`` says why not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.checks import catalogue
from harness.cli.listing import checks, deviations, requirements
from harness.cli.pages import deviations_page, requirements_page
from harness.model import Requirement
from tests.meta.keep import kept

ROOT = Path(__file__).parents[2]
MUTANTS: dict[str, list[Any]] = yaml.safe_load(
    (Path(__file__).parent / "mutants.yaml").read_text(encoding="utf-8")
)
ENOUGH = 0.95
"""Share of the MUST and SHOULD entries that have a check and a deviation (design, section 4)."""

BOUND = ("MUST", "SHOULD")
SERVERS = ("active server", "passive server", "site")
OBSERVING_ONLY = {
    "TPC-052": "the progress stream of the reference server has no access to the data",
    "TPC-061": "no seam looks at the body of a COPY",
    "CANCEL-006": "what was received is never published before the end, so no part can be served",
    "CANCEL-007": "an upload that was cut is no file; kept, it has the length that it has",
    "AUTH-022": "how dCache words a refusal; a refusal that hangs is no answer to any check",
    "SITE-003": "a peer with IPv6 only is needed that the tester can reach otherwise",
    "S3-006": "the gateway keeps no checksum, so there is none to become stale",
    "S3-009": "a bearer token that ends in 500 is bad-token-crashes, on any store",
    "INTEG-016": "a seam has no memory of the request before, so the default cannot change",
}
"""MAY and INFO entries that no deviation breaks, with the reason."""

UNPROVEN: dict[str, str] = {}
"""Deviations that the kept kill matrix does not show, with the reason."""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The entries that bind a server or a site and that a black box can see."""
    return [r for r in requirements() if r["role"] in SERVERS]


def _excused(row: dict[str, Any]) -> bool:
    return bool(row["untestable"] or row["unproven"])


def test_enough_is_checked_and_proven(rows: list[dict[str, Any]]) -> None:
    bound = [r for r in rows if r["level"] in BOUND]
    whole = [r["id"] for r in bound if (r["checks"] and r["deviations"]) or _excused(r)]
    left = sorted({r["id"] for r in bound} - set(whole))
    assert len(whole) >= ENOUGH * len(bound), f"neither proven nor excused: {left}"


def test_what_is_not_excused_is_checked_and_proven(rows: list[dict[str, Any]]) -> None:
    bound = [r for r in rows if r["level"] in BOUND and not _excused(r)]
    lacking = {r["id"]: [w for w in ("checks", "deviations") if not r[w]] for r in bound}
    assert {identifier: words for identifier, words in lacking.items() if words} == {}


def test_the_rest_is_observed(rows: list[dict[str, Any]]) -> None:
    free = [r for r in rows if r["level"] not in BOUND and not _excused(r)]
    assert [r["id"] for r in free if not r["checks"]] == []
    assert {r["id"] for r in free if not r["deviations"]} <= set(OBSERVING_ONLY)


def test_reasons_are_given_only_where_they_are_needed(rows: list[dict[str, Any]]) -> None:
    assert [r["id"] for r in rows if r["untestable"] and r["checks"]] == []
    assert [r["id"] for r in rows if r["unproven"] and r["deviations"]] == []


def test_checks_and_deviations_name_entries_that_there_are() -> None:
    named = {i for row in checks() for i in row["requirements"]}
    named |= {i for row in deviations() for i in (*row["breaks"], *row["also"])}
    assert sorted(i for i in named if i not in catalogue()) == []


def test_every_deviation_is_proven() -> None:
    assert sorted({row["name"] for row in deviations()} - set(kept()) - set(UNPROVEN)) == []


@pytest.mark.parametrize("page", ["requirements", "deviations"])
def test_page_is_the_one_that_is_generated(page: str) -> None:
    made = {
        "requirements": lambda: requirements_page(requirements()),
        "deviations": lambda: deviations_page(deviations()),
    }[page]()
    assert (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8") == made, "make docs"


def _with_mutants() -> list[Requirement]:
    """Entries whose mutants are servers that could be built."""
    return [
        r
        for r in catalogue()
        if r.role in SERVERS and r.mutants and not r.untestable and not r.unproven
    ]


def test_every_mutant_of_the_catalogue_is_accounted_for() -> None:
    wanted = {r.id: len(r.mutants) for r in _with_mutants()}
    there = {identifier: len(items) for identifier, items in MUTANTS.items()}
    assert there == wanted, "add a line to tests/meta/mutants.yaml, in the catalogue's order"


def test_every_mutant_is_a_deviation_or_has_a_reason() -> None:
    broken = {row["name"]: {*row["breaks"], *row["also"]} for row in deviations()}
    bad = [
        f"{identifier}: {item}"
        for identifier, items in MUTANTS.items()
        for item in items
        if not _accounted(identifier, item, broken)
    ]
    assert bad == []


def _accounted(identifier: str, item: Any, broken: dict[str, set[str]]) -> bool:
    """A deviation that turns this entry, one that is like it, or a reason why there is none."""
    if isinstance(item, str):
        return identifier in broken.get(item, set())
    if set(item) == {"like", "why"}:
        return item["like"] in broken and bool(item["why"])
    return len(item) == 1 and set(item) <= {"untestable", "missing"} and all(item.values())


def _missing(items: list[Any]) -> list[Any]:
    return [item for item in items if isinstance(item, dict) and "missing" in item]


def test_few_mutants_are_missing() -> None:
    """What nobody has written yet is counted, so that it cannot grow unseen."""
    missing = [i for i, items in MUTANTS.items() for _ in _missing(items)]
    assert len(missing) <= 10, missing

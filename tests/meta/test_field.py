"""Whatever was met in the field is a deviation here, or ``field.yaml`` says why not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cli.listing import deviations

FIELD: dict[str, list[Any]] = yaml.safe_load(
    (Path(__file__).parent / "field.yaml").read_text(encoding="utf-8")
)
MET = 204
"""Deviations that were met in products; D001 is the first."""

REASONS = ("allowed", "untestable", "missing")


@pytest.fixture(scope="module")
def cited() -> dict[str, set[str]]:
    """The ids that each deviation cites."""
    return {row["name"]: set(re.findall(r"DEV-(D\d{3})", row["seen_in"])) for row in deviations()}


def test_whatever_was_met_is_accounted_for() -> None:
    assert list(FIELD) == [f"D{number:03}" for number in range(1, MET + 1)]


def test_each_is_a_deviation_or_has_a_reason(cited: dict[str, set[str]]) -> None:
    bad = [(i, item) for i, items in FIELD.items() for item in items if not _fits(item, cited)]
    assert bad == []
    assert [i for i, items in FIELD.items() if not items] == []


def _fits(item: Any, there: dict[str, set[str]]) -> bool:
    if isinstance(item, str):
        return item in there
    if set(item) == {"like", "why"}:
        return item["like"] in there and bool(item["why"])
    return len(item) == 1 and set(item) <= set(REASONS) and all(item.values())


def test_deviations_cite_what_they_are(cited: dict[str, set[str]]) -> None:
    named = {(i, name) for i, items in FIELD.items() for name in items if isinstance(name, str)}
    cites = {(i, name) for name, ids in cited.items() for i in ids}
    assert (sorted(named - cites), sorted(cites - named)) == ([], [])


def _is_missing(item: Any) -> bool:
    return isinstance(item, dict) and "missing" in item


def test_few_are_missing() -> None:
    """What nobody has written yet is counted, so that it cannot grow unseen."""
    missing = [i for i, items in FIELD.items() if any(map(_is_missing, items))]
    assert missing == []

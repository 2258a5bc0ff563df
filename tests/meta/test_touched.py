"""What the kept map does not know of a deviation is judged all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.meta import touched
from tests.meta.kill import SMOKE, Deviation, whole

KNOWN = Deviation("known", breaks=("DIR-001",), also={}, seen_in="", seam="page")
LOOKED_AT = ["DIR-001", "DIR-002", "DIR-003", "MAC-001"]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A map of one deviation, which can turn two of its family and one of another."""
    place = tmp_path / "touched.json"
    monkeypatch.setattr(touched, "KEPT", place)
    touched.keep(LOOKED_AT, [(KNOWN, ("DIR-001", "DIR-003", "MAC-001"))])
    touched._kept.cache_clear()
    yield place
    touched._kept.cache_clear()


def test_a_known_deviation_is_judged_by_what_it_touches_and_by_new_requirements() -> None:
    chosen = set(touched.touched(KNOWN))
    assert {"DIR-001", "DIR-003", *SMOKE} <= chosen
    assert chosen.isdisjoint({"DIR-002", "MAC-001"})
    assert "DIR-004" in chosen  # nobody has looked at it yet


@pytest.mark.parametrize(
    "changed",
    [{"name": "new"}, {"seam": "another"}, {"breaks": ("DIR-002",)}],
    ids=["new", "moved to another seam", "breaks something else"],
)
def test_an_unknown_deviation_is_judged_by_its_families(changed: dict[str, object]) -> None:
    deviation = replace(KNOWN, **changed)  # type: ignore[arg-type]
    assert tuple(touched.touched(deviation)) == tuple(whole(deviation))


def test_the_map_is_of_own_families_only(kept: Path) -> None:
    rows = json.loads(kept.read_text())["deviations"]
    assert rows["known"]["touches"] == ["DIR-001", "DIR-003"]

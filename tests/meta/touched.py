"""Which requirements of its own families a deviation can turn at all: found by the full product.

``make test`` judges a deviation by these only (ADR 11). Whatever the kept map does not know, a new
deviation, one that overrides another seam by now, a new requirement, is judged all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness.checks import catalogue
from tests.meta.kill import SMOKE, Deviation, whole

Selected = tuple[Deviation, Sequence[str]]
"""A deviation, and the requirements of all families that it can turn."""
KEPT = Path(__file__).with_name("touched.json")


def keep(requirements: Iterable[str], selected: Iterable[Selected]) -> None:
    """Write the map: the requirements that were looked at, and those each deviation touches."""
    rows = {
        deviation.name: {
            "seam": deviation.seam,
            "touches": [i for i in identifiers if _family(i) in deviation.families],
        }
        for deviation, identifiers in selected
    }
    document = {"requirements": sorted(requirements), "deviations": rows}
    KEPT.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def touched(deviation: Deviation) -> Sequence[str]:
    """The smoke set, and what of its families can tell it from the right server."""
    document = _kept()
    row = document["deviations"].get(deviation.name, {"seam": "", "touches": []})
    if row["seam"] != deviation.seam or not {*deviation.breaks} <= {*row["touches"]}:
        return whole(deviation)
    known = set(document["requirements"])
    new = (r.id for r in catalogue() if _family(r.id) in deviation.families and r.id not in known)
    return (*row["touches"], *new, *SMOKE)


@cache
def _kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def _family(identifier: str) -> str:
    return identifier.split("-")[0]

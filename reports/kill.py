"""kill-matrix.json as values: which deviation of the reference server was caught by what.

``{"schema": 1, "deviations": [{"name", "breaks": [ids], "also": {id: reason}, "seen_in",
"turned": {id: verdict}}]}``: ``breaks`` and ``also`` were written by hand, ``turned`` was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way of being wrong, and the requirements whose verdict it turned."""

    name: str
    breaks: tuple[str, ...]
    also: dict[str, str]
    seen_in: str
    turned: tuple[str, ...]

    @property
    def missed(self) -> tuple[str, ...]:
        """What should have turned and did not: a check that cannot fail."""
        return tuple(i for i in self.breaks if i not in self.turned)

    @property
    def strays(self) -> tuple[str, ...]:
        """What turned though nobody wrote down why."""
        return tuple(i for i in self.turned if i not in self.breaks and i not in self.also)


def deviations(document: Mapping[str, Any]) -> list[Deviation]:
    """From the parsed JSON, those that were not caught first."""
    found = [_deviation(item) for item in document.get("deviations", [])]
    return sorted(found, key=lambda d: (not d.missed, not d.strays, d.name))


def _deviation(item: Mapping[str, Any]) -> Deviation:
    return Deviation(
        name=str(item.get("name", "?")),
        breaks=tuple(map(str, item.get("breaks") or ())),
        also={str(key): str(why) for key, why in dict(item.get("also") or {}).items()},
        seen_in=str(item.get("seen_in") or ""),
        turned=tuple(map(str, item.get("turned") or ())),
    )

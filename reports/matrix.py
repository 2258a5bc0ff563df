"""matrix.json as values: which source, destination and way of copying had which result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.words import Look

RESULTS: dict[str, Look] = {
    "FAIL": Look("✗", "failed", "fail", "F"),
    "BLOCKED": Look("◆", "blocked", "blocked", "B"),
    "PASS": Look("✓", "passed", "pass", "P"),
    "NOT_ALLOWED": Look("\N{EN DASH}", "pair not allowed", "na", "N"),
}
UNKNOWN = Look("?", "unknown result", "untested", "U")
NOT_RUN = Look("·", "not run", "untested", "·")

Way = tuple[str, str]
"""Mode (pull or push) and kind of authentication."""

Margin = tuple[str | None, str | None]
"""A row (source, None), a column (None, destination), or everything (None, None)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One transfer of the matrix; ``scope`` and ``phase`` in the words of FTS."""

    source: str
    destination: str
    mode: str
    auth: str
    result: str
    scope: str = "NONE"
    phase: str = ""
    reason: str = ""
    bytes: int = 0
    seconds: float = 0.0
    evidence: tuple[str, ...] = ()

    @property
    def look(self) -> Look:
        return RESULTS.get(self.result, UNKNOWN)

    @property
    def rate(self) -> float:
        """Megabytes per second, 0 where nothing was measured."""
        return self.bytes / self.seconds / 1e6 if self.seconds > 0 else 0.0

    @property
    def blamed(self) -> str:
        """The party at fault: an endpoint's name, both for the transfer, or nobody."""
        parties = {"SOURCE": self.source, "DESTINATION": self.destination}
        both = f"{self.source} and {self.destination}" if self.scope == "TRANSFER" else ""
        return parties.get(self.scope, both)

    def words(self) -> str:
        """The cell as one sentence for a tooltip, a ticket or a screen reader."""
        head = f"{self.source} to {self.destination}, {self.mode} with {self.auth}: "
        blame = f", {self.scope}" if self.scope not in ("", "NONE") else ""
        phase = f" in {self.phase}" if self.phase else ""
        why = f": {self.reason}" if self.reason else ""
        rate = f" at {self.rate:.1f} MB/s" if self.result == "PASS" and self.rate else ""
        return f"{head}{self.look.word}{rate}{blame}{phase}{why}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cells, found by source and destination, with the names and ways in use."""

    names: tuple[str, ...]
    ways: tuple[Way, ...]
    cells: dict[tuple[str, str], dict[Way, Cell]]
    schedule: dict[str, float]
    scores: dict[Margin, tuple[int, int]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Matrix:
        """From the parsed JSON; members that are missing are taken as empty."""
        cells = [_cell(item) for item in document.get("cells", [])]
        found: dict[tuple[str, str], dict[Way, Cell]] = {}
        for cell in cells:
            found.setdefault((cell.source, cell.destination), {})[cell.mode, cell.auth] = cell
        return cls(
            names=tuple(dict.fromkeys(n for c in cells for n in (c.source, c.destination))),
            ways=tuple(sorted({(c.mode, c.auth) for c in cells})),
            cells=found,
            schedule=dict(document.get("schedule") or {}),
            scores=_scores(cells),
        )

    def at(self, source: str, destination: str) -> list[tuple[Way, Cell | None]]:
        """Every way in fixed order, with None where that transfer was not run."""
        here = self.cells.get((source, destination), {})
        return [(way, here.get(way)) for way in self.ways]

    def score(
        self, *, source: str | None = None, destination: str | None = None
    ) -> tuple[int, int]:
        """(passed, tried) of a row, a column or everything; pairs not allowed were not tried."""
        return self.scores.get((source, destination), (0, 0))

    def failures(self) -> list[Cell]:
        """Cells that neither passed nor were forbidden, failed ones before blocked ones."""
        all_cells = [cell for ways in self.cells.values() for cell in ways.values()]
        bad = [cell for cell in all_cells if cell.result not in ("PASS", "NOT_ALLOWED")]
        return sorted(bad, key=lambda cell: (cell.result != "FAIL", cell.source, cell.destination))

    def grouped(self) -> list[list[Cell]]:
        """The failures, those with the same party to blame and the same reason together."""
        groups: dict[tuple[str, ...], list[Cell]] = {}
        for cell in self.failures():
            key = (cell.result, cell.blamed, cell.scope, cell.phase, cell.reason)
            groups.setdefault(key, []).append(cell)
        return sorted(groups.values(), key=lambda group: (group[0].result != "FAIL", -len(group)))


def _scores(cells: list[Cell]) -> dict[Margin, tuple[int, int]]:
    passed: Counter[Margin] = Counter()
    tried: Counter[Margin] = Counter()
    for cell in cells:
        margins = ((cell.source, None), (None, cell.destination), (None, None))
        passed.update(margins * (cell.result == "PASS"))
        tried.update(margins * (cell.result != "NOT_ALLOWED"))
    return {margin: (passed[margin], tried[margin]) for margin in tried}


def _cell(item: Mapping[str, Any]) -> Cell:
    return Cell(
        source=str(item.get("source", "?")),
        destination=str(item.get("destination", "?")),
        mode=str(item.get("mode", "")),
        auth=str(item.get("auth", "")),
        result=str(item.get("result", "")),
        scope=str(item.get("scope") or "NONE"),
        phase=str(item.get("phase") or ""),
        reason=str(item.get("reason") or ""),
        bytes=int(item.get("bytes") or 0),
        seconds=float(item.get("seconds") or 0.0),
        evidence=tuple(item.get("evidence") or ()),
    )

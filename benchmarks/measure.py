"""Alternating runs and their medians."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

RUNS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: seconds (or a rate) of each contender, run by run."""

    name: str
    unit: str
    target: float
    runs: dict[str, list[float]] = field(default_factory=dict)

    def median(self, contender: str) -> float:
        return statistics.median(self.runs[contender])

    def ratio(self, ours: str, peer: str) -> float:
        """How many times better we are: more of a rate, less of a time."""
        better = self.median(ours) / self.median(peer)
        return better if self.unit.endswith("/s") else 1 / better

    def line(self, ours: str, peer: str) -> str:
        sizes = ", ".join(f"{c} {self.median(c):.3g} {self.unit}" for c in self.runs)
        ratio = self.ratio(ours, peer)
        met = "met" if ratio >= self.target else "MISSED"
        return f"{self.name:24} {ratio:5.2f} of {peer} (target {self.target}, {met}); {sizes}"


def alternate(
    figure: Figure, contenders: Mapping[str, Callable[[], float]], runs: int = RUNS
) -> None:
    """Run the contenders in turn; the first round warms up and is not counted."""
    for contender in contenders:
        figure.runs.setdefault(contender, [])
    for number in range(runs + 1):
        for contender, once in contenders.items():
            value = once()
            if number:
                figure.runs[contender].append(value)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def keep(figures: list[Figure], path: Path) -> None:
    """Keep every single value, so that nobody has to believe a median."""
    told = {
        "python": platform.python_version(),
        "machine": platform.platform(),
        "figures": [
            {"name": f.name, "unit": f.unit, "target": f.target, "runs": f.runs} for f in figures
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

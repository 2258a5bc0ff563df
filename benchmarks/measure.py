"""Alternating runs and their medians."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RUNS = 7
OURS = "reference"
REST = 0.3
"""Seconds before each run: what the one before left to be done is not the next one's time."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: seconds (or a rate) of each contender, run by run; a target for each peer."""

    name: str
    unit: str
    targets: Mapping[str, float]
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
        target = self.targets[peer]
        met = "met" if ratio >= target else "MISSED"
        return f"{self.name:24} {ratio:5.2f} of {peer} (target {target}, {met}); {sizes}"

    def told(self) -> dict[str, object]:
        ratios = {peer: self.ratio(OURS, peer) for peer in self.targets if peer in self.runs}
        return {
            "name": self.name,
            "unit": self.unit,
            "targets": dict(self.targets),
            "ratios": ratios,
            "runs": self.runs,
        }


@dataclass(frozen=True, slots=True)
class Bounded:
    """A figure that has a most: seconds, megabytes or a ratio; the median of its runs counts."""

    name: str
    unit: str
    most: float
    runs: Sequence[float]

    @property
    def value(self) -> float:
        return statistics.median(self.runs)

    def line(self) -> str:
        met = "met" if self.value <= self.most else "MISSED"
        spread = f"{min(self.runs):.3g} to {max(self.runs):.3g} in {len(self.runs)}"
        of = f"; {spread} runs" if len(self.runs) > 1 else ""
        return f"{self.name:40} {self.value:.4g} {self.unit} (at most {self.most:g}, {met}{of})"

    def told(self) -> dict[str, object]:
        told = {"name": self.name, "unit": self.unit, "most": self.most, "value": self.value}
        return {**told, "runs": list(self.runs)}


def alternate(
    figure: Figure, contenders: Mapping[str, Callable[[], float]], runs: int = RUNS
) -> None:
    """Run the contenders in turn; the first round warms up and is not counted."""
    for contender in contenders:
        figure.runs.setdefault(contender, [])
    for number in range(runs + 1):
        for contender, once in contenders.items():
            time.sleep(REST)
            value = once()
            if number:
                figure.runs[contender].append(value)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def keep(figures: list[dict[str, object]], path: Path) -> None:
    """Keep every single value, so that nobody has to believe a median."""
    told = {
        "python": platform.python_version(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "figures": figures,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

"""Keeps every finished cell at once, so that a run that was cut short can be resumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.matrix.cell import Cell, Plan
from harness.matrix.schedule import Schedule
from harness.model.codec import plain, restored
from harness.problems import UsageError

JOURNAL = "journal.jsonl"
MATRIX = "matrix.json"


class Journal:
    """The finished cells of a matrix, one JSON line each."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / JOURNAL
        self.cells: list[Cell] = []

    def resume(self) -> None:
        """Take over what an earlier run finished. Raises UsageError if there is nothing."""
        if not self._path.exists():
            raise UsageError(f"{self._path}: nothing to resume; there is no such journal")
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                self.cells.append(restored(Cell, json.loads(line)))
            except (ValueError, TypeError):
                continue  # the line that was being written when the run was killed

    def add(self, cell: Cell) -> None:
        self.cells.append(cell)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(plain(cell)) + "\n")

    def missing(self, plans: list[Plan]) -> list[Plan]:
        """The cells that are still to be run."""
        done = {cell.plan for cell in self.cells}
        return [plan for plan in plans if plan not in done]


def document(cells: list[Cell], schedule: Schedule) -> dict[str, Any]:
    """matrix.json, as the contract has it."""
    ordered = sorted(cells, key=lambda c: (c.source, c.destination, c.mode))
    return {"schema": 1, "cells": plain(ordered), "schedule": plain(schedule)}

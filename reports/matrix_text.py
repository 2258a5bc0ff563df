"""matrix.json as a table for the console: rows are sources, columns destinations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.matrix import NOT_RUN, RESULTS, Matrix
from reports.text import line, shortened

NAME = 24
"""Characters of an endpoint's name that are shown beside its number."""


def render(document: Mapping[str, Any]) -> str:
    """The table, what its signs mean, and every transfer that did not pass in words."""
    matrix = Matrix.of(document)
    passed, tried = matrix.score()
    blocks = [
        "\n".join(_table(matrix)),
        _legend(matrix),
        "\n".join(line(cell.words()) for cell in matrix.failures()),
        f"{passed} of {tried} transfers passed{_schedule(matrix)}.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _table(matrix: Matrix) -> list[str]:
    labels = [f"{i} {_name(name)}" for i, name in enumerate(matrix.names, start=1)]
    left = max(map(len, [*labels, "passed as destination"]))
    width = max(len(matrix.ways), 5)
    numbers = [str(i).ljust(width) for i in range(1, len(matrix.names) + 1)]
    rows = [" ".join([" " * left, *numbers, "passed as source"]).rstrip()]
    for label, source in zip(labels, matrix.names, strict=True):
        cells = [_signs(matrix, source, d).ljust(width) for d in matrix.names]
        share = _share(matrix.score(source=source))
        rows.append(" ".join([label.ljust(left), *cells, share]).rstrip())
    shares = [_share(matrix.score(destination=d)).ljust(width) for d in matrix.names]
    return [*rows, " ".join(["passed as destination".ljust(left), *shares]).rstrip()]


def _name(name: str) -> str:
    return shortened(line(name), NAME)


def _signs(matrix: Matrix, source: str, destination: str) -> str:
    ways = matrix.at(source, destination)
    return "".join(cell.look.glyph if cell else NOT_RUN.glyph for _, cell in ways)


def _share(score: tuple[int, int]) -> str:
    return f"{score[0]}/{score[1]}"


def _legend(matrix: Matrix) -> str:
    signs = ", ".join(f"{look.glyph} {look.word}" for look in (*RESULTS.values(), NOT_RUN))
    ways = ", ".join(line(f"{mode} with {auth}") for mode, auth in matrix.ways)
    return f"{signs}\nsigns of a cell, in order: {ways}"


def _schedule(matrix: Matrix) -> str:
    makespan, bound = (matrix.schedule.get(k, 0) for k in ("makespan_s", "lower_bound_s"))
    if not makespan or not bound:
        return ""
    return f" in {makespan:.1f} s ({makespan / bound:.2f} of the lower bound {bound:.1f} s)"

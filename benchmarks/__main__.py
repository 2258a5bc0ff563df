"""``python -m benchmarks [bulk] [small]``: take the figures, print and keep them."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import bulk, small
from benchmarks.measure import RUNS, keep
from benchmarks.servers import running

TAKEN = {"bulk": bulk.figures, "small": small.figures}
RESULTS = Path(__file__).parents[1] / "docs" / "results"


def main() -> None:
    options = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    options.add_argument("names", nargs="*", metavar="|".join(TAKEN))
    options.add_argument("--runs", type=int, default=RUNS)
    chosen = options.parse_args()
    with running() as field:
        for name in chosen.names or TAKEN:
            figures = TAKEN[name](field, chosen.runs)
            for figure in figures:
                for peer in list(figure.runs)[1:]:
                    print(figure.line("reference", peer), flush=True)  # noqa: T201
            keep(figures, RESULTS / f"benchmark-{name}.json")


if __name__ == "__main__":
    main()

"""``python -m benchmarks [bulk] [small] [many] [product]``: take figures, print and keep them."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import bulk, many, product, small
from benchmarks.measure import OURS, RUNS, Figure, keep
from benchmarks.servers import running

BESIDE_PEERS = {"bulk": bulk.figures, "small": small.figures}
MANY, PRODUCT = "many", "product"
RESULTS = Path(__file__).parents[1] / "docs" / "results"


def main() -> None:
    options = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    options.add_argument("names", nargs="*", metavar="|".join([*BESIDE_PEERS, MANY, PRODUCT]))
    options.add_argument("--runs", type=int, default=RUNS)
    chosen = options.parse_args()
    names = chosen.names or [*BESIDE_PEERS, MANY, PRODUCT]
    beside = [name for name in names if name in BESIDE_PEERS]
    if beside:
        with running() as field:
            for name in beside:
                tell(name, BESIDE_PEERS[name](field, chosen.runs))
    if MANY in names:
        held = many.held()
        print(*held.lines(), sep="\n", flush=True)  # noqa: T201
        keep([held.told()], RESULTS / f"benchmark-{MANY}.json")
    if PRODUCT in names:
        bounded = []
        for figure in product.figures(chosen.runs):
            print(figure.line(), flush=True)  # noqa: T201
            bounded.append(figure.told())
        keep(bounded, RESULTS / f"benchmark-{PRODUCT}.json")


def tell(name: str, figures: list[Figure]) -> None:
    """Print figures and keep them."""
    for figure in figures:
        for peer in figure.targets:
            if peer in figure.runs:
                print(figure.line(OURS, peer), flush=True)  # noqa: T201
    keep([figure.told() for figure in figures], RESULTS / f"benchmark-{name}.json")


if __name__ == "__main__":
    main()

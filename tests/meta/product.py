"""The full product: every deviation with every MUST, ``make full-product``.

First each requirement is judged alone, on a right server that notes which seams it was asked to
decide. Then each deviation is judged by all the requirements for which its seam was consulted: the
others cannot tell it from the right server. What ends in the folder is found there by the next
run, so that an interrupted product goes on.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path
from typing import Any

from harness.checks import catalogue
from harness.cli.listing import requirements
from harness.model import Level
from tests.judging import Rows
from tests.meta import touched
from tests.meta.kill import (
    BATCH,
    SMOKE,
    WAITING,
    Deviation,
    checked,
    limits,
    listed,
    missed,
    options,
    possible,
    server,
    strays,
    wishes,
)

KEPT = Path(__file__).parents[2] / "docs" / "results" / "full-product.json"
SIDE_BY_SIDE = 4
"""Runs at a time: a run waits for most of its time."""
MOST = 10
"""Deviations in one run."""

Row = dict[str, Any]
"""How many requirements judged a deviation; what was missed, strayed, or blocked by a control."""
Consulted = Mapping[str, frozenset[str]]
"""The seams that were consulted, by requirement."""


def consulted(folder: Path) -> Consulted:
    """Judge each requirement alone and read which seams the right server was asked about."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = (row for row in requirements() if row["checks"] and row["role"] != "client")
    judged = sorted(row["id"] for row in ours)
    left = [i for i in judged if not (folder / i).exists()]
    runs = -(-len(left) // BATCH)
    _side_by_side(lambda some: _note(some, folder), [left[first::runs] for first in range(runs)])
    return {i: frozenset((folder / i).read_text().split()) for i in judged}


def _note(identifiers: Sequence[str], folder: Path) -> None:
    """Each has a server of its own, so that what is made once for an endpoint is made for it."""
    place = folder / f"{identifiers[0]}-{time.monotonic_ns()}"
    place.mkdir()
    starts = {i: {"options": ["--consulted", str(place / i)], **_behind((i,))} for i in identifiers}
    checked(starts, place / "run", more={i: {"select": [i]} for i in identifiers})
    for i in identifiers:
        (place / i).rename(folder / i)


def _behind(identifiers: Sequence[str]) -> dict[str, bool]:
    """What a server needs for these requirements: a store in S3, or a KDC."""
    needs = {need for i in identifiers for need in catalogue().get(i).needs}
    wanted = {"s3": any(i.startswith("S3-") for i in identifiers), "kerberos": "kerberos" in needs}
    return {name: True for name, is_wanted in wanted.items() if is_wanted}


def selection(deviation: Deviation, seams: Consulted) -> tuple[str, ...]:
    """The MUSTs that can tell the deviation from the right server, and all that it breaks.

    Of other levels nothing is demanded beyond what it breaks.
    """
    # the right server was asked without a data node and without a KDC
    is_other = bool(options(deviation) or wishes(deviation))
    asked = {i for i, consulted in seams.items() if is_other or deviation.seam in consulted}
    musts = {i for i in asked if catalogue().get(i).level is Level.MUST}
    return tuple(sorted({*musts, *deviation.breaks, *SMOKE}))


def groups(seams: Consulted, folder: Path) -> Iterator[list[Deviation]]:
    """Those that have no row yet, in runs of those that take about as long.

    Runs with much to judge go beside runs with little: these mostly wait.
    """
    left = [d for d in _possible() if not (folder / f"{d.name}.json").exists()]
    left.sort(key=lambda d: -len(selection(d, seams)))
    runs = [left[first : first + MOST] for first in range(0, len(left), MOST)]
    half = (len(runs) + 1) // 2
    yield from (run for pair in zip_longest(runs[:half], runs[half:]) for run in pair if run)


def _possible() -> tuple[Deviation, ...]:
    return tuple(filter(possible, listed()))


def judge(deviations: Sequence[Deviation], seams: Consulted, folder: Path) -> None:
    """Run one group and leave a file for each deviation."""
    servers = {d.name: {**server(d), **_behind(d.breaks)} for d in deviations}
    chosen = {d.name: selection(d, seams) for d in deviations}
    more = {d.name: {"select": list(chosen[d.name]), **WAITING, **limits(d)} for d in deviations}
    rows = checked(servers, folder / f"{deviations[0].name}-{time.monotonic_ns()}", more=more)
    for deviation in deviations:
        told = {"judged": len(chosen[deviation.name]), **_told(deviation, rows[deviation.name])}
        (folder / f"{deviation.name}.json").write_text(json.dumps(told), encoding="utf-8")


def _told(deviation: Deviation, verdicts: Rows) -> Row:
    """What it broke as said, and what else: violated, or blocked with the control that failed."""
    beside = strays(deviation, verdicts)
    blocked = {i for i in beside if verdicts[i]["verdict"] == "INCONCLUSIVE"}
    return {
        "missed": missed(deviation, verdicts),
        "strays": {i: why for i, why in beside.items() if i not in blocked},
        "blocked": {i: verdicts[i].get("reason", "") for i in sorted(blocked)},
    }


def _side_by_side(work: Callable[[Any], None], items: Sequence[Any]) -> None:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for number, _ in enumerate(pool.map(work, items), 1):
            print(f"{number} of {len(items)}", file=sys.stderr)  # noqa: T201


def product(folder: Path) -> dict[str, Any]:
    """Every deviation's row; seconds of both steps."""
    began = time.monotonic()
    seams = consulted(folder / "consulted")
    between = time.monotonic()
    touched.keep(seams, ((d, selection(d, seams)) for d in _possible()))
    place = folder / "judged"
    place.mkdir(exist_ok=True)
    _side_by_side(lambda group: judge(group, seams, place), list(groups(seams, place)))
    rows = {d.name: json.loads((place / f"{d.name}.json").read_text()) for d in _possible()}
    return {
        "requirements": len(seams),
        "seconds": [round(between - began), round(time.monotonic() - between)],
        "deviations": rows,
    }


def unexplained(found: Mapping[str, Any]) -> dict[str, Row]:
    """The deviations that did not turn what they say, or violated more than is written down now."""
    reasons = {d.name: d.also for d in listed()}
    rows: dict[str, Row] = {
        name: {
            "missed": row["missed"],
            "strays": {i: why for i, why in row["strays"].items() if i not in reasons[name]},
        }
        for name, row in found["deviations"].items()
        if name in reasons
    }
    return {name: row for name, row in rows.items() if row["missed"] or row["strays"]}


def renewed(folder: Path) -> dict[str, Any]:
    """Run the product and keep its result in docs/results."""
    found = product(folder)
    KEPT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return found


def main(folder: Path) -> None:
    """Run the product and say in a line what it found."""
    found = renewed(folder)
    count, wrong = len(found["deviations"]), unexplained(found)
    print(f"{count} deviations, {len(wrong)} with something unexplained")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())  # servers have a directory of their own

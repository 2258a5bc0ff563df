"""Keeps the result of a kill matrix beside the suites it proves: ``make kill-matrix``.

Every batch leaves its verdicts in a folder (HTTPTPC_KILL_OUT); this joins them to
``suites/kill-matrix.json``, which every report shows.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.meta.kill import CLEAN, Batch, Judged, listed, missed, strays

KEPT = Path(__file__).parents[2] / "suites" / "kill-matrix.json"
TURNED = ("VIOLATED", "INCONCLUSIVE", "MET_WITH_WARNINGS")


def leave(batch: Batch, verdicts: Judged, folder: Path) -> None:
    """Write down what one batch found."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = verdicts[CLEAN]
    rows = [
        {
            "name": d.name,
            "breaks": list(d.breaks),
            "also": d.also,
            "seen_in": d.seen_in,
            "turned": _turned(verdicts[d.name], clean),
            "proven": not missed(d, verdicts[d.name]) and not strays(d, verdicts[d.name]),
        }
        for d in batch.deviations
    ]
    name = batch.label.replace(":", "-")
    (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")


def _turned(found: dict[str, Any], clean: dict[str, Any]) -> dict[str, str]:
    """The requirements whose verdict differs from the clean server's, and is worse."""
    return {
        i: row["verdict"]
        for i, row in sorted(found.items())
        if row["verdict"] in TURNED and row["verdict"] != clean[i]["verdict"]
    }


def kept() -> dict[str, Any]:
    """The rows of the kept result by name: the deviations that were proven."""
    document = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return {row["name"]: row for row in document.get("deviations", [])}


def main(folder: Path) -> None:
    """Add what a run proved to what is kept; say what it did not prove, and drop that."""
    rows = [row for path in sorted(folder.glob("*.json")) for row in json.loads(path.read_text())]
    found = {row["name"]: row for row in rows}
    now = {d.name: d.breaks for d in listed()}
    reasons = {d.name: d.also for d in listed()}
    known = set(now)
    # a run of yesterday's tree proves nothing of a deviation that breaks something else today
    found = {n: row for n, row in found.items() if now.get(n) == tuple(row["breaks"])}
    merged = {n: row for n, row in {**kept(), **found}.items() if n in known}
    failed = sorted(n for n, row in merged.items() if not row.pop("proven", True))
    proven = [{**merged[n], "also": reasons[n]} for n in sorted(merged) if n not in failed]
    document = {"schema": 1, "deviations": proven}
    KEPT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    missing = sorted(known - set(merged))
    print(f"{len(proven)} proven; failed {failed}; not run {missing}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))

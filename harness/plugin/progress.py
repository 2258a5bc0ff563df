"""The progress of ``httptpc check``: one line an endpoint, rewritten where that is possible."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from typing import TextIO

import pytest

from harness.model import Outcome
from harness.plugin.sharing import ungrouped

GLYPHS = (
    (Outcome.PASS, "✔"),
    (Outcome.FAIL, "✖"),
    (Outcome.WARN, "▲"),
    (Outcome.BLOCKED, "■"),
    (Outcome.ERROR, "!"),
)


class Progress:
    """Counts outcomes and shows ``name [17/62] ✔15 ✖1 ▲1``; quiet where there is no terminal."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._tty = stream.isatty()
        self._totals: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._seen: dict[str, Counter[Outcome]] = defaultdict(Counter)

    def expect(self, name: str) -> None:
        self._totals[name] += 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        """Every worker collects the same checks; ``@NAME`` at the end is the share."""
        if not self._totals:
            groups = (i.rpartition("@")[2] for i in ids if "@" in i)
            self._totals.update(ungrouped(name)[0] for name in groups)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not hasattr(report, "httptpc") or report.when != "teardown":
            return
        name, outcome = report.httptpc
        self._done[name] += 1
        self._seen[name][Outcome(outcome)] += 1
        last = self._done[name] == self._totals[name]
        if self._tty or last or self._done[name] % 50 == 0:
            self._show(name, last=last)

    def _show(self, name: str, *, last: bool) -> None:
        counts = " ".join(f"{g}{self._seen[name][o]}" for o, g in GLYPHS if self._seen[name][o])
        line = f"{name} [{self._done[name]}/{self._totals[name]}] {counts}"
        if self._tty:
            self._stream.write(f"\r\x1b[K{line}" + ("\n" if last else ""))
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

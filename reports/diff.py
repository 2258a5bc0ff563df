"""What changed between two runs, by their verdicts.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.model import Verdict
from reports.text import line, shortened
from reports.words import LOOKS, SEVERITY

BAD = frozenset({Verdict.VIOLATED, Verdict.INCONCLUSIVE})
Key = tuple[str, str]


class Kind(StrEnum):
    """How a verdict of the new run stands to the old one."""

    ADDED = "added"
    DELETED = "deleted"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class DiffProblem(ValueError):
    """One of the two documents is no verdicts.json that this version understands."""


@dataclass(frozen=True, slots=True)
class Change:
    """One endpoint and requirement in both runs; None where a run did not judge it."""

    endpoint: str
    requirement: str
    level: str
    before: Verdict | None
    after: Verdict | None
    expected: bool = False
    told: str = ""

    @property
    def kind(self) -> Kind:
        if self.before is None:
            return Kind.ADDED
        if self.after is None:
            return Kind.DELETED
        return Kind.UNCHANGED if self.before is self.after else Kind.CHANGED

    @property
    def is_regression(self) -> bool:
        """Violated or inconclusive now, better before, and nobody expected it."""
        if self.before is None or self.after not in BAD or self.expected:
            return False
        return SEVERITY[self.after] < SEVERITY[self.before]

    @property
    def is_improvement(self) -> bool:
        """Violated or inconclusive before, judged better now."""
        if self.before not in BAD or self.after is None:
            return False
        return SEVERITY[self.after] > SEVERITY[self.before]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes between two runs, and the runs' ids."""

    old: str
    new: str
    changes: tuple[Change, ...]

    def of(self, kind: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind is kind)

    @property
    def regressions(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.is_regression)

    @property
    def has_regressed(self) -> bool:
        """What ``--fail-on regression`` asks."""
        return bool(self.regressions)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Compare two parsed verdicts.json; raises DiffProblem for a document of another kind."""
    before, after = _verdicts(old), _verdicts(new)
    keys = dict.fromkeys([*after, *before])
    changes = tuple(_change(key, before.get(key), after.get(key)) for key in keys)
    return Comparison(_id(old), _id(new), changes)


def _change(key: Key, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change:
    latest = after or before or {}
    return Change(
        endpoint=key[0],
        requirement=key[1],
        level=str(latest.get("level", "")),
        before=Verdict(before["verdict"]) if before else None,
        after=Verdict(after["verdict"]) if after else None,
        expected=bool(after and after.get("expectation")),
        told=str(latest.get("actual") or latest.get("reason") or ""),
    )


def _verdicts(document: Mapping[str, Any]) -> dict[Key, Mapping[str, Any]]:
    if document.get("schema") != 1 or not isinstance(document.get("verdicts"), list):
        raise DiffProblem("not a verdicts.json of schema 1")
    try:
        found = {(v["endpoint"], v["requirement"]): v for v in document["verdicts"]}
        for verdict in found.values():
            Verdict(verdict["verdict"])
    except (KeyError, TypeError, ValueError) as problem:
        raise DiffProblem(f"a verdict that cannot be read: {problem!r}") from problem
    return found


def _id(document: Mapping[str, Any]) -> str:
    return str((document.get("run") or {}).get("id", "?"))


def render(comparison: Comparison, *, colour: bool = False) -> str:
    """Regressions first, then what else moved; unchanged verdicts are only counted."""
    worse = comparison.regressions
    other = [c for c in comparison.of(Kind.CHANGED) if not c.is_regression]
    blocks = [
        f"{line(comparison.old)} -> {line(comparison.new)}: {_counts(comparison)}",
        _block("Regressions", worse, "31" if colour else ""),
        _block("Improvements", [c for c in other if c.is_improvement], "32" if colour else ""),
        _block("Other changes", [c for c in other if not c.is_improvement], ""),
        _block("Added", comparison.of(Kind.ADDED), ""),
        _block("Deleted", comparison.of(Kind.DELETED), ""),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _counts(comparison: Comparison) -> str:
    counts = Counter(change.kind for change in comparison.changes)
    words = [f"{counts[kind]} {kind}" for kind in Kind]
    return ", ".join([*words, f"{len(comparison.regressions)} regressed"])


def _block(title: str, changes: tuple[Change, ...] | list[Change], tone: str) -> str:
    if not changes:
        return ""
    head = f"\x1b[{tone}m{title}\x1b[0m" if tone else title
    return "\n".join([f"{head} ({len(changes)})", *map(_line, changes)])


def _line(change: Change) -> str:
    path = " -> ".join(_steps(change))
    note = " (expected)" if change.expected else ""
    told = f": {shortened(change.told, 160)}" if change.after in BAD and change.told else ""
    head = f"{change.requirement} {change.level} {change.endpoint}"
    return "  " + line(f"{head}: {path}{note}{told}")


def _steps(change: Change) -> Iterator[str]:
    for verdict in (change.before, change.after):
        yield f"{LOOKS[verdict].glyph} {LOOKS[verdict].word}" if verdict else "absent"

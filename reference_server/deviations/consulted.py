"""Which seams a server was asked for a decision.

A deviation changes one seam. What never consulted that seam went as with the right server: so the
product of all deviations with all requirements need not be run where nothing can differ.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reference_server.behaviour import Behaviour


class Notes:
    """Names of seams in a file, one a line, each when it is first consulted."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._seen: set[str] = set()

    def note(self, seam: str) -> None:
        """Write the name down unless it is there."""
        if seam in self._seen:  # most decisions are made again and again: without a lock
            return
        with self._lock, self._place.open("a", encoding="utf-8") as file:
            if seam not in self._seen:
                self._seen.add(seam)
                file.write(seam + "\n")


def seams(behaviour: type[Behaviour]) -> dict[str, Callable[..., Any]]:
    """The decisions of a behaviour by name."""
    names = (name for name in dir(behaviour) if not name.startswith("_"))
    return {n: getattr(behaviour, n) for n in names if callable(getattr(behaviour, n))}


def noting(behaviour: Behaviour, notes: Notes) -> Behaviour:
    """The same behaviour, which also notes what it is consulted about."""
    own = type(behaviour)
    members = {name: _noted(name, seam, notes) for name, seam in seams(own).items()}
    noted = type("NotingBehaviour", (own,), members)()
    assert isinstance(noted, Behaviour)
    return noted


def _noted(name: str, seam: Callable[..., Any], notes: Notes) -> Callable[..., Any]:
    @functools.wraps(seam)
    def consulted(*given: Any, **named: Any) -> Any:
        notes.note(name)
        return seam(*given, **named)

    return consulted

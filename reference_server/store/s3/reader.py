"""An object that is read from the store as it is asked for, in one stream where possible."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from reference_server.store import (
    BackendFailed,
    Change,
    Entry,
    Exists,
    Missing,
    Record,
    StoreProblem,
)
from reference_server.store.s3.places import Spot
from reference_server.store.s3.service import Found, ObjectStore

SMALL = 64 * 1024
"""Up to so many bytes are asked for exactly; for more the stream is kept for what follows."""

Amend = Callable[[Change], tuple[Record, Found]]
"""Changes what is kept with the object; returns that, and the object as it is then."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An object as it was when it was opened."""

    spot: Spot
    found: Found
    entry: Entry
    record: Record


class S3Reader:
    """Shows the bytes it was opened on: if the object is replaced meanwhile, reading fails."""

    def __init__(self, objects: ObjectStore, opened: Opened, amend: Amend) -> None:
        self.entry = opened.entry
        self._objects = objects
        self._opened = opened
        self._amend = amend
        self._stream: Any = None
        self._position = self._until = -1

    def read_into(self, view: memoryview, offset: int) -> int:
        left = self._opened.found.size - offset
        if left <= 0 or not view:
            return 0
        if offset != self._position or offset == self._until:
            self._begin(offset, len(view))
        with self._objects.failures():
            count = int(self._stream.readinto(view[: self._until - offset]))
        if not count:
            raise BackendFailed("the object store broke off")
        self._position += count
        return count

    def record(self) -> Record:
        return self._opened.record

    def amend(self, change: Change) -> None:
        """Keep what became known. Who may only read the bucket gets to know it all the same."""
        record, found = change(self._opened.record), self._opened.found
        with contextlib.suppress(StoreProblem):
            record, found = self._amend(change)
        self._opened = replace(self._opened, record=record, found=found)

    def close(self) -> None:
        """Ends a stream that was not read to its end, and with it its connection."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _begin(self, offset: int, wanted: int) -> None:
        self.close()
        size = self._opened.found.size
        self._until = min(offset + wanted, size) if wanted <= SMALL else size
        span = f"bytes={offset}-{self._until - 1}"
        try:
            self._stream = self._objects.read(self._opened.spot, span, self._opened.found.tag)
        except (Missing, Exists):
            raise BackendFailed("the object was replaced while it was read") from None
        self._position = offset

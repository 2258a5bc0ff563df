"""Publishing after success was reported, or before the end: only deviations do that."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from reference_server.store import Block, Draft, Entry, Record, Store, StoreProblem, Tick

LATE = 0.5
"""Seconds until the object is there."""


def publish_late(draft: Draft, path: str, record: Record, *, replace: bool) -> None:
    """Hand a draft over: it is published and given back by another thread."""

    def publish() -> None:
        with contextlib.suppress(StoreProblem, OSError):  # nobody is left to hear of it
            draft.publish(path, record, replace=replace)
        draft.discard()

    timer = threading.Timer(LATE, publish)
    timer.daemon = True
    timer.start()


class EarlyDraft:
    """A draft whose beginning stands under the final name until it is published or discarded."""

    def __init__(self, store: Store, path: str) -> None:
        self._store, self._path = store, path
        self._draft = store.draft()
        self._shown = False

    @property
    def size(self) -> int:
        return self._draft.size

    def write(self, block: Block) -> None:
        self._draft.write(block)
        if self._store.stat(self._path) is None:
            part = self._store.draft()
            part.write(block)
            part.publish(self._path, Record(), replace=False)
            self._shown = True

    def read_into(self, view: memoryview, offset: int) -> int:
        return self._draft.read_into(view, offset)

    def publish(
        self, path: str, record: Record, *, replace: bool, tick: Tick | None = None
    ) -> Entry:
        replaces, self._shown = replace or self._shown, False
        return self._draft.publish(path, record, replace=replaces, tick=tick)

    def discard(self) -> None:
        if self._shown:
            with contextlib.suppress(StoreProblem):
                self._store.delete(self._path)
        self._draft.discard()


class SharedDrafts:
    """Drafts by the path they are for, each used by every copy that writes there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drafts: dict[str, Draft] = {}

    def shared(self, path: str, make: Callable[[], Draft]) -> Draft:
        with self._lock:
            if path not in self._drafts:
                self._drafts[path] = make()
            return self._drafts[path]

    def forget(self, path: str) -> None:
        with self._lock:
            self._drafts.pop(path, None)

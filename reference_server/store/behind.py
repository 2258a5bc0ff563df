"""Hashing and writing in a thread of their own, so that receiving goes on meanwhile."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from reference_server.digests import Hasher
from reference_server.store import Block, Draft
from reference_server.wire.bodies import BLOCK, KEPT


class WriteBehind:
    """Takes the blocks of a stream for a draft and a hasher; use as a context manager.

    Small blocks are written at once: only a stream that fills whole blocks is worth a thread, and
    thousands of slow ones must fit.
    """

    def __init__(self, draft: Draft, hasher: Hasher) -> None:
        self._draft = draft
        self._hasher = hasher
        self._under_way: deque[Future[None]] = deque()
        self._thread: ThreadPoolExecutor | None = None

    def __enter__(self) -> WriteBehind:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the thread, which may still be writing; `finish` has told of its problems."""
        if self._thread is not None:
            self._thread.shutdown()

    def take(self, block: Block, stored: Block) -> None:
        """Count `block`, write `stored`; raises what an earlier one met (NoSpace, OSError)."""
        if self._thread is None and len(block) < BLOCK:
            return self._store(block, stored)
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1)
        self._wait(KEPT - 1)
        self._under_way.append(self._thread.submit(self._store, block, stored))
        return None

    def finish(self) -> None:
        """Wait until everything is written; raises what a block met."""
        self._wait(0)

    def _wait(self, most: int) -> None:
        """Until at most so many blocks are under way."""
        while len(self._under_way) > most:
            self._under_way.popleft().result()

    def _store(self, block: Block, stored: Block) -> None:
        self._hasher.update(block)
        self._draft.write(stored)

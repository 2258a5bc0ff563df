"""Publishing some time after success was reported: only deviations do that."""

from __future__ import annotations

import contextlib
import threading

from reference_server.store import Draft, Record, StoreProblem

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

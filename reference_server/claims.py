"""Which folders are in use: those whose mark is locked.

The kernel drops a lock of flock(2) when its process ends, in whatever way; a process id would not
do, since it comes back (in a container the next server has the same one).
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from pathlib import Path

MARK = ".httptpc.claim"


def claim(folder: Path) -> int:
    """Mark a folder as in use until the returned descriptor is closed or the process ends.

    The mark appears under its name only once it is locked, so nobody ever sees it free before.
    """
    hidden = folder / f"{MARK}.{secrets.token_hex(4)}"
    held = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    hidden.rename(folder / MARK)
    return held


def is_abandoned(folder: Path) -> bool:
    """Whether a folder of ours was claimed by a process that is gone."""
    if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
        return False
    try:
        mark = os.open(folder / MARK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(mark)
    return True


def sweep(place: Path, pattern: str = "*") -> None:
    """Remove the folders in a place that processes left behind without an end."""
    for folder in [*place.glob(pattern)]:
        try:
            left = is_abandoned(folder)
        except FileNotFoundError:
            continue  # another process was faster
        if left:
            shutil.rmtree(folder, ignore_errors=True)

"""A temporary folder of a run, and what runs that were killed left of theirs.

A folder is in use as long as its mark is locked: the kernel drops the lock with the process, in
whatever way it ends. Only folders with our mark, of our own user, whose lock is free are removed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path

MARK = ".httptpc-run"
PREFIX = "httptpc-"


def scratch() -> Path:
    """A new folder that counts as ours until this process ends; those of dead runs go first."""
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    hidden = folder / f"{MARK}-{secrets.token_hex(4)}"
    # never closed: the lock lasts as long as the process, and appears only once it is held
    held = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    hidden.rename(folder / MARK)
    return folder


def _sweep(place: Path) -> None:
    for folder in [*place.glob(f"{PREFIX}*")]:
        if _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether a folder is a run's that is over; False for all that is not clearly so."""
    try:
        if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
            return False
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

"""Records that a file system cannot keep with the object: in files of their own."""

from __future__ import annotations

import os
import threading
from pathlib import Path

Key = tuple[int, int]
"""Inode, and modification time in nanoseconds (0 for a collection)."""


class Sidecars:
    """Records by key, on disk for the next start and in memory for now.

    A record is written to a hidden name and renamed, so that a crash leaves the old or the new
    one. Whatever is not found any more at a start is removed by `sweep`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: dict[Key, bytes] = {}
        if folder.is_dir():
            for unfinished in folder.glob(".*"):
                unfinished.unlink(missing_ok=True)
            self._known = {_key(p.name): p.read_bytes() for p in folder.glob("[0-9]*-[0-9]*")}

    def get(self, key: Key) -> bytes | None:
        return self._known.get(key)

    def put(self, key: Key, record: bytes) -> None:
        """Keep a record; raises OSError."""
        with self._lock:
            self._folder.mkdir(exist_ok=True)
            hidden = self._folder / f".{_name(key)}"
            hidden.write_bytes(record)
            hidden.rename(self._folder / _name(key))
            self._known[key] = record

    def drop(self, key: Key) -> None:
        if key in self._known:
            with self._lock:
                self._known.pop(key, None)
                (self._folder / _name(key)).unlink(missing_ok=True)

    def sweep(self, root: Path) -> None:
        """Drop the records of objects that are gone; looks at nothing when there are none."""
        gone = {inode for inode, _ in self._known}
        if not gone:
            return
        for where, folders, files in os.walk(root):
            gone -= {(Path(where) / name).lstat().st_ino for name in (*folders, *files)}
        for key in [key for key in self._known if key[0] in gone]:
            self.drop(key)


def _name(key: Key) -> str:
    return f"{key[0]}-{key[1]}"


def _key(name: str) -> Key:
    inode, _, modified = name.partition("-")
    return int(inode), int(modified)

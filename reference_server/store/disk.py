"""Objects as files below one directory.

Drafts live in a hidden directory of the same file system and are renamed into place, so the end of
the process at any point leaves the old object or the new one (rename(2) is atomic). Against a loss
of power a durable store syncs what it publishes, bytes first and then the name; DELETE, MKCOL and
MOVE are left to the file system's own journal.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import shutil
import stat as stat_bits
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from reference_server.claims import claim, sweep
from reference_server.store import (
    Block,
    Change,
    Draft,
    Entry,
    Exists,
    IsCollection,
    Missing,
    NoParent,
    NoSpace,
    Reader,
    Record,
    StoreProblem,
    Tick,
)
from reference_server.store.sidecars import Key, Sidecars
from reference_server.wire.targets import RESERVED_PREFIX

RECORD_ATTRIBUTE = "user.httptpc"
LARGE = 1 << 25
"""Size from which a replaced file is given back on the side, bytes."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DiskStore:
    """A store on disk. `durable` syncs every publication to the medium; `temporary` is removed."""

    renames = True

    def __init__(self, root: Path, *, durable: bool = True, temporary: bool = False) -> None:
        self.root = root
        self.durable = durable
        self._temporary = temporary
        self._serial = itertools.count()
        self._clock = threading.Lock()
        self._last_ns = 0
        incoming = root / RESERVED_PREFIX / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        sweep(incoming)
        self._incoming = Path(tempfile.mkdtemp(dir=incoming, prefix=""))
        self._claim = claim(self._incoming)
        self.amending = threading.Lock()
        self.sidecars = Sidecars(root / RESERVED_PREFIX / "records")
        self.sidecars.sweep(root)

    def place(self, path: str) -> Path:
        """The file that stands for a path."""
        return self.root / path.lstrip("/")

    def changeable(self, path: str) -> Path:
        """The same for a change: whatever path gets here, nothing outside the store is changed."""
        if ".." in path.split("/"):
            raise StoreProblem(f"{path}: not below the store")
        return self.place(path)

    def fresh_name(self) -> Path:
        """A name in the hidden directory, in the part that is this process's own."""
        return self._incoming / str(next(self._serial))

    def next_ns(self) -> int:
        """The time, strictly increasing: two contents never share a modification time."""
        with self._clock:
            self._last_ns = max(time.time_ns(), self._last_ns + 1)
            return self._last_ns

    def stat(self, path: str) -> Entry | None:
        try:
            return entry_of(path, self.place(path).lstat())
        except (FileNotFoundError, NotADirectoryError):
            return None

    def children(self, path: str) -> list[Entry]:
        try:
            names = sorted(item.name for item in self.place(path).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(path) from None
        found = (self.stat(f"{path.rstrip('/')}/{name}") for name in names if _is_public(name))
        return [entry for entry in found if entry is not None]

    def open(self, path: str) -> Reader:
        try:
            fd = os.open(self.place(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(path) from None
        reader = DiskReader(self, path, fd)
        if reader.entry.is_collection:
            reader.close()
            raise IsCollection(path)
        return reader

    def draft(self) -> Draft:
        return DiskDraft(self)

    def make_collection(self, path: str) -> None:
        with _namespace_errors(path):
            self.changeable(path).mkdir()

    def delete(self, path: str) -> None:
        """A collection vanishes by one rename; its members are removed out of sight."""
        trash = self.fresh_name()
        with _namespace_errors(path):
            self.changeable(path).rename(trash)
        _remove(trash)

    def move(self, source: str, destination: str, *, replace: bool) -> None:
        """A file replaces a file in one step; where there is a collection, the old one goes first.

        RFC 4918 section 9.9.3 wants a DELETE of the destination, and rename(2) cannot do both.
        """
        old, new = self.stat(destination), self.stat(source)
        if old is not None and not replace:
            raise Exists(destination)
        if old is not None and new is not None and not old.is_collection | new.is_collection:
            with _namespace_errors(destination):
                self.place(source).rename(self.place(destination))
            return
        aside = self.fresh_name()
        with _namespace_errors(destination):
            if old is not None:
                self.changeable(destination).rename(aside)
            try:
                self.changeable(source).rename(self.changeable(destination))
            except OSError:
                if old is not None:
                    aside.rename(self.place(destination))
                raise
        if old is not None:
            _remove(aside)

    def owner(self, path: str) -> str:
        with contextlib.suppress(OSError, StoreProblem):
            return _read_record(self, str(self.place(path)), self.place(path).lstat()).owner
        return ""

    def set_owner(self, path: str, owner: str) -> None:
        place = self.changeable(path)
        write_record(self, str(place), place.lstat(), Record(owner=owner))

    def record(self, path: str) -> Record:
        with _opened(self.place(path)) as fd:
            return _read_record(self, fd, os.fstat(fd))

    def amend(self, path: str, change: Change) -> None:
        with _opened(self.changeable(path)) as fd:
            amend(self, fd, os.fstat(fd), change)

    def close(self) -> None:
        shutil.rmtree(self.root if self._temporary else self._incoming, ignore_errors=True)
        os.close(self._claim)


class DiskReader:
    """An open file; offsets are explicit, so several requests never share a position."""

    def __init__(self, store: DiskStore, path: str, fd: int) -> None:
        self._store = store
        self._fd = fd
        self._stat = os.fstat(fd)
        self.entry = entry_of(path, self._stat)

    def read_into(self, view: memoryview, offset: int) -> int:
        return os.preadv(self._fd, [view], offset)

    def record(self) -> Record:
        return _read_record(self._store, self._fd, self._stat)

    def amend(self, change: Change) -> None:
        amend(self._store, self._fd, self._stat, change)

    def close(self) -> None:
        os.close(self._fd)


class DiskDraft:
    """A file in the hidden directory."""

    def __init__(self, store: DiskStore) -> None:
        self._store = store
        self._place = store.fresh_name()
        self._fd = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self.size = 0

    def write(self, block: Block) -> None:
        view = memoryview(block)
        try:
            while view:
                written = os.write(self._fd, view)
                self.size += written
                view = view[written:]
        except OSError as problem:
            if problem.errno in FULL:
                raise NoSpace("no space left") from None
            raise

    def read_into(self, view: memoryview, offset: int) -> int:
        return os.preadv(self._fd, [view], offset)

    def publish(
        self, path: str, record: Record, *, replace: bool, tick: Tick | None = None
    ) -> Entry:
        now = self._store.next_ns()
        os.utime(self._fd, ns=(now, now))
        write_record(self._store, self._fd, os.fstat(self._fd), record)
        if self._store.durable:
            os.fsync(self._fd)
        with _namespace_errors(path):
            self._put_in_place(self._store.changeable(path), replace=replace)
        entry = entry_of(path, os.fstat(self._fd))
        self._close()
        return entry

    def _put_in_place(self, target: Path, *, replace: bool) -> None:
        if replace:
            old = _held(target)
            self._place.rename(target)
            if old is not None:
                threading.Thread(target=os.close, args=(old,)).start()
        else:  # link(2) fails where a name exists: no race between looking and publishing
            os.link(self._place, target)
            self._place.unlink()
        if self._store.durable:
            _sync_directory(target.parent)

    def discard(self) -> None:
        if self._fd >= 0:
            self._close()
            self._place.unlink(missing_ok=True)

    def _close(self) -> None:
        os.close(self._fd)
        self._fd = -1


def entry_of(path: str, found: os.stat_result) -> Entry:
    """What stat(2) says, in the words of a store."""
    is_collection = stat_bits.S_ISDIR(found.st_mode)
    tag = f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"
    size = 0 if is_collection else found.st_size
    return Entry(path, is_collection, size, found.st_mtime_ns, found.st_mtime_ns, tag)


def _is_public(name: str) -> bool:
    return not name.startswith(RESERVED_PREFIX)


@contextlib.contextmanager
def _namespace_errors(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NoParent(path) from None
    except NotADirectoryError:
        raise NoParent(path) from None
    except FileExistsError:
        raise Exists(path) from None
    except IsADirectoryError:
        raise IsCollection(path) from None
    except OSError as problem:
        if problem.errno in FULL:
            raise NoSpace(path) from None
        raise StoreProblem(f"{path}: {problem.strerror}") from None


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _held(place: Path) -> int | None:
    """A hold on a large file that is about to be replaced.

    Giving back its space takes the kernel long (0.1 s per GiB) and would happen in the rename;
    nobody has to wait for it.
    """
    with contextlib.suppress(FileNotFoundError):
        if place.lstat().st_size >= LARGE:
            return os.open(place, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    return None


def _sync_directory(place: Path) -> None:
    fd = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _identity(found: os.stat_result) -> tuple[int, int]:
    """Which content a record speaks of: a file changed behind our back loses its record."""
    return (
        (0, found.st_ino)
        if stat_bits.S_ISDIR(found.st_mode)
        else (found.st_mtime_ns, found.st_size)
    )


def _read_record(store: DiskStore, where: int | str, found: os.stat_result) -> Record:
    try:
        aside = store.sidecars.get(_key(found))
        kept = json.loads(aside or os.getxattr(where, RECORD_ATTRIBUTE))
    except (OSError, ValueError):
        return Record()
    if kept.pop("of", None) != list(_identity(found)):
        return Record()
    return Record(**kept)


def write_record(store: DiskStore, where: int | str, found: os.stat_result, record: Record) -> None:
    """Keep the record as an extended attribute, or aside where there are none or only small ones.

    One kept aside counts first; at any crash either the old or the new one counts.
    """
    kept = json.dumps({"of": _identity(found), **asdict(record)}).encode()
    try:
        os.setxattr(where, RECORD_ATTRIBUTE, kept)
    except OSError:
        store.sidecars.put(_key(found), kept)
    else:
        store.sidecars.drop(_key(found))


def amend(store: DiskStore, fd: int, found: os.stat_result, change: Change) -> None:
    """Change the record of an open file or directory; no other change comes in between."""
    with store.amending:
        write_record(store, fd, found, change(_read_record(store, fd, found)))
    if store.durable:
        os.fsync(fd)


def _key(found: os.stat_result) -> Key:
    """A collection keeps its record when its members change, and with them its time."""
    return (found.st_ino, 0 if stat_bits.S_ISDIR(found.st_mode) else found.st_mtime_ns)


@contextlib.contextmanager
def _opened(place: Path) -> Iterator[int]:
    try:
        fd = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise Missing(str(place)) from None
    try:
        yield fd
    finally:
        os.close(fd)

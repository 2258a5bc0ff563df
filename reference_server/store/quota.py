"""A limit on what a store holds: objects, and the drafts that are being written."""

from __future__ import annotations

import threading

from reference_server.store import (
    Block,
    Change,
    Draft,
    Entry,
    Missing,
    NoSpace,
    Reader,
    Record,
    Store,
    Tick,
)
from reference_server.wire.targets import is_below


class Room:
    """How many bytes there may be, and how many there are. Collections count nothing."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._sizes: dict[str, int] = {}
        self._stored = 0
        self._drafted = 0

    @property
    def used(self) -> int:
        """Bytes of objects and of drafts."""
        return self._stored + self._drafted

    @property
    def available(self) -> int:
        return max(0, self.limit - self.used)

    def check(self, count: int) -> None:
        """Raises NoSpace where so many bytes more do not fit."""
        if count > self.available:
            raise NoSpace("quota exhausted")

    def take(self, count: int) -> None:
        """Count bytes of a draft; raises NoSpace."""
        with self._lock:
            self.check(count)
            self._drafted += count

    def give(self, count: int) -> None:
        """The draft with so many bytes is over."""
        with self._lock:
            self._drafted -= count

    def note(self, store: Store, path: str) -> None:
        """Count again what is at a path; the last of several that change it sees the truth."""
        with self._lock:
            entry = store.stat(path)
            self._stored -= self._sizes.pop(path, 0)
            if entry is not None and not entry.is_collection:
                self._sizes[path] = entry.size
                self._stored += entry.size

    def below(self, path: str) -> list[str]:
        """The objects that were counted at a path or below it."""
        with self._lock:
            return [name for name in self._sizes if is_below(name, path)]


class QuotaStore:
    """A store that holds no more than so many bytes. Nobody else may change what is below it.

    A draft counts as it grows and what it replaces until it is published: for that moment both
    are on the medium.
    """

    def __init__(self, store: Store, limit: int) -> None:
        self._store = store
        self.room = Room(limit)
        self._count("/")

    @property
    def renames(self) -> bool:
        return self._store.renames

    def stat(self, path: str) -> Entry | None:
        return self._store.stat(path)

    def children(self, path: str) -> list[Entry]:
        return self._store.children(path)

    def open(self, path: str) -> Reader:
        return self._store.open(path)

    def draft(self) -> Draft:
        return QuotaDraft(self._store, self.room)

    def make_collection(self, path: str) -> None:
        self._store.make_collection(path)

    def delete(self, path: str) -> None:
        known = self.room.below(path)
        self._store.delete(path)
        self._note(known)

    def move(self, source: str, destination: str, *, replace: bool) -> None:
        known = self.room.below(source)
        moved = [destination + name[len(source) :] for name in known]
        known += self.room.below(destination)
        self._store.move(source, destination, replace=replace)
        self._note([*known, *moved])

    def owner(self, path: str) -> str:
        return self._store.owner(path)

    def set_owner(self, path: str, owner: str) -> None:
        self._store.set_owner(path, owner)

    def record(self, path: str) -> Record:
        return self._store.record(path)

    def amend(self, path: str, change: Change) -> None:
        self._store.amend(path, change)

    def close(self) -> None:
        self._store.close()

    def _note(self, paths: list[str]) -> None:
        for path in paths:
            self.room.note(self._store, path)

    def _count(self, path: str) -> None:
        """Count what is there at the start."""
        try:
            members = self._store.children(path)
        except Missing:
            return
        for member in members:
            if member.is_collection:
                self._count(member.path)
            else:
                self.room.note(self._store, member.path)


class QuotaDraft:
    """A draft whose bytes count."""

    def __init__(self, store: Store, room: Room) -> None:
        self._store = store
        self._room = room
        self._draft = store.draft()
        self._taken = 0

    @property
    def size(self) -> int:
        return self._draft.size

    def write(self, block: Block) -> None:
        count = memoryview(block).nbytes
        self._room.take(count)
        self._taken += count
        self._draft.write(block)

    def read_into(self, view: memoryview, offset: int) -> int:
        return self._draft.read_into(view, offset)

    def publish(
        self, path: str, record: Record, *, replace: bool, tick: Tick | None = None
    ) -> Entry:
        entry = self._draft.publish(path, record, replace=replace, tick=tick)
        self._settle()
        self._room.note(self._store, path)
        return entry

    def discard(self) -> None:
        self._draft.discard()
        self._settle()

    def _settle(self) -> None:
        self._room.give(self._taken)
        self._taken = 0

"""Objects in memory: for small tests and for throughput without a disk."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from dataclasses import replace as changed

from reference_server.store import (
    Block,
    Change,
    Draft,
    Entry,
    Exists,
    IsCollection,
    Missing,
    NoParent,
    Reader,
    Record,
    Tick,
)
from reference_server.wire.targets import is_below, parent_of


@dataclass(slots=True)
class Node:
    """One resource; content None marks a collection."""

    entry: Entry
    content: bytes | bytearray | None
    record: Record = field(default_factory=Record)


class MemoryStore:
    """A store that ends with the process."""

    renames = True

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._serial = itertools.count(1)
        self._nodes: dict[str, Node] = {"/": self._collection("/")}

    def stat(self, path: str) -> Entry | None:
        node = self._nodes.get(path)
        return node.entry if node else None

    def children(self, path: str) -> list[Entry]:
        with self._lock:
            if path not in self._nodes:
                raise Missing(path)
            return [
                node.entry
                for name, node in sorted(self._nodes.items())
                if name != "/" and parent_of(name) == path
            ]

    def open(self, path: str) -> Reader:
        node = self._nodes.get(path)
        if node is None:
            raise Missing(path)
        if node.content is None:
            raise IsCollection(path)
        return MemoryReader(node, self._lock)

    def draft(self) -> Draft:
        return MemoryDraft(self)

    def make_collection(self, path: str) -> None:
        with self._lock:
            self._check_parent(path)
            if path in self._nodes:
                raise Exists(path)
            self._nodes[path] = self._collection(path)

    def delete(self, path: str) -> None:
        with self._lock:
            if path not in self._nodes:
                raise Missing(path)
            for name in [name for name in self._nodes if is_below(name, path)]:
                del self._nodes[name]

    def move(self, source: str, destination: str, *, replace: bool) -> None:
        with self._lock:
            self._check_parent(destination)
            if source not in self._nodes:
                raise Missing(source)
            if destination in self._nodes:
                if not replace:
                    raise Exists(destination)
                self.delete(destination)
            for name in [name for name in self._nodes if is_below(name, source)]:
                node = self._nodes.pop(name)
                moved = destination + name[len(source) :]
                node.entry = changed(node.entry, path=moved)
                self._nodes[moved] = node

    def owner(self, path: str) -> str:
        node = self._nodes.get(path)
        return node.record.owner if node else ""

    def set_owner(self, path: str, owner: str) -> None:
        self._nodes[path].record = Record(owner=owner)

    def record(self, path: str) -> Record:
        node = self._nodes.get(path)
        if node is None:
            raise Missing(path)
        return node.record

    def amend(self, path: str, change: Change) -> None:
        with self._lock:
            if path not in self._nodes:
                raise Missing(path)
            self._nodes[path].record = change(self._nodes[path].record)

    def close(self) -> None:
        self._nodes.clear()

    def put(self, path: str, node: Node, *, replace: bool) -> Entry:
        """Make a node visible; called by a draft."""
        with self._lock:
            self._check_parent(path)
            old = self._nodes.get(path)
            if old is not None and old.content is None:
                raise IsCollection(path)
            if old is not None and not replace:
                raise Exists(path)
            node.entry = changed(node.entry, path=path, tag=f"m{next(self._serial)}")
            self._nodes[path] = node
            return node.entry

    def _check_parent(self, path: str) -> None:
        parent = self._nodes.get(parent_of(path))
        if parent is None or parent.content is not None:
            raise NoParent(path)

    def _collection(self, path: str) -> Node:
        now = time.time_ns()
        return Node(Entry(path, True, 0, now, now, f"m{next(self._serial)}"), None)


class MemoryReader:
    """An open object in memory."""

    def __init__(self, node: Node, lock: threading.RLock) -> None:
        self._node = node
        self._lock = lock
        self.entry = node.entry
        self._content = memoryview(node.content or b"")

    def read_into(self, view: memoryview, offset: int) -> int:
        part = self._content[offset : offset + len(view)]
        view[: len(part)] = part
        return len(part)

    def record(self) -> Record:
        return self._node.record

    def amend(self, change: Change) -> None:
        with self._lock:
            self._node.record = change(self._node.record)

    def close(self) -> None:
        self._content.release()


class MemoryDraft:
    """Bytes gathered in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._content = bytearray()

    @property
    def size(self) -> int:
        return len(self._content)

    def write(self, block: Block) -> None:
        self._content += block

    def read_into(self, view: memoryview, offset: int) -> int:
        part = self._content[offset : offset + len(view)]
        view[: len(part)] = part
        return len(part)

    def publish(
        self, path: str, record: Record, *, replace: bool, tick: Tick | None = None
    ) -> Entry:
        now = time.time_ns()
        entry = Entry(path, False, self.size, now, now, "")
        return self._store.put(path, Node(entry, self._content, record), replace=replace)

    def discard(self) -> None:
        self._content = bytearray()

"""Where objects live: the contract of a store, and what it hands out.

A store knows absolute, normalised paths ("/vo/file") and nothing of HTTP. New content is written
to a draft that no request can see and becomes visible by one atomic step, `Draft.publish`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

Block = bytes | bytearray | memoryview
"""What may be written: anything with contiguous bytes."""


class StoreProblem(Exception):
    """Something the namespace does not allow; the message names the path."""


class Missing(StoreProblem):
    """There is no such resource."""


class Exists(StoreProblem):
    """There is a resource already, and it may not be replaced."""


class NoParent(StoreProblem):
    """The collection that should hold the resource does not exist."""


class IsCollection(StoreProblem):
    """A collection stands where a file is needed."""


class NoSpace(StoreProblem):
    """The medium is full or the quota exhausted."""


class Forbidden(StoreProblem):
    """The namespace is not ours to change there."""


class CannotMove(StoreProblem):
    """The medium knows no renaming."""


class BackendFailed(StoreProblem, OSError):
    """The medium is another server, and it refused, failed or broke off.

    It is an OSError too: once an answer is under way, it ends the connection as a lost disk does.
    """


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource: size in bytes, times in nanoseconds since the Unix epoch.

    `tag` changes with every change of content and never returns for other content.
    """

    path: str
    is_collection: bool
    size: int
    modified_ns: int
    created_ns: int
    tag: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept with an object besides its bytes: digests in hex by algorithm, owner, etc."""

    digests: dict[str, str] = field(default_factory=dict)
    owner: str = ""
    properties: dict[str, str] = field(default_factory=dict)


Change = Callable[[Record], Record]
"""What becomes of a record."""
Tick = Callable[[], None]
"""What a caller that waits wants done meanwhile."""


class Reader(Protocol):
    """An open object. It keeps showing the bytes it was opened on, whatever happens to the path."""

    @property
    def entry(self) -> Entry: ...

    def read_into(self, view: memoryview, offset: int) -> int:
        """Read from `offset` into the view; returns the number of bytes, 0 at the end."""

    def record(self) -> Record: ...

    def amend(self, change: Change) -> None:
        """Change what is kept with the object; no other change comes in between."""

    def close(self) -> None: ...


class Draft(Protocol):
    """New content that nobody sees yet."""

    @property
    def size(self) -> int: ...

    def write(self, block: Block) -> None:
        """Append a block; raises NoSpace."""

    def read_into(self, view: memoryview, offset: int) -> int:
        """Read back from `offset`; returns the number of bytes, 0 at the end."""

    def publish(
        self, path: str, record: Record, *, replace: bool, tick: Tick | None = None
    ) -> Entry:
        """Make it the resource at `path` in one step; raises Exists, NoParent, IsCollection.

        Where that may last, `tick` is called again and again in the caller's thread; what it
        raises ends the attempt.
        """

    def discard(self) -> None:
        """Forget the content; does nothing after `publish`."""


class Store(Protocol):
    """A namespace of collections and objects. `renames` says whether `move` ever works."""

    @property
    def renames(self) -> bool: ...

    def stat(self, path: str) -> Entry | None: ...

    def children(self, path: str) -> list[Entry]:
        """Members of a collection, by name; raises Missing."""

    def open(self, path: str) -> Reader:
        """Open an object for reading; raises Missing, IsCollection."""

    def draft(self) -> Draft: ...

    def make_collection(self, path: str) -> None:
        """Raises Exists, NoParent."""

    def delete(self, path: str) -> None:
        """Remove an object, or a collection with all its members at once; raises Missing."""

    def move(self, source: str, destination: str, *, replace: bool) -> None:
        """Rename; raises Missing, Exists, NoParent, CannotMove."""

    def owner(self, path: str) -> str:
        """Who created the resource; empty when unknown."""

    def set_owner(self, path: str, owner: str) -> None: ...

    def record(self, path: str) -> Record:
        """What is kept with an object or a collection; raises Missing."""

    def amend(self, path: str, change: Change) -> None:
        """Change that, while no other change comes in between; raises Missing."""

    def close(self) -> None:
        """Drop what is temporary; what a user gave as store stays."""

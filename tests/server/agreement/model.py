"""A namespace as RFC 4918 wants it, kept in a dictionary: what the server has to agree with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Node:
    """A file with its content, or a collection (None); and its extended attributes."""

    content: bytes | None
    attributes: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_file(self) -> bool:
        return self.content is not None


Wishes = tuple[str | None, bool]
"""Precondition: an entity tag condition that was sent, and whether it held at that moment."""


@dataclass
class Tree:
    """Paths below a base, "" being the base itself. Every change returns the expected status."""

    nodes: dict[str, Node] = field(default_factory=lambda: {"": Node(None)})

    def put(self, path: str, content: bytes, *, holds: bool = True, fits: bool = True) -> int:
        """Upload; `holds`: its precondition does, `fits`: the digest it came with does."""
        old = self.nodes.get(path)
        if old is not None and not old.is_file:
            return 405
        if not self._has_parent(path):
            return 409
        if not holds:
            return 412
        if not fits:
            return 400
        self.nodes[path] = Node(content)
        return 201 if old is None else 204

    def delete(self, path: str) -> int:
        if path not in self.nodes:
            return 404
        for name in self.below(path):
            del self.nodes[name]
        return 204

    def make_collection(self, path: str) -> int:
        if path in self.nodes:
            return 405
        if not self._has_parent(path):
            return 409
        self.nodes[path] = Node(None)
        return 201

    def relocate(self, source: str, target: str, *, overwrite: bool, keep: bool) -> int:
        """MOVE, or COPY within the server (`keep`)."""
        if source not in self.nodes:
            return 404
        exists = target in self.nodes
        if exists and not overwrite:
            return 412
        if _overlap(source, target):
            return 403
        if not self._has_parent(target):
            return 409
        taken = {name: self.nodes[name] for name in self.below(source)}
        for name in [*self.below(target), *([] if keep else taken)]:
            del self.nodes[name]
        self.nodes.update({target + name[len(source) :]: node for name, node in taken.items()})
        return 204 if exists else 201

    def annotate(self, path: str, name: str, value: str | None) -> int:
        node = self.nodes.get(path)
        if node is None:
            return 404
        kept = {pair for pair in node.attributes if pair[0] != name}
        new = kept if value is None else {*kept, (name, value)}
        self.nodes[path] = replace(node, attributes=frozenset(new))
        return 207

    def receive(self, path: str, content: bytes | None, *, overwrite: bool) -> int:
        """The target's side of a pull; 202 for one that is accepted, content None fails then."""
        old = self.nodes.get(path)
        if old is not None and not old.is_file:
            return 409
        if not self._has_parent(path):
            return 409
        if old is not None and not overwrite:
            return 412
        if content is not None:
            self.nodes[path] = Node(content)
        return 202

    def content(self, path: str) -> bytes | None:
        node = self.nodes.get(path)
        return node.content if node else None

    def is_collection(self, path: str) -> bool:
        return path in self.nodes and not self.nodes[path].is_file

    def below(self, path: str) -> list[str]:
        """The path and everything under it."""
        return [name for name in self.nodes if name == path or name.startswith(path + "/")]

    def _has_parent(self, path: str) -> bool:
        return self.is_collection(path.rpartition("/")[0])


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")

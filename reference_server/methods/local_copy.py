"""COPY within this server (RFC 4918 section 9.8)."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.auth.identity import Activity
from reference_server.behaviour import Behaviour
from reference_server.digests import ADLER32, Hasher
from reference_server.methods.namespace import check_parent
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import Entry, Record, Store
from reference_server.transfer.order import Direction
from reference_server.transfer.remote_url import RemoteUrl
from reference_server.wire.bodies import BLOCK
from reference_server.wire.responses import Response
from reference_server.wire.targets import decode_path, is_below, name_of


def copy(request: Request, direction: Direction, remote: RemoteUrl) -> Response:
    """Copy a resource of ours to another path of ours; raises Refusal."""
    there = rooted(request, remote)
    is_push = direction is Direction.PUSH
    source, destination = (request.path, there) if is_push else (there, request.path)
    identity = request.require(Activity.DOWNLOAD, source)
    request.require(Activity.UPLOAD, destination)
    store = request.parts.store
    old, entry = store.stat(destination), store.stat(source)
    _check(request, entry, old, destination)
    assert entry is not None
    if old is not None:
        request.require(Activity.DELETE, destination)
    if is_below(destination, source) or is_below(source, destination):
        raise Refusal(403, "source and destination overlap")
    _check_room(request, entry, old)
    if old is not None and (old.is_collection or entry.is_collection):
        store.delete(destination)
    behaviour = request.parts.behaviour
    _Copying(store, identity.name, _is_deep(request), behaviour).tree(entry, destination)
    return Response(201 if old is None else 204)


def _check_room(request: Request, entry: Entry, old: Entry | None) -> None:
    """Raises NoSpace before anything is touched; a collection in the way goes before the copy."""
    room, store = request.parts.room, request.parts.store
    if room is None:
        return
    goes_first = old is not None and (old.is_collection or entry.is_collection)
    freed = _weight(store, old) if old is not None and goes_first else 0
    needed = _weight(store, entry) if _is_deep(request) else entry.size
    room.check(needed - freed)


def _weight(store: Store, entry: Entry) -> int:
    """Bytes of an object or of all in a collection."""
    if not entry.is_collection:
        return entry.size
    return sum(_weight(store, member) for member in store.children(entry.path))


def rooted(request: Request, remote: RemoteUrl) -> str:
    """The path a URL of ours stands for, below the requester's root."""
    root = request.identity.rights.root if request.identity else ""
    return root + decode_path(remote.path) if root else decode_path(remote.path)


def _check(request: Request, entry: Entry | None, old: Entry | None, destination: str) -> None:
    if entry is None:
        raise Refusal(404, "no such resource")
    value = request.parts.behaviour.overwrite_value(request.head.get("overwrite"))
    if request.parts.behaviour.overwrite_conflict(value, exists=old is not None):
        raise Refusal(412, "destination exists and Overwrite is F")
    check_parent(request, destination)


def _is_deep(request: Request) -> bool:
    """Depth of the copy: infinity unless 0 is said."""
    depth = (request.head.get("depth") or "infinity").lower()
    if depth not in ("0", "infinity"):
        raise Refusal(400, "Depth is neither 0 nor infinity")
    return depth == "infinity"


@dataclass(frozen=True, slots=True)
class _Copying:
    """One copy under way, below one store and for one owner."""

    store: Store
    owner: str
    deep: bool
    behaviour: Behaviour

    def tree(self, entry: Entry, destination: str) -> None:
        """Copy a resource, members included where the copy is deep."""
        if not entry.is_collection:
            return self._file(entry, destination)
        self.store.make_collection(destination)
        properties = self.store.record(entry.path).properties
        self.store.amend(destination, lambda _: Record(owner=self.owner, properties=properties))
        for member in self.store.children(entry.path) if self.deep else ():
            self.tree(member, f"{destination}/{name_of(member.path)}")
        return None

    def _file(self, entry: Entry, destination: str) -> None:
        reader, draft = self.store.open(entry.path), self.store.draft()
        try:
            hasher = Hasher([ADLER32])
            buffer = memoryview(bytearray(min(BLOCK, max(1, entry.size))))
            while count := reader.read_into(buffer, draft.size):
                hasher.update(buffer[:count])
                draft.write(self.behaviour.block_to_copy(buffer[:count]))
            properties = reader.record().properties
            record = Record(hasher.values(), self.owner, properties)
            draft.publish(destination, record, replace=True)
        finally:
            reader.close()
            draft.discard()

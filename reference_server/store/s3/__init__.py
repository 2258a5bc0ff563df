"""Objects in a bucket of an S3 object store: the server as its data-transfer node.

A collection is a common prefix of keys. One that is made by MKCOL, and so may be empty, has an
object of no bytes under the prefix itself, as other programs do it. Everything is asked of the
store anew: other programs may write there, too.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace as changed
from pathlib import Path

from reference_server.behaviour import Behaviour
from reference_server.store import (
    BackendFailed,
    CannotMove,
    Change,
    Draft,
    Entry,
    Exists,
    Forbidden,
    IsCollection,
    Missing,
    NoParent,
    Reader,
    Record,
)
from reference_server.store.disk import DiskStore
from reference_server.store.s3.draft import S3Draft, Upload
from reference_server.store.s3.places import Root, Spot
from reference_server.store.s3.reader import Opened, S3Reader
from reference_server.store.s3.records import from_metadata, to_metadata
from reference_server.store.s3.service import MOST_PARTS, PART, SINGLE, Found, ObjectStore, Parts
from reference_server.wire.targets import parent_of

AT_ONCE = 1000
"""Keys in one request to delete."""
LARGEST_COPY = 5 << 30
"""Bytes of an object whose metadata S3 changes by one copy."""
FIXED = "this collection belongs to the object store and cannot be changed here"


class S3Store:
    """A store in one bucket or in all of them. Raises ValueError for a bucket that is not there."""

    renames = False

    def __init__(
        self, root: Root, objects: ObjectStore, behaviour: Behaviour, staging: Path
    ) -> None:
        self._root = root
        self._objects = objects
        self._behaviour = behaviour
        self._staging = DiskStore(staging, durable=False)
        self._amending = threading.Lock()
        if root.bucket and not objects.has_bucket(root.bucket):
            raise ValueError(f"--store s3://{root.bucket}: no such bucket")

    def stat(self, path: str) -> Entry | None:
        found = self._object(path)
        if found is not None:
            return self._shown(_entry(path, found))
        return _collection(path) if self._is_collection(path) else None

    def children(self, path: str) -> list[Entry]:
        spot = self._root.spot(path)
        if not spot.bucket:
            return [_collection(f"/{name}") for name in self._objects.buckets()]
        entries: dict[str, Entry] = {}
        for member in self._objects.members(spot):
            entry = self._member(path, spot, member)
            if entry is not None and (entry.path not in entries or not entry.is_collection):
                entries[entry.path] = entry  # where a file and a collection share it: the file
        if not entries and not self._is_collection(path):
            raise Missing(path)
        return [entries[name] for name in sorted(entries)]

    def open(self, path: str) -> Reader:
        found = self._object(path)
        if found is None:
            raise IsCollection(path) if self._is_collection(path) else Missing(path)
        spot = self._root.spot(path)
        opened = Opened(spot, found, _entry(path, found), self._record(found))
        return S3Reader(self._objects, opened, lambda change: self._amend(spot, change))

    def draft(self) -> Draft:
        return S3Draft(self, self._staging.draft())

    def make_collection(self, path: str) -> None:
        spot = self._changeable(path)
        self._check_parent(path)
        if self.stat(path) is not None:
            raise Exists(path)
        self._objects.put(Spot(spot.bucket, spot.prefix), b"", 0, to_metadata(Record(), 0))
        if self._objects.head(spot) is not None:  # a store on a file system dropped the slash
            self._objects.delete(spot.bucket, [spot.key])
            raise BackendFailed("the object store keeps no empty collections")

    def delete(self, path: str) -> None:
        """A collection goes key by key, its marker last: S3 knows no step for many."""
        spot = self._changeable(path)
        if not self._behaviour.deletes_objects():
            return
        if self._object(path) is not None:
            self._objects.delete(spot.bucket, [spot.key])
            return
        if not self._is_collection(path):
            raise Missing(path)
        keys = (f.key for f in self._objects.members(spot, deep=True) if isinstance(f, Found))
        members = (key for key in keys if key != spot.prefix)
        while some := list(itertools.islice(members, AT_ONCE)):
            self._objects.delete(spot.bucket, some)
        self._objects.delete(spot.bucket, [spot.prefix])

    def move(self, source: str, destination: str, *, replace: bool) -> None:
        """Renaming is disabled (XRootD's S3 document, Renaming)."""
        raise CannotMove("the object store knows no renaming")

    def owner(self, path: str) -> str:
        try:
            return self.record(path).owner
        except Missing:
            return ""

    def set_owner(self, path: str, owner: str) -> None:
        self.amend(path, lambda _: Record(owner=owner))

    def record(self, path: str) -> Record:
        found = self._object(path) or self._marker(path)
        if found is None and not self._is_collection(path):
            raise Missing(path)
        return Record() if found is None else self._record(found)

    def amend(self, path: str, change: Change) -> None:
        if self._object(path) is not None:
            self._amend(self._root.spot(path), change)
            return
        spot = self._changeable(path)
        with self._amending:
            metadata = to_metadata(change(self.record(path)), 0)
            self._objects.put(Spot(spot.bucket, spot.prefix), b"", 0, metadata)

    def close(self) -> None:
        """The staging area goes with the process that made it; the bucket stays as it is."""
        self._staging.close()

    def publish(self, path: str, upload: Upload, *, replace: bool) -> Entry:
        """Send a staged upload to where it belongs."""
        try:
            spot = self._changeable(path)
            self._check_parent(path)
            if self._is_collection(path):
                raise IsCollection(path)
            if not replace and self._object(path) is not None:
                raise Exists(path)
        except BaseException:
            upload.end()
            raise
        planned = Entry(path, False, upload.size, 0, 0, "")
        where = Spot(spot.bucket, self._behaviour.object_key(spot.key))
        return self._behaviour.upload_object(
            lambda: self._upload(where, planned, upload, replace=replace), planned
        )

    def _upload(self, spot: Spot, planned: Entry, upload: Upload, *, replace: bool) -> Entry:
        """One request for what is small, parts for the rest; then see that it is there."""
        try:
            self._send(spot, upload, to_metadata(upload.record, upload.size), replace=replace)
        except Missing:
            raise BackendFailed("the bucket is not there") from None
        finally:
            upload.end()
        found = self._objects.head(spot)
        if found is None or found.size != upload.size:
            raise BackendFailed("the object store did not keep the object")
        return _entry(planned.path, found)

    def _send(self, spot: Spot, upload: Upload, metadata: dict[str, str], *, replace: bool) -> None:
        if upload.size <= SINGLE:
            send = self._objects.put if replace else self._objects.put_new
            send(spot, upload.part(0, upload.size), upload.size, metadata)
            return
        with self._objects.parts(spot, metadata, new=not replace) as parts:
            _send_parts(parts, upload)

    def _object(self, path: str) -> Found | None:
        spot = self._root.spot(path)
        found = self._objects.head(spot) if spot.key else None
        if found is None or from_metadata(found.metadata, found.size) is not None:
            return found
        return found if self._behaviour.shows_foreign_object() else None

    def _marker(self, path: str) -> Found | None:
        spot = self._root.spot(path)
        return self._objects.head(Spot(spot.bucket, spot.prefix)) if spot.key else None

    def _is_collection(self, path: str) -> bool:
        spot = self._root.spot(path)
        if not spot.bucket or path == "/":
            return True
        return (
            self._objects.has_members(spot) if spot.key else self._objects.has_bucket(spot.bucket)
        )

    def _changeable(self, path: str) -> Spot:
        """The place of what is not the store's own; raises Forbidden."""
        spot = self._root.spot(path)
        if self._root.is_fixed(spot):
            raise Forbidden(FIXED)
        return spot

    def _check_parent(self, path: str) -> None:
        parent = self.stat(parent_of(path))
        if parent is None or not parent.is_collection:
            raise NoParent(path)

    def _shown(self, entry: Entry) -> Entry:
        return changed(entry, size=self._behaviour.object_size(entry.size))

    def _member(self, path: str, spot: Spot, member: Found | str) -> Entry | None:
        """A member of a listing; None for the marker, and for names no path can have."""
        key = member if isinstance(member, str) else member.key
        name = key[len(spot.prefix) :].rstrip("/")
        if name in ("", ".", "..") or "/" in name:
            return None
        where = f"{path.rstrip('/')}/{name}"
        if isinstance(member, Found):
            return self._shown(_entry(where, member)) if not key.endswith("/") else None
        if not self._behaviour.prefix_is_collection():
            return Entry(where, False, 0, 0, 0, "prefix")
        return _collection(where)

    def _record(self, found: Found) -> Record:
        record = from_metadata(found.metadata, found.size) or Record()
        return self._behaviour.record_of_object(record, found.tag)

    def _amend(self, spot: Spot, change: Change) -> tuple[Record, Found]:
        """Change the record of an object; raises Forbidden if it is too large for a copy."""
        with self._amending:
            found = self._objects.head(spot)
            if found is None:
                raise Missing(spot.key)
            record = change(self._record(found))
            if found.size > LARGEST_COPY:
                raise Forbidden("S3 changes nothing beside an object over 5 GiB")
            metadata = to_metadata(record, found.size, found.metadata)
            return record, changed(found, tag=self._objects.set_metadata(spot, found, metadata))


def _entry(path: str, found: Found) -> Entry:
    return Entry(path, False, found.size, found.modified_ns, found.modified_ns, found.tag)


def _collection(path: str) -> Entry:
    """S3 tells no time of a prefix."""
    return Entry(path, True, 0, 0, 0, "prefix")


def _send_parts(parts: Parts, upload: Upload) -> None:
    size = max(PART, -(-upload.size // MOST_PARTS))
    for start in range(0, upload.size, size):
        stop = min(start + size, upload.size)
        parts.add(upload.part(start, stop), stop - start)

"""Seams of a store that is another server: how a gateway uses what lies behind it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.store import Entry, Record


class StorageSeams:
    """Decisions of a gateway to an object store (XRootD's S3 document, introduction)."""

    def object_key(self, key: str) -> str:
        """The key under which an upload is stored: that by which it will be looked for."""
        return key

    def upload_object(self, send: Callable[[], Entry], planned: Entry) -> Entry:
        """Send a complete upload to the object store, and tell what it has become there.

        `send` raises StoreProblem; `planned` is what the caller hopes for.
        """
        return send()

    def deletes_objects(self) -> bool:
        """Whether a DELETE reaches the object store."""
        return True

    def object_size(self, size: int) -> int:
        """Size to report of an object, bytes."""
        return size

    def lists_on(self) -> bool:
        """Whether a listing goes on after the first thousand keys."""
        return True

    def prefix_is_collection(self) -> bool:
        """Whether keys with a common prefix appear as a collection."""
        return True

    def shows_foreign_object(self) -> bool:
        """Whether an object that another program put into the bucket is there for clients."""
        return True

    def record_of_object(self, record: Record, tag: str) -> Record:
        """What is known of an object by its metadata; its entity tag is no checksum."""
        return record

    def backend_problem(self, code: str, access_key: Callable[[], str]) -> str:
        """What clients are told of a failure behind us: its code, and nothing of our own."""
        return f"the object store failed: {code}"

"""PUT."""

from __future__ import annotations

from reference_server.auth.identity import Activity
from reference_server.digests import ADLER32, Hasher
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import Draft, Record
from reference_server.wire.responses import Response
from reference_server.wire.targets import parent_of


def put(request: Request) -> Response:
    """Store the body as the object at the path, all of it or nothing."""
    identity = request.require(Activity.UPLOAD)
    old = request.parts.store.stat(request.path)
    if old is not None:
        request.require(Activity.DELETE)
        if old.is_collection:
            raise Refusal(405, "a collection is in the way")
    check_parent(request)
    draft = request.parts.store.draft()
    try:
        hasher = receive(request, draft)
        record = Record(hasher.values(), owner=identity.name)
        entry = draft.publish(request.path, record, replace=True)
    finally:
        draft.discard()
    return Response(201 if old is None else 204, (("ETag", f'"{entry.tag}"'),))


def check_parent(request: Request) -> None:
    """Raises Refusal 409 when the collection that should hold the resource is missing."""
    parent = request.parts.store.stat(parent_of(request.path))
    if parent is None or not parent.is_collection:
        raise Refusal(409, "parent collection does not exist")


def receive(request: Request, draft: Draft) -> Hasher:
    """Write the request body to a draft."""
    hasher = Hasher([ADLER32])
    for block in request.body.blocks():
        hasher.update(block)
        draft.write(block)
    return hasher

"""DELETE, MKCOL and MOVE."""

from __future__ import annotations

from reference_server.auth.identity import Activity
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import Entry
from reference_server.transfer.remote_url import BadUrl, RemoteUrl
from reference_server.wire.responses import Response
from reference_server.wire.targets import decode_path, is_below, parent_of


def delete(request: Request) -> Response:
    """Remove an object or a whole collection."""
    behaviour = request.parts.behaviour
    entry = request.parts.store.stat(request.path)
    is_collection = entry is not None and entry.is_collection
    for activity in behaviour.needed_for_delete(is_collection=is_collection):
        request.require(activity)
    if entry is None:
        return Response(behaviour.delete_missing())
    if request.path == "/":
        raise Refusal(403, "the root cannot be deleted")
    check_conditions(request, entry)
    for victim in behaviour.deleted(entry):
        request.parts.store.delete(victim)
    return Response(behaviour.deleted_status())


def make_collection(request: Request) -> Response:
    """MKCOL (RFC 4918 section 9.3)."""
    behaviour = request.parts.behaviour
    allowed = any(_may_make(request, right) for right in (Activity.UPLOAD, Activity.MANAGE))
    identity = request.require(Activity.READ_METADATA if allowed else Activity.UPLOAD)
    if request.head.has_body and behaviour.refuses_mkcol_body():
        raise Refusal(415, "MKCOL takes no body")
    if request.parts.store.stat(request.path) is not None:
        status = behaviour.mkcol_on_existing()
        if status >= 400:
            raise Refusal(status, "resource exists", headers=(("Allow", request.allow),))
        return Response(status)
    if behaviour.creates_missing_parents():
        make_parents(request, request.path)
    check_parent(request, request.path)
    behaviour.make_collection(request.parts.store, request.path)
    request.parts.store.set_owner(request.path, identity.name)
    return Response(201)


def _may_make(request: Request, right: Activity) -> bool:
    """UPLOAD or MANAGE let a collection be made (AMB-G02), also above the path they are for.

    Who may upload to a path may create what leads there and does not exist yet, nothing beside it
    (WLCG token profile, storage.create; https://github.com/dCache/dcache/pull/4270).
    """
    if request.allowed(right):
        return True
    identity = request.identity
    return identity is not None and identity.rights.allows_on_the_way(right, request.path)


def move(request: Request) -> Response:
    """MOVE (RFC 4918 section 9.9)."""
    behaviour, store = request.parts.behaviour, request.parts.store
    for activity in behaviour.needed_for_move():
        request.require(activity)
    destination = local_destination(request)
    request.require(Activity.MANAGE, destination)
    entry, old = request.existing(), store.stat(destination)
    value = behaviour.overwrite_value(request.head.get("overwrite"))
    if behaviour.move_conflict(value, exists=old is not None):
        raise Refusal(412, "destination exists and Overwrite is F")
    if is_below(destination, request.path) or is_below(request.path, destination):
        raise Refusal(403, "source and destination overlap")
    check_conditions(request, entry)
    if old is not None:
        request.require(Activity.DELETE, destination)
    check_parent(request, destination)
    behaviour.move(store, request.path, destination, replace=old is not None)
    return Response(201 if old is None else 204)


def local_destination(request: Request) -> str:
    """Path in the Destination field: a path, or a URL of this server; raises Refusal."""
    text = request.head.single("destination")
    if text is None:
        raise Refusal(400, "Destination is missing")
    root = request.identity.rights.root if request.identity else ""
    if text.startswith("/"):
        return root + decode_path(text.partition("?")[0])
    try:
        url = RemoteUrl.parse(text)
    except BadUrl as problem:
        raise Refusal(400, f"bad Destination: {problem}") from None
    if not request.is_own(url):
        raise Refusal(502, "Destination is on another server")
    return root + decode_path(url.path)


def check_parent(request: Request, path: str) -> None:
    """Raises Refusal 409 when the collection that should hold `path` is missing."""
    parent = request.parts.store.stat(parent_of(path))
    if parent is None or not parent.is_collection:
        raise Refusal(409, "parent collection does not exist")


def make_parents(request: Request, path: str) -> None:
    """Create the collections above `path`; only deviations want that."""
    parent = parent_of(path)
    if request.parts.store.stat(parent) is None:
        make_parents(request, parent)
        request.parts.store.make_collection(parent)


def check_conditions(request: Request, entry: Entry | None) -> None:
    """If-Match and If-None-Match of a changing request (RFC 9110 section 13.1)."""
    tag = None if entry is None else f'"{entry.tag}"'
    behaviour = request.parts.behaviour
    if behaviour.precondition_fails(request.head.get("if-match"), tag, none=False):
        raise Refusal(412, "If-Match does not hold")
    if behaviour.precondition_fails(request.head.get("if-none-match"), tag, none=True):
        raise Refusal(412, "If-None-Match does not hold")

"""DELETE and MKCOL."""

from __future__ import annotations

from reference_server.auth.identity import Activity
from reference_server.methods.writing import check_parent
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.wire.responses import Response


def delete(request: Request) -> Response:
    """Remove an object or a whole collection."""
    request.require(Activity.DELETE)
    request.existing()
    request.parts.store.delete(request.path)
    return Response(204)


def make_collection(request: Request) -> Response:
    """MKCOL (RFC 4918 section 9.3)."""
    identity = request.require(Activity.UPLOAD)
    if request.head.has_body:
        raise Refusal(415, "MKCOL takes no body")
    if request.parts.store.stat(request.path) is not None:
        raise Refusal(405, "resource exists", headers=(("Allow", "DELETE"),))
    check_parent(request)
    request.parts.store.make_collection(request.path)
    request.parts.store.set_owner(request.path, identity.name)
    return Response(201)

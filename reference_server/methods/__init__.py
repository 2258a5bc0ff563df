"""From a method to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.methods import copying, listing, namespace, reading, writing
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import Exists, IsCollection, Missing, NoParent, NoSpace, StoreProblem
from reference_server.wire.responses import Response

METHODS: dict[str, Callable[[Request], Response]] = {
    "GET": reading.get,
    "HEAD": reading.get,
    "PUT": writing.put,
    "DELETE": namespace.delete,
    "MKCOL": namespace.make_collection,
    "PROPFIND": listing.propfind,
    "COPY": copying.copy,
}
STATUS_OF: dict[type[StoreProblem], int] = {
    Missing: 404,
    Exists: 412,
    NoParent: 409,
    IsCollection: 409,
    NoSpace: 507,
}


def answer(request: Request) -> Response:
    """Answer a request; raises Refusal."""
    method = METHODS.get(request.head.method)
    if method is None:
        raise Refusal(501, "method not implemented")
    try:
        return method(request)
    except StoreProblem as problem:
        raise Refusal(STATUS_OF.get(type(problem), 409), str(problem)) from None

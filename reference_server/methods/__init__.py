"""From a method to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.methods import (
    asking,
    copying,
    delegating,
    issuing,
    listing,
    namespace,
    patching,
    reading,
    writing,
)
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import (
    BackendFailed,
    CannotMove,
    Exists,
    Forbidden,
    IsCollection,
    Missing,
    NoParent,
    NoSpace,
    StoreProblem,
)
from reference_server.wire.responses import Response


def _post(request: Request) -> Response:
    """A message to the delegation service at its path, a macaroon request anywhere else."""
    if delegating.is_addressed(request):
        return delegating.post(request)
    return issuing.post(request)


METHODS: dict[str, Callable[[Request], Response]] = {
    "OPTIONS": asking.options,
    "GET": reading.get,
    "HEAD": reading.get,
    "PUT": writing.put,
    "POST": _post,
    "DELETE": namespace.delete,
    "MKCOL": namespace.make_collection,
    "MOVE": namespace.move,
    "COPY": copying.copy,
    "PROPFIND": listing.propfind,
    "PROPPATCH": patching.proppatch,
    "TRACE": asking.trace,
}
STATUS_OF: dict[type[StoreProblem], int] = {
    Missing: 404,
    Exists: 412,
    NoParent: 409,
    IsCollection: 409,
    NoSpace: 507,
    Forbidden: 403,
    CannotMove: 405,
    BackendFailed: 502,
}


def answer(request: Request) -> Response:
    """Answer a request; raises Refusal."""
    name = request.head.method
    method = METHODS.get(name)
    if method is None:
        method = METHODS[request.parts.behaviour.unknown_method(name)]
    try:
        return method(request)
    except StoreProblem as problem:
        raise _refusal(problem, request) from None
    except OSError as problem:
        if problem.filename is None:
            raise  # the connection's, not the store's
        raise Refusal(500, f"local storage: {problem.strerror}") from None


def _refusal(problem: StoreProblem, request: Request) -> Refusal:
    status = STATUS_OF.get(type(problem), 409)
    headers = (("Allow", request.allow),) if status == 405 else ()  # RFC 9110 section 15.5.6
    return Refusal(status, str(problem), headers=headers)

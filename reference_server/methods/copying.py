"""COPY: the checks that come before a third-party transfer is accepted."""

from __future__ import annotations

from reference_server.auth.identity import Activity
from reference_server.methods.writing import check_parent
from reference_server.refusal import Headers, Refusal
from reference_server.request import Request
from reference_server.transfer.order import Direction, Order
from reference_server.transfer.remote_url import BadUrl, RemoteUrl
from reference_server.transfer.stream import TransferStream
from reference_server.wire.responses import Response

PREFIX = "transferheader"


def copy(request: Request) -> Response:
    """Accept a transfer: 202 and a progress stream; raises Refusal."""
    source, destination = request.head.single("source"), request.head.single("destination")
    request.require(Activity.UPLOAD if source else Activity.DOWNLOAD)
    if (source is None) == (destination is None):
        raise Refusal(400, "exactly one of Source and Destination is needed")
    order = _order(request, source, destination)
    if order.direction is Direction.PULL:
        check_pull(request, order)
    stream = TransferStream(order, request.parts)
    return Response(202, (("Content-Type", "text/perf-marker-stream"),), stream)


def _order(request: Request, source: str | None, destination: str | None) -> Order:
    try:
        remote = RemoteUrl.parse(source or destination or "")
    except BadUrl as problem:
        raise Refusal(400, str(problem)) from None
    assert request.identity is not None
    return Order(
        direction=Direction.PULL if source else Direction.PUSH,
        path=request.path,
        remote=remote,
        owner=request.identity.name,
        transfer_headers=transfer_headers(request),
        overwrite=request.parts.behaviour.overwrite_allowed(request.head.get("overwrite") or "T"),
    )


def check_pull(request: Request, order: Order) -> None:
    """What the namespace says about the target of a pull."""
    target = request.parts.store.stat(request.path)
    if target is not None:
        if target.is_collection:
            raise Refusal(409, "target is a collection")
        request.require(Activity.DELETE)
        if not order.overwrite:
            raise Refusal(412, "target exists and Overwrite is F")
    check_parent(request)


def transfer_headers(request: Request) -> Headers:
    """Header fields for the far side: TransferHeaderX becomes X, spelt as it was."""
    return tuple(
        (name[len(PREFIX) :], value)
        for name, value in request.head.headers
        if name.lower().startswith(PREFIX)
    )

"""COPY: the checks that come before a third-party transfer is accepted."""

from __future__ import annotations

from reference_server.auth.identity import Activity
from reference_server.delegation.words import Mechanism
from reference_server.digests import parse_repr_digests
from reference_server.methods import credentials, local_copy
from reference_server.methods.namespace import make_parents
from reference_server.methods.redirecting import redirected
from reference_server.refusal import Headers, Refusal
from reference_server.request import Request
from reference_server.store import Record
from reference_server.transfer.order import Direction, Order
from reference_server.transfer.remote_url import RemoteUrl
from reference_server.transfer.stream import TransferStream
from reference_server.wire.responses import Response
from reference_server.wire.targets import decode_path, parent_of


def copy(request: Request) -> Response:
    """Accept a transfer with 202 and a progress stream, or copy locally; raises Refusal."""
    behaviour = request.parts.behaviour
    offered = behaviour.offers_third_party_copy()
    if not (offered and behaviour.offers_copy_at(request.peer.local)):
        raise Refusal(501, "third-party copy is not offered")
    try:
        return _checked(request)
    except Refusal as problem:
        deferred = problem.status == 403 and not behaviour.authorises_before_accepting()
        if not deferred and not behaviour.is_told_late(problem.status):
            raise
        return _accepted(request, TransferStream(None, request.parts, doom=problem.text))


def _checked(request: Request) -> Response:
    """The basic checks; authentication and authorisation come first (AUTH-019)."""
    behaviour = request.parts.behaviour
    direction, text = _wish(request)
    _authorise(request, direction)
    mechanism = credentials.mechanism(request, [name for name, _ in transfer_headers(request)])
    elsewhere = redirected(request) if mechanism is Mechanism.NONE else None
    if elsewhere is not None:
        return elsewhere
    own_file = behaviour.own_file(text) if direction is Direction.PULL else None
    if own_file is not None:
        draft = request.parts.store.draft()
        draft.write(own_file)
        draft.publish(request.path, Record(), replace=True)
    remote = None if own_file is not None else behaviour.remote_url(text)
    if remote is None:
        return _accepted(request, TransferStream(None, request.parts))
    own = request.is_own(remote)
    if own and decode_path(remote.path) == request.path:
        behaviour.self_copy(request.path, request.parts.store)
        return _accepted(request, TransferStream(None, request.parts))
    bare = request.head.get("credential") is None and not transfer_headers(request)
    if behaviour.is_local(own_authority=own, bare=bare, direction=direction):
        return local_copy.copy(request, direction, remote)
    return _start(request, _order(request, direction, remote), mechanism)


def _wish(request: Request) -> tuple[Direction, str]:
    source, destination = _remote_field(request, "source"), _remote_field(request, "destination")
    if request.identity is None and not request.parts.behaviour.accepts_anonymous_copy():
        request.require(Activity.READ_METADATA)  # raises 401 whatever else is wrong
    if source is not None and destination is not None:
        return request.parts.behaviour.chosen_remote(source, destination)
    if source is not None:
        return Direction.PULL, source
    if destination is not None:
        return Direction.PUSH, destination
    request.parts.behaviour.neither_remote()


def _remote_field(request: Request, name: str) -> str | None:
    spelt = (item for item, _ in request.head.headers if item.lower() == name)
    known = all(request.parts.behaviour.recognises(item) for item in spelt)
    return request.parts.behaviour.one_remote(request.head.all(name)) if known else None


def _authorise(request: Request, direction: Direction) -> None:
    behaviour = request.parts.behaviour
    if request.identity is None:
        return  # a deviation lets anybody copy
    if not behaviour.scheme_may_copy(request.identity.scheme):
        raise Refusal(403, "no COPY for this way of authentication")
    if direction is Direction.PUSH:
        needed = behaviour.needed_for_push()
    else:
        exists = request.parts.store.stat(request.path) is not None
        refused = behaviour.overwrite_conflict(request.head.get("overwrite") or "T", exists=exists)
        needed = behaviour.needed_for_pull(exists=exists and not refused)
    for activity in needed:
        request.require(activity)


def _order(request: Request, direction: Direction, remote: RemoteUrl) -> Order:
    behaviour, head = request.parts.behaviour, request.head
    overwrite = behaviour.overwrite_value(head.get("overwrite"))
    fields = transfer_headers(request)
    for name, value in head.headers:
        problem = behaviour.copy_field_problem(name, value)
        if problem is not None:
            raise Refusal(400, problem)
    for name, value in fields:
        problem = behaviour.transfer_field_problem(name, value)
        if problem is not None:
            raise Refusal(400, problem)
    is_pull = direction is Direction.PULL
    repr_digest = head.get("repr-digest")
    return Order(
        direction=direction,
        path=behaviour.target_path(request.path, remote) if is_pull else request.path,
        remote=remote,
        owner=request.identity.name if request.identity else "",
        transfer_headers=fields,
        copy_fields=behaviour.copy_fields_passed_on(head.headers),
        overwrite=not behaviour.overwrite_conflict(overwrite, exists=True),
        may_replace=_may_replace(request, overwrite),
        require_checksum=behaviour.checksum_required(head.get("requirechecksumverification")),
        repr_digest=repr_digest,
        expected=parse_repr_digests(repr_digest or "", behaviour.repr_names()),
        streams=behaviour.number_of_streams(head.get("x-number-of-streams")),
    )


def _may_replace(request: Request, overwrite: str) -> bool:
    """Whether publication may replace what came to be at the path meanwhile."""
    needed = request.parts.behaviour.needed_for_pull(exists=True)
    forbidden = request.parts.behaviour.overwrite_conflict(overwrite, exists=True)
    return not forbidden and all(request.allowed(activity) for activity in needed)


def _start(request: Request, order: Order, mechanism: Mechanism) -> Response:
    """What the namespace says, then acceptance."""
    behaviour = request.parts.behaviour
    here = request.parts.store.stat(order.path)
    if order.path in request.parts.running.stuck:
        raise Refusal(423, "target is busy")
    if here is not None and here.is_collection:
        return Response(behaviour.collection_in_transfer())
    if order.direction is Direction.PUSH:
        if here is None:
            behaviour.missing_push_source()
    elif not _check_target(request, order, exists=here is not None):
        return _accepted(request, TransferStream(None, request.parts))
    order = credentials.completed(request, order, mechanism)
    problem = behaviour.transfer_service_problem()
    if problem is not None:
        raise Refusal(500, problem)
    status = behaviour.status_without_stream(exists=here is not None)
    if status is not None:
        return Response(status)
    return _accepted(request, TransferStream(order, request.parts))


def _check_target(request: Request, order: Order, *, exists: bool) -> bool:
    """Whether there is a place for what is pulled; raises Refusal."""
    behaviour = request.parts.behaviour
    parent = request.parts.store.stat(parent_of(order.path))
    if parent is None or not parent.is_collection:
        if not behaviour.missing_parent(order.path):
            return False
        make_parents(request, order.path)
    if exists and behaviour.removes_target_first():
        request.parts.store.delete(order.path)
    value = behaviour.overwrite_value(request.head.get("overwrite"))
    if behaviour.overwrite_conflict(value, exists=exists):
        raise Refusal(behaviour.overwrite_conflict_status(), "target exists and Overwrite is F")
    return True


def _accepted(request: Request, stream: TransferStream) -> Response:
    behaviour = request.parts.behaviour
    media_type = behaviour.stream_media_type()
    label: Headers = (("Content-Type", media_type),) if media_type else ()
    fields = (*label, *behaviour.accepted_fields())
    return Response(behaviour.accepted_status(), fields, stream)


def transfer_headers(request: Request) -> Headers:
    """Header fields for the far side: TransferHeaderX becomes X, spelt as it was."""
    behaviour = request.parts.behaviour
    named = ((behaviour.transfer_field(name), value) for name, value in request.head.headers)
    return tuple(
        (name, behaviour.transfer_value(value)) for name, value in named if name is not None
    )

"""PUT: all of the body becomes the object, or nothing does."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.digests import Hasher, parse_digests, parse_repr_digests
from reference_server.methods.attributes import uploaded_attributes
from reference_server.methods.digesting import chosen
from reference_server.methods.namespace import check_conditions, check_parent, make_parents
from reference_server.methods.reading import tag_header
from reference_server.methods.redirecting import redirect_upload
from reference_server.refusal import Headers, Refusal
from reference_server.request import Request
from reference_server.store import Draft, Entry, Missing, Reader, Record
from reference_server.store.late import publish_late
from reference_server.wire.bodies import TruncatedBody
from reference_server.wire.responses import Response
from reference_server.wire.targets import parent_of


def put(request: Request) -> Response:
    """Store the body as the object at the path; raises Refusal before 100 where it can."""
    with request.parts.running.upload() as at_once:
        return _put(request, lost=not request.parts.behaviour.keeps_upload(at_once))


def _put(request: Request, *, lost: bool) -> Response:
    old = request.parts.store.stat(request.path)
    checks = _check_head(request, old)
    redirected = redirect_upload(request)
    draft = request.parts.store.draft()
    try:
        digests = _receive(request, draft, checks)
        if checks.pretends or lost:
            return Response(request.parts.behaviour.put_status(exists=False))
        record = Record(digests, owner=_owner(request), properties=checks.attributes)
        is_elsewhere = redirected or request.is_redirected
        path = request.parts.behaviour.published_path(request.path, redirected=is_elsewhere)
        if request.parts.behaviour.stores_upload_late(draft.size):
            draft, done = request.parts.store.draft(), draft
            publish_late(done, path, record, replace=not checks.only_new)
            return Response(request.parts.behaviour.put_status(exists=old is not None))
        entry = draft.publish(path, record, replace=not checks.only_new)
    finally:
        draft.discard()
    return _answer(request, old, entry)


@dataclass(frozen=True, slots=True)
class Checks:
    """What the request head promises about the body, digests in hex."""

    md5: str | None
    digests: dict[str, str]
    repr_digests: dict[str, str]
    only_new: bool
    attributes: dict[str, str]
    pretends: bool


def _check_head(request: Request, old: Entry | None) -> Checks:
    """Everything that the head alone decides, authorisation first (AUTH-019, REDIR-007)."""
    behaviour, head = request.parts.behaviour, request.head
    if behaviour.reads_body_before_checks():
        request.body.start()
    if behaviour.preconditions_come_first():
        check_conditions(request, old)
    for activity in behaviour.needed_for_put(exists=old is not None):
        request.require(activity)
    if behaviour.put_needs_expect(head.content_length) and not request.body.interim:
        raise Refusal(417, "Expect: 100-continue is missing")
    if head.get("content-range") is not None:
        behaviour.put_of_a_part()
    if old is not None and old.is_collection:
        behaviour.put_on_collection()
        request.parts.store.delete(request.path)
    check_conditions(request, old)
    if request.target.is_collection_form:
        raise Refusal(409, "a file name does not end in a slash")
    parent = request.parts.store.stat(parent_of(request.path))
    pretends = parent is None and not behaviour.put_without_parent(request.path)
    if parent is None and not pretends:
        make_parents(request, request.path)
    if not pretends:
        check_parent(request, request.path)
    if request.parts.room is not None:
        request.parts.room.check(head.content_length or 0)
    given = head.get("digest")
    problem = behaviour.request_digest_problem(given) if given is not None else None
    if problem is not None:
        raise Refusal(400, problem)
    text = head.get("content-md5")
    return Checks(
        md5=None if text is None else behaviour.content_md5(text),
        digests=parse_digests(given or ""),
        repr_digests=parse_repr_digests(head.get("repr-digest") or "", behaviour.repr_names()),
        only_new=(head.get("if-none-match") or "").strip() == "*",
        attributes=uploaded_attributes(request),
        pretends=pretends,
    )


def _receive(request: Request, draft: Draft, checks: Checks) -> dict[str, str]:
    """Write the body to the draft and compare; returns the digests to keep."""
    behaviour = request.parts.behaviour
    wished = behaviour.wished(request.head.get("want-digest") or "")
    algorithms = {*behaviour.digests_while_storing(wished), *checks.digests, *checks.repr_digests}
    hasher = Hasher([*algorithms, *(["md5"] if checks.md5 is not None else [])])
    try:
        for block in request.body.blocks():
            hasher.update(block)
            draft.write(behaviour.upload_to_store(block, chunked=request.head.is_chunked))
    except TruncatedBody:
        if not behaviour.truncated_upload_is_kept():
            raise
    ours = hasher.values()
    for name, value in checks.digests.items():
        if ours[name] != value:
            behaviour.digest_request_mismatch()
    if any(ours[name] != value for name, value in checks.repr_digests.items()):
        behaviour.repr_digest_mismatch()
    if checks.md5 is not None and ours["md5"] != checks.md5:
        if behaviour.stores_before_md5_check():
            draft.publish(request.path, Record(ours), replace=True)
        behaviour.md5_mismatch(checks.md5, ours["md5"])
    return _with_old_tail(request, draft, ours)


def _with_old_tail(request: Request, draft: Draft, ours: dict[str, str]) -> dict[str, str]:
    """Nothing of an old file stays; only deviations keep its end or its digests."""
    try:
        reader = request.parts.store.open(request.path)
    except Missing:
        return ours
    try:
        keep = request.parts.behaviour.kept_of_old(draft.size, reader.entry.size)
        if keep:
            _append(draft, reader, keep)
            return {}
        return request.parts.behaviour.digests_to_keep(reader.record(), ours)
    finally:
        reader.close()


def _append(draft: Draft, reader: Reader, count: int) -> None:
    tail = bytearray(count)
    reader.read_into(memoryview(tail), reader.entry.size - count)
    draft.write(tail)


def _owner(request: Request) -> str:
    return request.identity.name if request.identity else ""


def _answer(request: Request, old: Entry | None, entry: Entry) -> Response:
    behaviour = request.parts.behaviour
    headers: Headers = tag_header(request, entry)
    text = request.head.get("want-digest")
    if text is not None and behaviour.answers_want_digest("PUT"):
        headers = (*headers, *_digest(request, text))
    return Response(behaviour.put_status(exists=old is not None), headers)


def _digest(request: Request, text: str) -> Headers:
    """Digest of what has just been stored."""
    behaviour = request.parts.behaviour
    reader = request.parts.store.open(request.path)
    try:
        known = reader.record().digests
        names = chosen(request, reader, behaviour.wished(text))
        items = [
            f"{behaviour.digest_name(name)}={behaviour.digest_value(name, known[name])}"
            for name in names
            if name in known
        ]
    finally:
        reader.close()
    return (("Digest", ",".join(items)),) if items else ()

"""POST: macaroon requests."""

from __future__ import annotations

import json
import time
from typing import Any

from reference_server.auth import caveats as reading
from reference_server.auth.identity import Activity, Identity
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.wire.responses import Response
from reference_server.wire.targets import encode_path

MAX_DOCUMENT = 64 * 1024
MAX_WISHES = 100


def post(request: Request) -> Response:
    """Issue a macaroon; raises Refusal."""
    behaviour = request.parts.behaviour
    media_type = behaviour.media_type_as_read(request.head.get("content-type") or "")
    if not behaviour.is_macaroon_request(media_type):
        request.require(Activity.READ_METADATA)
        raise Refusal(415, "only application/macaroon-request is understood")
    identity = _requester(request)
    if not behaviour.issues_macaroons(secure=request.peer.secure):
        raise Refusal(403, "macaroons are issued on encrypted connections only")
    wishes = _document(request)
    caveats = _caveats(request, wishes)
    expires = _expiry(request, identity, wishes, caveats)
    token = request.parts.authenticator.mint.issue(identity, caveats, expires)
    base = f"{'https' if request.peer.secure else 'http'}://{request.head.get('host')}"
    answer = behaviour.macaroon_answer(token, base, encode_path(request.target.path))
    body = json.dumps(answer, indent=4).encode() + b"\n"
    return Response(200, (("Content-Type", "application/json"),), body)


def _requester(request: Request) -> Identity:
    identity = request.identity or request.parts.behaviour.anonymous_requester()
    if identity is None:
        return request.require(Activity.READ_METADATA)
    if not request.parts.behaviour.may_request_macaroon(identity.scheme):
        raise Refusal(403, "no macaroon for this way of authentication")
    return identity


def _document(request: Request) -> dict[str, Any]:
    """The JSON object of the request; an empty body asks for nothing special."""
    raw = request.body.read_all(MAX_DOCUMENT)
    try:
        found = json.loads(raw) if raw.strip() else {}
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise Refusal(400, "body is not JSON") from None
    if not isinstance(found, dict):
        raise Refusal(400, "body is not a JSON object")
    return found


def _caveats(request: Request, wishes: dict[str, Any]) -> list[str]:
    behaviour = request.parts.behaviour
    wanted = wishes.get("caveats", [])
    if not isinstance(wanted, list) or len(wanted) > MAX_WISHES:
        raise Refusal(400, "caveats is not a list")
    if not all(isinstance(item, str) for item in wanted):
        raise Refusal(400, "a caveat is not a string")
    taken = [item for item in wanted if behaviour.check_requested_caveat(item)]
    path = request.target.path
    limits = path != "/" and behaviour.limits_to_request_path()
    return [*([f"path:{path}"] if limits else []), *behaviour.requested_caveats(taken)]


def _expiry(
    request: Request, identity: Identity, wishes: dict[str, Any], caveats: list[str]
) -> float:
    behaviour = request.parts.behaviour
    text = wishes.get("validity")
    if text is not None and not isinstance(text, str):
        raise Refusal(400, "validity is not a string")
    validity = None if text is None else behaviour.requested_validity(text)
    instants = [
        reading.instant(item.partition(":")[2]) for item in caveats if item.startswith("before:")
    ]
    end = behaviour.issued_expiry(time.time(), validity, instants)
    return end if identity.expires is None else min(end, identity.expires)

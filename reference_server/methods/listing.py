"""PROPFIND (RFC 4918 section 9.1)."""

from __future__ import annotations

from email.utils import formatdate
from xml.sax.saxutils import escape

from reference_server.auth.identity import Activity
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import Entry
from reference_server.wire.responses import Response
from reference_server.wire.targets import encode_path


def propfind(request: Request) -> Response:
    """Live properties of a resource and, at Depth 1, of its members."""
    request.require(Activity.READ_METADATA)
    entry = request.existing()
    depth = request.head.get("depth") or "0"
    if depth not in ("0", "1"):
        raise Refusal(403, "Depth infinity is not supported")
    entries = [entry]
    if depth == "1" and entry.is_collection:
        request.require(Activity.LIST)
        entries += request.parts.store.children(request.path)
    body = "".join(_response(item) for item in entries)
    document = f'<?xml version="1.0"?>\n<D:multistatus xmlns:D="DAV:">{body}</D:multistatus>\n'
    return Response(207, (("Content-Type", "application/xml; charset=utf-8"),), document.encode())


def _response(entry: Entry) -> str:
    kind = "<D:collection/>" if entry.is_collection else ""
    href = encode_path(entry.path) + ("/" if entry.is_collection and entry.path != "/" else "")
    return (
        f"<D:response><D:href>{escape(href)}</D:href><D:propstat><D:prop>"
        f"<D:resourcetype>{kind}</D:resourcetype>"
        f"<D:getcontentlength>{entry.size}</D:getcontentlength>"
        f"<D:getlastmodified>{formatdate(entry.modified_ns / 1e9, usegmt=True)}"
        "</D:getlastmodified></D:prop><D:status>HTTP/1.1 200 OK</D:status>"
        "</D:propstat></D:response>"
    )

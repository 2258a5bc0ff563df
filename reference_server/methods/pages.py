"""Collections as HTML pages."""

from __future__ import annotations

from urllib.parse import quote

from reference_server.methods.metalink import description, link_target
from reference_server.request import Request
from reference_server.store import Entry
from reference_server.wire.responses import Response
from reference_server.wire.targets import encode_path, name_of, parent_of

IN_QUERY = "/?:@!$&'()*+,;=-._~%"
"""What may stand in a query (RFC 3986 section 3.4), and the percent sign of what is encoded."""


def collection(request: Request, entry: Entry) -> Response:
    """What GET and HEAD answer on a collection: its page or its Metalink description."""
    behaviour, head = request.parts.behaviour, request.head
    link = behaviour.describing_link(head.method, link_target(request, entry))
    fields = (*link, ("Vary", "Accept"))
    members = visible_members(request, entry.path)
    if behaviour.wants_metalink(request.target.query_item("type"), head.get("accept")):
        return description(request, members, fields)
    html = ("Content-Type", "text/html; charset=utf-8")
    return Response(200, (html, *fields), _page(request, entry, members).encode())


def visible_members(request: Request, path: str) -> list[Entry]:
    """Members of a collection without those that the requester's caveats hide."""
    members = request.parts.store.children(path)
    return [member for member in members if request.shows(member.path)]


def _page(request: Request, entry: Entry, members: list[Entry]) -> str:
    """Links to the collection above and to every member that the requester may see.

    They carry the query along: it may hold the token that the next page needs (dCache WebDAV
    chapter, directory operations).
    """
    behaviour = request.parts.behaviour
    path = request.visible_path(entry.path)
    title = behaviour.name_in_page(path)
    up = parent_of(path)
    rows = [] if path == "/" else [_link(request, up.rstrip("/") + "/", "..", to_parent=True)]
    for member in behaviour.page_members(members):
        slash = "/" if member.is_collection else ""
        place = request.visible_path(member.path) + slash
        rows.append(_link(request, place, name_of(member.path) + slash))
    query = request.target.query
    rows += behaviour.page_controls(request.parts.store, request.path, query)
    items = "".join(f"<li>{row}</li>" for row in rows)
    head = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1><ul>{items}</ul></body></html>\n"


def _link(request: Request, path: str, name: str, *, to_parent: bool = False) -> str:
    behaviour = request.parts.behaviour
    to_file = not path.endswith("/")
    query = behaviour.link_query(request.target.query, to_file=to_file, to_parent=to_parent)
    place = behaviour.page_link(encode_path(path)).replace("&", "&amp;").replace('"', "&quot;")
    carried = f"?{behaviour.query_in_page(quote(query, safe=IN_QUERY))}" if query else ""
    return f'<a href="{place}{carried}">{behaviour.name_in_page(name)}</a>'

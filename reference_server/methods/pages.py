"""Collections as HTML pages."""

from __future__ import annotations

from html import escape

from reference_server.request import Request
from reference_server.store import Entry
from reference_server.wire.responses import Response
from reference_server.wire.targets import encode_path, name_of


def collection_page(request: Request, entry: Entry) -> Response:
    """A page that links to every member that the requester may see."""
    rows = "".join(_row(request, member) for member in visible_members(request, entry.path))
    title = escape(request.visible_path(entry.path))
    head = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
    html = f"{head}<body><ul>{rows}</ul></body></html>\n"
    return Response(200, (("Content-Type", "text/html; charset=utf-8"),), html.encode())


def visible_members(request: Request, path: str) -> list[Entry]:
    """Members of a collection without those that the requester's caveats hide."""
    members = request.parts.store.children(path)
    return [member for member in members if request.shows(member.path)]


def _row(request: Request, member: Entry) -> str:
    slash = "/" if member.is_collection else ""
    link = escape(encode_path(request.visible_path(member.path)) + slash)
    return f'<li><a href="{link}">{escape(name_of(member.path))}{slash}</a></li>'

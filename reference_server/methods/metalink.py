"""Metalink descriptions of collections (RFC 5854; dCache WebDAV chapter, Metalink)."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from reference_server.behaviour.pages import HASH_TYPES, METALINK
from reference_server.refusal import Headers
from reference_server.request import Request
from reference_server.store import Entry
from reference_server.wire.responses import Response
from reference_server.wire.targets import encode_path, name_of


def link_target(request: Request, entry: Entry) -> str:
    """Absolute URL of a collection's description."""
    path = encode_path(request.visible_path(entry.path)).rstrip("/")
    return f"{request.base}{path}/?type=metalink"


def description(request: Request, members: list[Entry], fields: Headers) -> Response:
    """The Metalink description of the files in a collection."""
    behaviour = request.parts.behaviour
    chosen = behaviour.described_files(request.parts.store, members)
    files = "".join(_file(request, entry) for entry in chosen)
    root = f"<metalink xmlns={quoteattr(behaviour.metalink_namespace())}>{files}</metalink>"
    document = behaviour.metalink_body(f'<?xml version="1.0" encoding="utf-8"?>\n{root}\n')
    return Response(200, (("Content-Type", METALINK), *fields), document.encode())


def _file(request: Request, entry: Entry) -> str:
    behaviour = request.parts.behaviour
    path = request.visible_path(entry.path)
    url = behaviour.metalink_url(request.base, encode_path(path))
    when = _instant(behaviour.metalink_updated(entry.modified_ns / 1e9))
    return (
        f"<file{behaviour.metalink_name(name_of(path), path)}>"
        f"<size>{behaviour.metalink_size(entry)}</size>{_hashes(request, entry)}"
        f"<url>{escape(url)}</url><updated>{when}</updated></file>"
    )


def _hashes(request: Request, entry: Entry) -> str:
    """Hashes that are known already: reading every file of a collection would take too long."""
    known = request.parts.store.record(entry.path).digests
    told = [
        request.parts.behaviour.metalink_hash(name, known[name])
        for name in HASH_TYPES
        if name in known
    ]
    return "".join(f"<hash type={quoteattr(name)}>{escape(value)}</hash>" for name, value in told)


def _instant(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds, in each file element, as dCache has it (AMB-I01)."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")

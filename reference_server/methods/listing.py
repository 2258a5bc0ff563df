"""PROPFIND (RFC 4918 section 9.1)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from reference_server.auth.identity import Activity
from reference_server.behaviour.properties import Name
from reference_server.methods.attributes import name_of_key
from reference_server.methods.pages import visible_members
from reference_server.methods.properties import DAV, Properties
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import Entry
from reference_server.wire.responses import Response
from reference_server.wire.targets import encode_path

MAX_DOCUMENT = 1 << 20
MAX_ENTRIES = 10_000
XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
FINITE = '<D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>'
RESERVED = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a PROPFIND asks for: names, or every property, or the names alone."""

    names: tuple[Name, ...] | None
    with_values: bool = True
    extra: tuple[Name, ...] = ()


def propfind(request: Request) -> Response:
    """Properties of a resource and, by Depth, of its members."""
    request.require(Activity.READ_METADATA)
    behaviour = request.parts.behaviour
    entry = request.parts.store.stat(request.path) or behaviour.propfind_missing(request.path)
    depth = behaviour.propfind_depth(request.head.get("depth"))
    if depth not in ("0", "1", "infinity"):
        raise Refusal(400, "bad Depth")
    if depth != "0" and entry.is_collection:
        request.require(Activity.LIST)
        if depth == "infinity" and not behaviour.lists_infinitely():
            raise Refusal(403, FINITE)
    wish = _wish(request)
    entries = _entries(request, entry, depth)
    if len(entries) > 1 and not behaviour.lists_itself():
        del entries[0]
    return multistatus(request, [_response(request, item, wish) for item in entries])


def multistatus(request: Request, responses: list[str]) -> Response:
    """A 207 with these response elements."""
    body = "".join(responses)
    document = f'{XML_HEAD}<D:multistatus xmlns:D="DAV:">{body}</D:multistatus>\n'
    behaviour = request.parts.behaviour
    media_type = ("Content-Type", behaviour.multistatus_media_type())
    return Response(behaviour.multistatus_status(), (media_type,), document.encode())


def _entries(request: Request, entry: Entry, depth: str) -> list[Entry]:
    found = [entry]
    if entry.is_collection and depth != "0":
        for member in visible_members(request, entry.path):
            deeper = depth == "infinity" and member.is_collection
            found += _entries(request, member, depth) if deeper else [member]
            if len(found) > MAX_ENTRIES and depth == "infinity":
                raise Refusal(403, FINITE)  # RFC 4918 section 9.1
    return found


def _wish(request: Request) -> Wish:
    document = read_document(request)
    if document is None:
        request.parts.behaviour.empty_propfind()
        return Wish(None)
    if document.tag != "{DAV:}propfind":
        raise Refusal(400, "not a propfind document")
    if document.find("{DAV:}propname") is not None:
        return Wish(None, with_values=False)
    prop = document.find("{DAV:}prop")
    if prop is not None:
        return Wish(tuple(dict.fromkeys(name_of_key(child.tag) for child in prop)))
    if document.find("{DAV:}allprop") is None:
        raise Refusal(400, "neither prop, propname nor allprop")
    included = document.find("{DAV:}include")
    extra = () if included is None else tuple(name_of_key(child.tag) for child in included)
    return Wish(None, extra=extra)


def read_document(request: Request) -> Element | None:
    """The XML body, None without one; raises Refusal 400 for what is not well-formed."""
    raw = request.body.read_all(MAX_DOCUMENT)
    if not raw.strip():
        return None
    return request.parts.behaviour.parse_document(raw)


def _response(request: Request, entry: Entry, wish: Wish) -> str:
    behaviour, properties = request.parts.behaviour, Properties(request, entry)
    names = (*properties.names(), *wish.extra) if wish.names is None else wish.names
    found: list[str] = []
    missing: list[Name] = []
    for name in names:
        text = properties.value(name)
        if text is None:
            missing.append(name)
        else:
            found.append(element(name, text if wish.with_values else ""))
    missing = behaviour.missing_properties(missing) if missing else []
    stats = [behaviour.propstat("".join(found), "200 OK")] if found or not missing else []
    lost = "".join(element(name, "") for name in missing)
    stats += [behaviour.propstat(lost, "404 Not Found")] if missing else []
    return response(href(request, entry), stats)


def href(request: Request, entry: Entry) -> str:
    """The resource's href."""
    encoded = encode_path(request.visible_path(entry.path))
    slash = "/" if entry.is_collection and not encoded.endswith("/") else ""
    href = request.parts.behaviour.href
    return href(encoded + slash, base=request.base, is_collection=entry.is_collection)


def response(href: str, stats: list[str]) -> str:
    """A response element."""
    return f"<D:response><D:href>{escape(href)}</D:href>{''.join(stats)}</D:response>"


def element(name: Name, text: str) -> str:
    """A property element; names outside DAV: bring their own namespace."""
    namespace, local = name
    if namespace == RESERVED:  # bound for ever to one prefix: XML names, section 3
        return f"<xml:{local}>{text}</xml:{local}>" if text else f"<xml:{local}/>"
    tag = f"D:{local}" if namespace == DAV else local
    bound = "" if namespace == DAV else f" xmlns={quoteattr(namespace)}"
    return f"<{tag}{bound}>{text}</{tag}>" if text else f"<{tag}{bound}/>"

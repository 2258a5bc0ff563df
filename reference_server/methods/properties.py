"""Live properties of resources (RFC 4918 section 15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate
from xml.sax.saxutils import escape

from reference_server.digests import ADLER32, digests_of
from reference_server.request import Request
from reference_server.store import Entry
from reference_server.wire.targets import name_of

DAV = "DAV:"
DCACHE = "http://www.dcache.org/2013/webdav"
Name = tuple[str, str]
"""Namespace and local name."""
CHECKSUMS: Name = (DCACHE, "Checksums")
COMMON = ("resourcetype", "getlastmodified", "creationdate", "getetag", "displayname")
OF_FILES = ("getcontentlength", "getcontenttype")


def known_names(entry: Entry) -> list[Name]:
    """Properties that allprop returns; Checksums has to be asked for."""
    return [(DAV, name) for name in (*COMMON, *(() if entry.is_collection else OF_FILES))]


def value(request: Request, entry: Entry, name: Name) -> str | None:
    """A property as XML text, None when the resource does not have it."""
    if name == CHECKSUMS and not entry.is_collection:
        return _checksums(request, entry)
    if name not in known_names(entry):
        return None
    return _LIVE[name[1]](request, entry)


def _checksums(request: Request, entry: Entry) -> str:
    reader = request.parts.store.open(entry.path)
    try:
        known = reader.record().digests or digests_of(reader, [ADLER32])
    finally:
        reader.close()
    value_of = request.parts.behaviour.digest_value
    return escape(",".join(f"{name}={value_of(name, text)}" for name, text in known.items()))


def _instant(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_LIVE: dict[str, Callable[[Request, Entry], str]] = {
    "resourcetype": lambda _, entry: "<D:collection/>" if entry.is_collection else "",
    "getlastmodified": lambda _, entry: formatdate(entry.modified_ns / 1e9, usegmt=True),
    "creationdate": lambda _, entry: _instant(entry.created_ns),
    "getetag": lambda request, entry: escape(request.parts.behaviour.entity_tag(entry)),
    "displayname": lambda _, entry: escape(name_of(entry.path)),
    "getcontentlength": lambda _, entry: str(entry.size),
    "getcontenttype": lambda _, entry: "application/octet-stream",
}

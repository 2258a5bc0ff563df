"""The properties of one resource: live ones (RFC 4918 section 15) and extended attributes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from xml.sax.saxutils import escape

from reference_server.behaviour.properties import XATTR, Name
from reference_server.digests import ADLER32, digests_of
from reference_server.methods.attributes import key_of, name_of_key
from reference_server.request import Request
from reference_server.store import Entry, Missing
from reference_server.wire.targets import name_of
from reference_server.wire.xml_text import writable

DAV = "DAV:"
DCACHE = "http://www.dcache.org/2013/webdav"
SRM = "http://srm.lbl.gov/StorageResourceManager"
CHECKSUMS: Name = (DCACHE, "Checksums")


class Properties:
    """What PROPFIND tells about one resource. Values are XML text."""

    def __init__(self, request: Request, entry: Entry) -> None:
        self.entry = entry
        self._request = request
        self._behaviour = request.parts.behaviour

    def names(self) -> list[Name]:
        """Properties that allprop returns; some have to be asked for."""
        live = [name for name in LIVE if name not in ASKED_FOR and self._has(name)]
        attributes = [
            (self._behaviour.attribute_namespace(), name_of_key(key)[1])
            for key in self.stored
            if name_of_key(key)[0] == XATTR
        ]
        return self._behaviour.allprop([*live, *attributes])

    def value(self, asked: Name) -> str | None:
        """A property, None when the resource does not have it."""
        name = self._behaviour.meant_property(*asked)
        kept = self._kept(name)
        if kept is not None:
            return escape(kept, {"\r": "&#13;"})  # a bare CR would be read as LF
        if name[0] == self._behaviour.attribute_namespace():
            return self._behaviour.absent_attribute()
        return LIVE[name](self) if self._has(name) else None

    @cached_property
    def stored(self) -> dict[str, str]:
        """What clients stored with the resource, by name in Clark's notation."""
        try:
            return self._request.parts.store.record(self.entry.path).properties
        except Missing:
            return {}

    def _kept(self, name: Name) -> str | None:
        """What a client stored under that name."""
        if name[0] == self._behaviour.attribute_namespace():
            return self.stored.get(key_of((XATTR, name[1])))
        hidden = name[0] == XATTR or not self._behaviour.is_mutable(name)
        return None if hidden else self.stored.get(key_of(name))

    def _has(self, name: Name) -> bool:
        return name in LIVE and not (self.entry.is_collection and name in OF_FILES)

    def checksums(self) -> str:
        reader = self._request.parts.store.open(self.entry.path)
        try:
            known = reader.record().digests or digests_of(reader, [ADLER32])
        finally:
            reader.close()
        value_of = self._behaviour.digest_value
        shown = [f"{name}={value_of(name, text)}" for name, text in known.items()]
        return escape(self._behaviour.checksums_text(shown, known))

    def name(self) -> str:
        return escape(writable(name_of(self._request.visible_path(self.entry.path))))

    def tag(self) -> str | None:
        if not self._behaviour.shows_entity_tag():
            return None
        return escape(self._behaviour.etag_property(self._behaviour.entity_tag(self.entry)))

    def created(self) -> str:
        return self._behaviour.creation_date(self.entry.created_ns / 1e9)

    def modified(self) -> str:
        return self._behaviour.last_modified(self.entry.modified_ns / 1e9)

    def length(self) -> str:
        return str(self._behaviour.content_length(self.entry.size))

    def type(self) -> str | None:
        return self._behaviour.resource_type(is_collection=self.entry.is_collection)

    def is_collection(self) -> str:
        return self._behaviour.iscollection(is_collection=self.entry.is_collection)

    def available(self) -> str | None:
        room = self._request.parts.room
        return None if room is None else str(room.available)

    def used(self) -> str | None:
        room = self._request.parts.room
        return None if room is None else str(room.used)

    def locality(self) -> str:
        return self._behaviour.file_locality()


LIVE: dict[Name, Callable[[Properties], str | None]] = {
    (DAV, "resourcetype"): Properties.type,
    (DAV, "getlastmodified"): Properties.modified,
    (DAV, "creationdate"): Properties.created,
    (DAV, "getcreated"): Properties.created,
    (DAV, "getetag"): Properties.tag,
    (DAV, "displayname"): Properties.name,
    (DAV, "name"): Properties.name,
    (DAV, "iscollection"): Properties.is_collection,
    (DAV, "isreadonly"): lambda _: "FALSE",
    (DAV, "supported-report-set"): lambda _: "",
    (DAV, "getcontentlength"): Properties.length,
    (DAV, "getcontenttype"): lambda _: "application/octet-stream",
    (SRM, "AccessLatency"): lambda _: "ONLINE",
    (SRM, "RetentionPolicy"): lambda _: "REPLICA",
    (SRM, "FileLocality"): Properties.locality,
    (DAV, "quota-available-bytes"): Properties.available,
    (DAV, "quota-used-bytes"): Properties.used,
    CHECKSUMS: Properties.checksums,
}
"""Live properties: those of the RFC, and those of dCache (WebDAV chapter, properties)."""
ASKED_FOR = frozenset({CHECKSUMS, (DAV, "quota-available-bytes"), (DAV, "quota-used-bytes")})
"""What allprop leaves out: it costs, or RFC 4331 sections 3 and 4 say so."""
OF_FILES = frozenset(
    {
        (DAV, "getcontentlength"),
        (DAV, "getcontenttype"),
        (SRM, "AccessLatency"),
        (SRM, "RetentionPolicy"),
        (SRM, "FileLocality"),
        CHECKSUMS,
    }
)

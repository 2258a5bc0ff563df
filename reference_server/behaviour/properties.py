"""Seams of PROPFIND and PROPPATCH: which properties there are, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reference_server.refusal import Refusal
from reference_server.store import Entry

Name = tuple[str, str]
"""Namespace and local name."""
XATTR = "http://www.dcache.org/2020/xattr"
"""Namespace of extended attributes (dCache WebDAV chapter, extended attributes)."""


class PropertySeams:
    """Decisions about properties of resources (RFC 4918 sections 9.1, 9.2 and 15)."""

    def parse_document(self, raw: bytes) -> Element:
        """The XML body of a request, without DTD and entities; raises Refusal 400."""
        try:
            document: Element = fromstring(raw, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise Refusal(400, "body is not well-formed XML without DTD") from None
        return document

    def empty_propfind(self) -> None:
        """A PROPFIND without body is allprop (RFC 4918 section 9.1): nothing to object to."""

    def propfind_depth(self, text: str | None) -> str:
        """The depth meant: infinity where none is said (RFC 4918 section 9.1)."""
        return (text or "infinity").lower()

    def lists_infinitely(self) -> bool:
        """Whether a collection is listed to any depth (RFC 4918 section 9.1 lets it be refused)."""
        return True

    def propfind_missing(self, path: str) -> Entry:
        """What stands for a resource that does not exist; raises Refusal."""
        raise Refusal(404, "no such resource")

    def lists_itself(self) -> bool:
        """Whether a listing of a collection begins with the collection."""
        return True

    def multistatus_status(self) -> int:
        return 207

    def multistatus_media_type(self) -> str:
        """Content-Type of a 207 (RFC 4918 section 8.2 names both types of XML)."""
        return "application/xml; charset=utf-8"

    def propstat(self, properties: str, status: str) -> str:
        """A propstat element around property elements."""
        return (
            f"<D:propstat><D:prop>{properties}</D:prop>"
            f"<D:status>HTTP/1.1 {status}</D:status></D:propstat>"
        )

    def allprop(self, names: list[Name]) -> list[Name]:
        """The properties that allprop returns, of those that cost nothing to tell."""
        return names

    def meant_property(self, namespace: str, local: str) -> Name:
        """The property that a qualified name stands for: itself (RFC 4918 section 4.4)."""
        return (namespace, local)

    def missing_properties(self, names: list[Name]) -> list[Name]:
        """Properties to report with 404, of those that were asked for and are not there."""
        return names

    def last_modified(self, seconds: float) -> str:
        """getlastmodified: an HTTP date (RFC 4918 section 15.7)."""
        return formatdate(seconds, usegmt=True)

    def creation_date(self, seconds: float) -> str:
        """creationdate: a date-time of RFC 3339 (RFC 4918 section 15.1)."""
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def content_length(self, size: int) -> int:
        """getcontentlength, bytes."""
        return size

    def etag_property(self, tag: str) -> str:
        """getetag, as the ETag field says it (RFC 4918 section 15.6)."""
        return tag

    def checksums_text(self, shown: list[str], known: dict[str, str]) -> str:
        """dCache's Checksums: items as in Digest. `known` are the same values in hex."""
        return ",".join(shown)

    def resource_type(self, *, is_collection: bool) -> str | None:
        """Content of resourcetype; None: the resource has no such property."""
        return "<D:collection/>" if is_collection else ""

    def iscollection(self, *, is_collection: bool) -> str:
        """dCache's iscollection."""
        return "TRUE" if is_collection else "FALSE"

    def file_locality(self) -> str:
        """SRM FileLocality: every file of this server is on disk."""
        return "ONLINE"

    def is_mutable(self, name: Name) -> bool:
        """Whether clients may set a property: extended attributes only, as with dCache."""
        return name[0] == XATTR

    def dead_property_status(self) -> str:
        """Status of an attempt to create a dead property, which is not supported."""
        return "403 Forbidden"

    def changes_in_part(self) -> bool:
        """Whether a PROPPATCH is carried out though a part of it failed (RFC 4918 9.2: no)."""
        return False

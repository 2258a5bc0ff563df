"""Deviations of properties: PROPFIND and PROPPATCH."""

from __future__ import annotations

import contextlib
import re
import ssl
import urllib.request
from datetime import UTC, datetime
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from reference_server.behaviour import Behaviour
from reference_server.behaviour.properties import XATTR, Name
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Refusal
from reference_server.store import Entry

READING = ("PROP-002", "PROP-006", "PROP-008", "PROP-009", "PROP-010", "PROP-011")
"""Entries whose probe reads values out of the answer to a PROPFIND."""
LISTING = ("PROP-003", "PROP-014", "DAV-021")
"""Entries whose probe asks for a listing."""
AFTERWARDS = (
    "PROP-016",
    "XATTR-001",
    "XATTR-002",
    "XATTR-003",
    "XATTR-004",
    "XATTR-005",
    "CKSUM-016",
    "CKSUM-025",
)
"""Entries whose probe sees by PROPFIND what has become of a change."""


WITH_TOKENS = ("MAC-035", "MAC-036", "MAC-047")
"""Entries of macaroons whose probe wants a 207."""


@deviation(
    "propfind-is-200",
    breaks=("PROP-001",),
    also=along(
        "no multistatus can be read",
        READING,
        LISTING,
        WITH_TOKENS,
        AFTERWARDS,
        "PROP-005",
        "PROP-012",
        "PROP-015",
        "PROP-017",
        "PROP-019",
    ),
)
class PropfindIs200(Behaviour):
    """PROPFIND is answered 200 in place of 207."""

    def multistatus_status(self) -> int:
        return 200


@deviation(
    "values-outside-propstat",
    breaks=("PROP-001",),
    also=along("no value can be found", READING, AFTERWARDS, "PROP-005", "PROP-017", "DAV-002"),
)
class ValuesOutsidePropstat(Behaviour):
    """Values of properties stand directly in the response element."""

    def propstat(self, properties: str, status: str) -> str:
        return f"<D:prop>{properties}</D:prop><D:status>HTTP/1.1 {status}</D:status>"


@deviation(
    "unknown-property-dropped",
    breaks=("PROP-002",),
    also=along("an attribute that is missing is not reported", "XATTR-003")
    | along("an attribute that is gone is an unknown property", "XATTR-005"),
)
class UnknownPropertyDropped(Behaviour):
    """A property that does not exist is left out of the answer."""

    def missing_properties(self, names: list[Name]) -> list[Name]:
        return []


@deviation(
    "unknown-property-is-404",
    breaks=("PROP-002",),
    also=along("the whole answer is 404", "PROP-011", "XATTR-003", "XATTR-005"),
)
class UnknownPropertyIs404(Behaviour):
    """One property that does not exist makes the whole PROPFIND fail."""

    def missing_properties(self, names: list[Name]) -> list[Name]:
        raise Refusal(404, "no such property")


@deviation(
    "depth-ignored",
    breaks=("PROP-003",),
    also=along("members are not listed", "PROP-014", "DAV-021", "MAC-035"),
)
class DepthIgnored(Behaviour):
    """Depth is ignored: only the resource itself is described."""

    def propfind_depth(self, text: str | None) -> str:
        return "0"


@deviation("collection-not-listed", breaks=("PROP-003",))
class CollectionNotListed(Behaviour):
    """A listing of a collection leaves out the collection itself."""

    def lists_itself(self) -> bool:
        return False


@deviation("infinity-is-one-level", breaks=("PROP-004",))
class InfinityIsOneLevel(Behaviour):
    """Depth: infinity is answered with one level."""

    def propfind_depth(self, text: str | None) -> str:
        depth = (text or "infinity").lower()
        return "1" if depth == "infinity" else depth


@deviation(
    "propfind-needs-body",
    breaks=("PROP-005",),
    also=along("a listing without body is refused", "DAV-021", "PROP-015", WITH_TOKENS),
)
class PropfindNeedsBody(Behaviour):
    """PROPFIND without a body is refused with 400."""

    def empty_propfind(self) -> None:
        raise Refusal(400, "a body is needed")


@deviation(
    "allprop-is-empty",
    breaks=("PROP-005", "PROP-006"),
    also=along("attributes are left out, too", "XATTR-007", "DAV-002"),
)
class AllpropIsEmpty(Behaviour):
    """allprop returns no property."""

    def allprop(self, names: list[Name]) -> list[Name]:
        return []


@deviation("lastmodified-is-iso", breaks=("PROP-008",))
class LastmodifiedIsIso(Behaviour):
    """getlastmodified has the form of creationdate."""

    def last_modified(self, seconds: float) -> str:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@deviation("creationdate-is-epoch", breaks=("PROP-008",))
class CreationdateIsEpoch(Behaviour):
    """creationdate is a number of seconds."""

    def creation_date(self, seconds: float) -> str:
        return str(int(seconds))


@deviation("contentlength-is-zero", breaks=("PROP-009",))
class ContentlengthIsZero(Behaviour):
    """getcontentlength is 0 for every file."""

    def content_length(self, size: int) -> int:
        return 0


@deviation("getetag-unquoted", breaks=("PROP-009",))
class GetetagUnquoted(Behaviour):
    """getetag lacks the quotes of the ETag field."""

    def etag_property(self, tag: str) -> str:
        return tag.strip('"')


@deviation(
    "collection-unmarked",
    breaks=("PROP-010",),
    also=along("a new collection is not known as one", "DAV-002"),
)
class CollectionUnmarked(Behaviour):
    """resourcetype of a collection is empty."""

    def resource_type(self, *, is_collection: bool) -> str:
        return ""


@deviation(
    "prefix-d-required",
    breaks=("PROP-011",),
    also=along(
        "a document with other prefixes is refused",
        "PROP-001",
        "PROP-003",
        "PROP-014",
        READING,
        AFTERWARDS,
        "PROP-012",
        "PROP-017",
        "PROP-019",
    ),
)
class PrefixDRequired(Behaviour):
    """XML whose elements of DAV: lack the prefix D: is refused."""

    def parse_document(self, raw: bytes) -> Element:
        if b"<D:" not in raw:
            raise Refusal(400, "not a DAV document")
        return Behaviour().parse_document(raw)


@deviation("namespaces-mixed-up", breaks=("PROP-011",))
class NamespacesMixedUp(Behaviour):
    """A property is found by its local name in whatever namespace."""

    def meant_property(self, namespace: str, local: str) -> Name:
        live = ("getcontentlength", "creationdate", "getetag", "getlastmodified", "resourcetype")
        return ("DAV:", local) if local in live else (namespace, local)


@deviation("malformed-xml-is-allprop", breaks=("PROP-012",))
class MalformedXmlIsAllprop(Behaviour):
    """XML that is not well-formed is taken for allprop."""

    def parse_document(self, raw: bytes) -> Element:
        try:
            return Behaviour().parse_document(raw)
        except Refusal:
            found: Element = fromstring('<propfind xmlns="DAV:"><allprop/></propfind>')
            return found


@deviation(
    "malformed-xml-crashes",
    breaks=("PROP-012",),
)
class MalformedXmlCrashes(Behaviour):
    """XML that is not well-formed ends in 500."""

    def parse_document(self, raw: bytes) -> Element:
        try:
            return Behaviour().parse_document(raw)
        except Refusal:
            raise Refusal(500, "internal error") from None


@deviation("external-entity-fetched", breaks=("PROP-013",))
class ExternalEntityFetched(Behaviour):
    """External entities of XML bodies are fetched and put in."""

    def parse_document(self, raw: bytes) -> Element:
        declared = rb"<!ENTITY\s+(\w+)\s+SYSTEM\s+[\"']([^\"']+)[\"']\s*>"
        text = re.sub(rb"<!DOCTYPE[^\[>]*(\[.*?\])?\s*>", b"", raw, flags=re.DOTALL)
        for name, url in re.findall(declared, raw):
            content, trust = b"", ssl._create_unverified_context()  # noqa: S323
            with contextlib.suppress(OSError, ValueError):
                where = url.decode("ascii")
                with urllib.request.urlopen(where, timeout=5, context=trust) as found:  # noqa: S310
                    content = found.read(4096)
            shown = re.sub(rb"[^\w .:/-]", b"_", content)
            text = text.replace(b"&" + name + b";", shown)
        try:
            document: Element = fromstring(text, forbid_dtd=True)
        except (ParseError, ValueError):
            raise Refusal(400, "body is not well-formed XML") from None
        return document


@deviation(
    "href-not-encoded",
    breaks=("PROP-014",),
    seen_in="XRootD 5.5.3",
    also=along("names in a listing are cut short", "DAV-021"),
)
class HrefNotEncoded(Behaviour):
    """The path in a href is not percent-encoded."""

    def href(self, encoded_path: str, *, base: str, is_collection: bool) -> str:
        return unquote(encoded_path)


@deviation("hrefs-mixed", breaks=("PROP-014",))
class HrefsMixed(Behaviour):
    """Collections have absolute URLs as href, files absolute paths."""

    def href(self, encoded_path: str, *, base: str, is_collection: bool) -> str:
        return base + encoded_path if is_collection else encoded_path


@deviation("dead-property-dropped", breaks=("PROP-015",))
class DeadPropertyDropped(Behaviour):
    """Setting a dead property is answered 200 and dropped."""

    def dead_property_status(self) -> str:
        return "200 OK"


@deviation("proppatch-in-part", breaks=("PROP-016",))
class ProppatchInPart(Behaviour):
    """A PROPPATCH that fails in part is carried out in part."""

    def changes_in_part(self) -> bool:
        return True


@deviation(
    "getetag-writable",
    breaks=("PROP-017",),
    also=along("it is the protected property of a mixed update", "PROP-016")
    | along("a protected property can be set", "PROP-015"),
)
class GetetagWritable(Behaviour):
    """Clients can overwrite getetag."""

    def is_mutable(self, name: Name) -> bool:
        return name in (("DAV:", "getetag"),) or name[0] == XATTR


@deviation("locality-is-disk", breaks=("PROP-018",))
class LocalityIsDisk(Behaviour):
    """FileLocality has a value of its own."""

    def file_locality(self) -> str:
        return "disk"


@deviation(
    "propfind-of-nothing-succeeds",
    breaks=("PROP-019",),
    also=along("what was removed is still described", "DAV-006", "MAC-035"),
)
class PropfindOfNothingSucceeds(Behaviour):
    """PROPFIND of what does not exist describes an empty file."""

    def propfind_missing(self, path: str) -> Entry:
        return Entry(path, is_collection=False, size=0, modified_ns=0, created_ns=0, tag="")


@deviation("file-is-collection", breaks=("PROP-020",))
class FileIsCollection(Behaviour):
    """iscollection is TRUE for files, too."""

    def iscollection(self, *, is_collection: bool) -> str:
        return "TRUE"

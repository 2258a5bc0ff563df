"""Seams of collections as HTML pages and as Metalink descriptions."""

from __future__ import annotations

from html import escape
from xml.sax.saxutils import quoteattr

from reference_server.auth.identity import Activity
from reference_server.refusal import Headers
from reference_server.store import Entry, Store
from reference_server.wire.xml_text import writable

METALINK = "application/metalink4+xml"
METALINK_NAMESPACE = "urn:ietf:params:xml:ns:metalink"
HASH_TYPES = {"sha": "sha-1", "md5": "md5", "sha-256": "sha-256", "sha-512": "sha-512"}
"""RFC 3230 name -> name in a Metalink (RFC 5854 section 4.2.4); adler32 has none."""


class PageSeams:
    """Decisions about pages (dCache WebDAV chapter, directory operations)."""

    def needed_for_page(self) -> tuple[Activity, ...]:
        """Rights for the page of a collection."""
        return (Activity.LIST,)

    def page_members(self, members: list[Entry]) -> list[Entry]:
        """Members that the page shows, of those the requester may see."""
        return members

    def page_link(self, encoded_path: str) -> str:
        """Where a link leads: a percent-encoded path."""
        return encoded_path

    def link_query(self, query: str, *, to_file: bool, to_parent: bool) -> str:
        """The query that a link carries along: all of the request's."""
        return query

    def query_in_page(self, query: str) -> str:
        """A query, already percent-encoded, as it is written into an attribute."""
        return escape(query)

    def name_in_page(self, name: str) -> str:
        """A name as it is written into the page."""
        return escape(name)

    def page_controls(self, store: Store, path: str, query: str) -> list[str]:
        """Links to actions, as relative references: none, the page is read-only."""
        return []


class MetalinkSeams:
    """Decisions about Metalink (RFC 5854, RFC 6249; dCache WebDAV chapter, Metalink)."""

    def wants_metalink(self, asked_type: str | None, accept: str | None) -> bool:
        """Whether ?type= or Accept asks for a Metalink rather than for a page."""
        if asked_type == "metalink":
            return True
        return accept is not None and quality(accept, METALINK) > quality(accept, "text/html")

    def metalink_body(self, document: str) -> str:
        return document

    def metalink_namespace(self) -> str:
        return METALINK_NAMESPACE

    def described_files(self, store: Store, members: list[Entry]) -> list[Entry]:
        """What is described: the files of the collection itself, without recursion."""
        return [member for member in members if not member.is_collection]

    def metalink_name(self, name: str, path: str) -> str:
        """The name attribute of a file element, with the blank before it."""
        return f" name={quoteattr(writable(name))}"

    def metalink_size(self, entry: Entry) -> int:
        return entry.size

    def metalink_url(self, base: str, encoded_path: str) -> str:
        """Absolute URL of a file."""
        return base + encoded_path

    def metalink_hash(self, algorithm: str, hex_digest: str) -> tuple[str, str]:
        """Type and value of a hash element; hexadecimal, unlike in Digest."""
        return HASH_TYPES[algorithm], hex_digest

    def metalink_updated(self, seconds: float) -> float:
        """Seconds since the Unix epoch that stand in `updated`."""
        return seconds

    def describing_link(self, method: str, target: str) -> Headers:
        """The Link field of a collection (RFC 6249 section 4)."""
        return (("Link", f'<{target}>; rel=describedby; type="{METALINK}"'),)


def quality(accept: str, media_type: str) -> float:
    """Weight of a media type in an Accept field: the most specific range counts."""
    ranges: dict[str, float] = {}
    for item in accept.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        ranges[name] = next((_weight(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
    wide = media_type.partition("/")[0] + "/*"
    return next((ranges[name] for name in (media_type, wide, "*/*") if name in ranges), 0.0)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0

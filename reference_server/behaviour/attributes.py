"""Seams of extended attributes (dCache WebDAV chapter, extended attributes)."""

from __future__ import annotations

from urllib.parse import unquote

from reference_server.behaviour.properties import XATTR

PREFIX = "xattr."


class AttributeSeams:
    """Decisions about attributes that clients keep with files and collections."""

    def upload_attributes(self, query: str) -> dict[str, str]:
        """Attributes in the query of an upload; '+' is no blank there (RFC 3986)."""
        pairs = (item.partition("=") for item in query.split("&"))
        decoded = ((unquote(key), unquote(value)) for key, _, value in pairs)
        return {key.removeprefix(PREFIX): value for key, value in decoded if key.startswith(PREFIX)}

    def attribute_namespace(self) -> str:
        """Namespace in which attributes are shown as properties."""
        return XATTR

    def absent_attribute(self) -> str | None:
        """Value of an attribute that is not there; None: it is reported with 404."""
        return None

    def with_attribute(self, kept: dict[str, str], key: str, value: str) -> dict[str, str]:
        """The attributes after one is set: created if needed, replaced otherwise."""
        return {**kept, key: value}

    def remove_absent(self) -> str:
        """Status of removing what is not there: no error (RFC 4918 section 14.23)."""
        return "200 OK"

    def change_reported(self) -> str:
        """Status of a change that was made."""
        return "200 OK"

    def keeps_attributes(self, *, is_collection: bool) -> bool:
        """Whether an acknowledged change is stored."""
        return True

    def redirect_query(self, query: str) -> str:
        """Query items that go along to the data node: attributes, no credentials."""
        return "&".join(item for item in query.split("&") if item.startswith(PREFIX))

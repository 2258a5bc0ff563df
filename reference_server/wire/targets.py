"""From a request target to a path of the store (RFC 3986 sections 2.1, 3.3 and 5.2.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from reference_server.refusal import Refusal

RESERVED_PREFIX = ".httptpc"
"""Path elements that begin so belong to the store itself and are nobody's resource."""
MAX_ELEMENT = 255
MAX_PATH = 3000
"""Bytes; with the directory of the store it must stay below PATH_MAX."""


@dataclass(frozen=True, slots=True)
class Target:
    """A request target: normalised absolute path, raw query, and whether it ended in '/'."""

    path: str
    query: str
    is_collection_form: bool
    raw_path: str

    def query_item(self, key: str) -> str | None:
        """Value of one query item, percent-decoded ('+' stays '+': tokens are opaque)."""
        for name, value in parse_qsl(self.query.replace("+", "%2B"), keep_blank_values=True):
            if name == key:
                return value
        return None


def parse_target(text: str, decode: Callable[[str], str] | None = None) -> Target:
    """Read origin-form, absolute-form and '*'; raises Refusal 400."""
    if text == "*":
        return Target("/", "", True, "*")
    raw_path, query = _split(text)
    return Target(decode_path(raw_path, decode), query, raw_path.endswith("/"), raw_path)


def _split(text: str) -> tuple[str, str]:
    if text.startswith("/"):
        raw_path, _, query = text.partition("?")
        if "#" in text:
            raise Refusal(400, "fragment in the request target")
        return raw_path, query
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Refusal(400, "bad request target") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refusal(400, "bad request target")
    return parts.path or "/", parts.query


def decode_path(raw_path: str, decode: Callable[[str], str] | None = None) -> str:
    """Percent-decode once, element by element; empty elements vanish; raises Refusal 400.

    Dot segments are refused, not resolved: no client needs them and every bypass does.
    """
    decode = decode or decode_element
    elements = [decode(raw) for raw in raw_path.split("/") if raw]
    path = "/" + "/".join(elements)
    if len(path.encode()) > MAX_PATH:
        raise Refusal(414, "path too long")
    return path


def decode_element(raw: str) -> str:
    """One path element, percent-decoded once; raises Refusal 400, 403 or 414."""
    try:
        element = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(400, "path is not UTF-8") from None
    if element in (".", "..") or "/" in element or "\x00" in element:
        raise Refusal(400, "dot segment, encoded slash or NUL in the path")
    if len(element.encode()) > MAX_ELEMENT:
        raise Refusal(414, "path element too long")
    if element.startswith(RESERVED_PREFIX):
        raise Refusal(403, "reserved name")
    return element


def encode_path(path: str) -> str:
    """The path as it stands in a URL."""
    return quote(path, safe="/-._~!$&'()*+,;=:@")


def parent_of(path: str) -> str:
    """The collection that holds `path`; the root is its own parent."""
    return path.rpartition("/")[0] or "/"


def name_of(path: str) -> str:
    """Last element of the path."""
    return path.rpartition("/")[2]


def is_below(path: str, ancestor: str) -> bool:
    """Whether `path` is `ancestor` or below it, element by element."""
    return path == ancestor or path.startswith(ancestor.rstrip("/") + "/")

"""URLs as they stand in headers and documents (RFC 3986): grammar and comparison."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.wire.problem import Fault, SyntaxProblem


class UrlFault(Fault):
    """What can be wrong with a URL."""

    BAD_CHARACTER = "character that a URI must not contain", "rfc3986 §2"
    BAD_PERCENT = "percent sign without two hexadecimal digits", "rfc3986 §2.1"
    NOT_ABSOLUTE = "URL without scheme and host", "rfc3986 §4.3"
    BAD_AUTHORITY = "host or port is malformed", "rfc3986 §3.2"
    BAD_SCHEME = "scheme is malformed", "rfc3986 §3.1"
    USER_INFORMATION = "user information in an http URL", "rfc9110 §4.2.4"


DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 3986 §2.2 and §2.3: reserved, unreserved and percent
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 3986 appendix B
_SPLIT = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_AUTHORITY = re.compile(r"(?:(.*)@)?(\[[0-9A-Fa-f:.]+\]|[^:@\[\]]+)(?::(\d{0,5}))?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TRIPLET = re.compile(r"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL. Scheme and host in lower case; path, query and fragment as written."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: str | None = None
    fragment: str | None = None

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host and effective port (RFC 9110 §4.3.1)."""
        return self.scheme, self.host, self.port

    @property
    def normal_path(self) -> str:
        """The path with unreserved characters decoded and hexadecimal digits in upper case."""
        return normal_percent(self.path or "/")

    def same_resource(self, other: Url) -> bool:
        """Whether both name the same resource (RFC 3986 §6.2.2), fragments left aside."""
        mine = (self.origin, self.normal_path, self.query)
        return mine == (other.origin, other.normal_path, other.query)

    def __str__(self) -> str:
        port = "" if self.port in (None, DEFAULT_PORTS.get(self.scheme)) else f":{self.port}"
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{self.host}{port}{self.path}{query}{fragment}"


def check_characters(text: str) -> None:
    """Raise `SyntaxProblem` if the text cannot be a URI reference."""
    match = _CHARACTERS.match(text)
    end = match.end() if match else 0
    if end < len(text):
        raise SyntaxProblem(UrlFault.BAD_CHARACTER, end, text[end:])
    if bad := _PERCENT.search(text):
        raise SyntaxProblem(UrlFault.BAD_PERCENT, bad.start(), text[bad.start() :])


def parse_url(text: str) -> Url:
    """Read an absolute URL with a host, strictly. Raises `SyntaxProblem`."""
    check_characters(text)
    match = _SPLIT.fullmatch(text)
    scheme, authority, path, query, fragment = match.groups() if match else (None,) * 5
    if scheme is None or not authority:
        raise SyntaxProblem(UrlFault.NOT_ABSOLUTE, 0, text)
    if not _SCHEME.fullmatch(scheme):
        raise SyntaxProblem(UrlFault.BAD_SCHEME, 0, text)
    parts = _AUTHORITY.fullmatch(authority)
    where = len(scheme) + 3
    if parts is None or int(parts.group(3) or 0) > 65535:
        raise SyntaxProblem(UrlFault.BAD_AUTHORITY, where, "")
    user, host, port = parts.groups()
    if user is not None:
        raise SyntaxProblem(UrlFault.USER_INFORMATION, where, "")
    number = int(port) if port else DEFAULT_PORTS.get(scheme.lower())
    return Url(scheme.lower(), host.lower(), number, path or "", query, fragment)


def query_keys(query: str | None) -> tuple[str, ...]:
    """The names in a query `a=1&b`, in order."""
    return tuple(part.partition("=")[0] for part in (query or "").split("&") if part)


def normal_percent(text: str) -> str:
    """Percent-encoding normalised as RFC 3986 §6.2.2 says; dot segments are left alone."""

    def normal(match: re.Match[str]) -> str:
        character = chr(int(match.group(1), 16))
        return character if character in _UNRESERVED else match.group().upper()

    return _TRIPLET.sub(normal, text)

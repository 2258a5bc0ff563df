"""URLs of the far side (RFC 3986, RFC 9110 section 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

PORTS = {"https": 443, "http": 80}
_ALLOWED = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=%-]+|[0-9A-Fa-f:.]+")


class BadUrl(Exception):
    """Text that is no URL to transfer from or to."""


@dataclass(frozen=True, slots=True)
class RemoteUrl:
    """An http or https URL; `target` is path and query exactly as they were given."""

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str) -> RemoteUrl:
        """Raises BadUrl."""
        if not _ALLOWED.fullmatch(text):
            raise BadUrl("not a valid URL")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise BadUrl("not a valid URL") from None
        scheme, host = parts.scheme.lower(), parts.hostname
        if scheme not in PORTS:
            raise BadUrl("not an http or https URL")
        if not host or not _HOST.fullmatch(host) or "@" in parts.netloc or port == 0:
            raise BadUrl("not a valid URL: bad host")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(scheme, host, PORTS[scheme] if port is None else port, target)

    def follow(self, location: str) -> RemoteUrl:
        """The URL that a Location field leads to from here; raises BadUrl."""
        return RemoteUrl.parse(urljoin(self.text, location))

    @property
    def text(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def authority(self) -> str:
        """Host and port as a Host field wants them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def path(self) -> str:
        """The path, still percent-encoded, without the query."""
        return self.target.partition("?")[0]

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host.lower(), self.port)

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

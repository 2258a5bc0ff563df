"""Seams of redirection to the data node, and of Expect: 100-continue."""

from __future__ import annotations

import enum

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BodyStart(enum.Enum):
    """What happens when a request body is to be read."""

    ANNOUNCE = "send 100 where it is awaited, then read"
    SILENT = "send nothing, then read"
    SKIP = "take the body for absent when 100 was awaited"


class RedirectSeams:
    """Decisions of a head node (dCache WebDAV chapter) and about interim answers."""

    def has_data_node(self) -> bool:
        """Whether there is a second node for data though nobody asked for one."""
        return False

    def redirects(self, method: str) -> bool:
        """Whether a head node sends this method on to its data node."""
        return method in ("GET", "PUT", "COPY")

    def redirect_status(self, method: str) -> int:
        return 307

    def redirect_base(self, url: str, method: str) -> str:
        """Scheme, host and port in a Location, from those of the data node."""
        return url

    def redirect_path(self, encoded_path: str) -> str:
        """Path in a Location: percent-encoded as URLs want it."""
        return encoded_path

    def redirect_location(self, location: str, *, method: str, asked: str) -> str:
        """Location of a redirect, from the right one and the URL that was asked for."""
        return location

    def location_is_sent(self) -> bool:
        return True

    def interim_before_redirect(self) -> bytes:
        """What precedes a redirect that is sent in place of 100: nothing."""
        return b""

    def takes_body_after_redirect(self) -> bool:
        """Whether a client that sends its body in spite of a redirect is served (AMB-H03)."""
        return True

    def published_path(self, path: str, *, redirected: bool) -> str:
        """Where an upload appears: at the path that was asked for, on every node."""
        return path

    def ticket_is_ready(self, age: float) -> bool:
        """Whether the data node takes a ticket issued so many seconds ago."""
        return True

    def awaits_continue(self, expect: str | None, *, http10: bool) -> bool:
        """Whether 100 is awaited; HTTP/1.0 knows no interim answers (RFC 9110 section 10.1.1)."""
        return not http10 and expect is not None and expect.lower() == "100-continue"

    def body_start(self) -> BodyStart:
        return BodyStart.ANNOUNCE

    def put_needs_expect(self, length: int | None) -> bool:
        """Whether a PUT without Expect is refused."""
        return False

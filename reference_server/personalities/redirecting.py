"""Where data are sent on to."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.personalities.registry import difference


@difference("data-on-a-second-node", of=("dcache", "dpm"), source="REDIR-001")
class DataOnASecondNode(Behaviour):
    """Data are served by a second node."""

    def has_data_node(self) -> bool:
        return True


@difference("copies-stay-at-the-door", of=("dcache",), source="REDIR-012: no redirect at all")
class CopiesStayAtTheDoor(Behaviour):
    """GET and PUT are redirected, a COPY is not."""

    def redirects(self, method: str) -> bool:
        return method in ("GET", "PUT")


@difference("head-redirected-too", of=("dpm",), source="DAV-014")
class HeadRedirectedToo(Behaviour):
    """HEAD is redirected like GET and PUT."""

    def redirects(self, method: str) -> bool:
        return method in ("GET", "HEAD", "PUT", "COPY")


@difference("redirects-by-302", of=("dpm",), source="REDIR-001: 302 (XRootD, DPM)")
class RedirectsBy302(Behaviour):
    """Downloads are redirected by 302."""

    def redirect_status(self, method: str) -> int:
        return 302 if method in ("GET", "HEAD") else 307

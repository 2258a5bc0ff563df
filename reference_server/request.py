"""One request with all that a method needs to answer it."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.auth.authenticator import Peer
from reference_server.auth.identity import Activity, Identity, Scheme
from reference_server.refusal import Refusal
from reference_server.server import Parts
from reference_server.store import Entry
from reference_server.transfer.remote_url import RemoteUrl
from reference_server.wire.bodies import RequestBody
from reference_server.wire.heads import RequestHead
from reference_server.wire.targets import Target, is_below

ALL_METHODS = (
    "OPTIONS",
    "GET",
    "HEAD",
    "PUT",
    "POST",
    "DELETE",
    "MKCOL",
    "COPY",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
)


@dataclass(frozen=True)
class Request:
    """A request that has been read and authenticated, not yet authorised."""

    head: RequestHead
    target: Target
    path: str
    body: RequestBody
    identity: Identity | None
    peer: Peer
    parts: Parts

    def require(self, activity: Activity, path: str | None = None) -> Identity:
        """The identity, if it may do that; raises Refusal 401 (anonymous) or 403."""
        if self.identity is None:
            challenges = self.parts.authenticator.challenges(self.peer)
            raise Refusal(401, "authentication needed", headers=challenges)
        if not self.allowed(activity, path):
            status = self.parts.behaviour.denied_status()
            offered = self.parts.authenticator.challenges(self.peer) if status == 401 else ()
            raise Refusal(status, f"{activity.value} not permitted", headers=offered)
        return self.identity

    def allowed(self, activity: Activity, path: str | None = None) -> bool:
        """Whether the requester may do that (on the request's own path by default)."""
        identity = self.identity
        where = self.path if path is None else path
        if identity is None:
            return False
        return self.parts.behaviour.allows(identity.rights, activity, where)

    def shows(self, path: str) -> bool:
        """Whether a resource appears in listings for the requester."""
        if self.identity is None:
            return True
        return self.parts.behaviour.shows(self.identity.rights, path)

    def visible_path(self, path: str) -> str:
        """A path of the store as the requester names it: without the prefix of its root."""
        root = self.identity.rights.root if self.identity else ""
        return (path[len(root) :] or "/") if root and is_below(path, root) else path

    def is_own(self, url: RemoteUrl) -> bool:
        """Whether a URL leads to this server, under any name the client may use for it."""
        host = (self.head.get("host") or "").rpartition(":")[0]
        return self.parts.own.include(url, also=(host, self.peer.local))

    @property
    def allow(self) -> str:
        """Value of Allow (RFC 9110 section 10.2.1)."""
        known = [name for name in ALL_METHODS if name != "MOVE" or self.parts.store.renames]
        return ", ".join(self.parts.behaviour.allowed_methods(known))

    @property
    def base(self) -> str:
        """Scheme and authority under which the client reaches us; empty if it does not say."""
        scheme, host = "https" if self.peer.secure else "http", self.head.get("host")
        return f"{scheme}://{host}" if host else ""

    @property
    def is_redirected(self) -> bool:
        """Whether a head node sent the request here."""
        return self.identity is not None and self.identity.scheme is Scheme.TICKET

    def existing(self) -> Entry:
        """The resource at the request's path; raises Refusal 404."""
        entry = self.parts.store.stat(self.path)
        if entry is None:
            raise Refusal(404, "no such resource")
        return entry

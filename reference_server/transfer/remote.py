"""Requests to the far side of one order: transfer headers added, redirects followed."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from reference_server.behaviour import Behaviour
from reference_server.refusal import Headers
from reference_server.server import Parts
from reference_server.transfer.conversation import Conversation, FarResponse
from reference_server.transfer.far_side import FarSide
from reference_server.transfer.order import Order
from reference_server.transfer.problems import Cancelled, DeadlinePassed, TransferFailed
from reference_server.transfer.pulse import Pulse
from reference_server.transfer.remote_url import BadUrl, RemoteUrl

ALWAYS = (
    ("User-Agent", "httptpc-reference"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
)
Upload = Callable[[Conversation], FarResponse | None]
"""Sends a body after its head; returns an answer that came before the end of it."""


class Remote:
    """The far side of an order; use as a context manager, it closes what is open."""

    def __init__(self, order: Order, parts: Parts, pulse: Pulse) -> None:
        self.order = order
        self.url = order.remote
        self._parts = parts
        self._pulse = pulse
        self._behaviour: Behaviour = parts.behaviour
        self._talk: Conversation | None = None
        self._settled: Conversation | None = None

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is Cancelled and not self._behaviour.closes_far_side_on_cancel():
            self._parts.running.leaked.append(self._talk)
        elif kind is None and self._may_share and self._talk and self._talk is self._settled:
            self._talk.far.leave(self._key(self._talk.far.url))
        else:
            self.close()

    def ask(
        self, method: str, extra: Headers = (), upload: Upload | None = None
    ) -> tuple[Conversation, FarResponse]:
        """One request, redirects followed; the answer's body is still to be read."""
        url, hops = self.order.remote, 0
        while True:
            talk, response = self._once(url, method, extra, upload)
            location = response.get("location")
            if location is None or not self._behaviour.follows_redirect(method, response.status):
                return talk, response
            if not self._behaviour.may_hop(hops):
                raise TransferFailed("too many redirects")
            hops += 1
            self.settle(talk, response)
            url = self._next_url(url, location)

    def settle(self, talk: Conversation, response: FarResponse) -> None:
        """Make the connection ready for another request, or close it."""
        if talk.reusable and talk.drain(response):
            self._settled = talk
        else:
            self.close()

    def finished(self, talk: Conversation, response: FarResponse) -> None:
        """The body of the answer has been read to its end."""
        if talk.reusable and response.keeps_alive:
            self._settled = talk

    def close(self) -> None:
        """Close the connection to the far side."""
        if self._talk is not None:
            self._talk.far.close()
            self._talk = None

    def _once(
        self, url: RemoteUrl, method: str, extra: Headers, upload: Upload | None
    ) -> tuple[Conversation, FarResponse]:
        """One request without redirects. A kept connection may have died: then once more."""
        kept, self._settled = self._talk, None
        if kept is None and upload is None and self._may_share:
            kept = self._resumed(url)
        talk = self._connected(url)
        try:
            return talk, self._exchange(talk, method, extra, upload)
        except TransferFailed as problem:
            if talk is not kept or upload is not None or isinstance(problem, DeadlinePassed):
                raise
        self.close()
        talk = self._connected(url)
        return talk, self._exchange(talk, method, extra, upload)

    def _connected(self, url: RemoteUrl) -> Conversation:
        """A conversation with the host of the URL, on the open connection if it fits."""
        if self._talk is not None and self._talk.far.url.origin == url.origin:
            self._talk.far.url = url
            return self._talk
        self.close()
        far = FarSide(url, self._parts, self._pulse, self.order.certificate)
        self._talk = Conversation(far)
        far.open()
        return self._talk

    def _resumed(self, url: RemoteUrl) -> Conversation | None:
        """A conversation on a connection of an earlier transfer, if one is left."""
        far = FarSide(url, self._parts, self._pulse)
        self._talk = Conversation(far) if far.resume(self._key(url)) else None
        return self._talk

    @property
    def _may_share(self) -> bool:
        """Whether other transfers may use the connection: not if it shows a certificate."""
        return self.order.certificate is None

    def _key(self, url: RemoteUrl) -> Hashable:
        """Transfers share a connection only to one place and for one requester."""
        return (url.origin, self._behaviour.connect_port(url), self.order.owner)

    def _exchange(
        self, talk: Conversation, method: str, extra: Headers, upload: Upload | None
    ) -> FarResponse:
        same_origin = talk.far.url.origin == self.order.remote.origin
        own = self._behaviour.transfer_headers_on(method, self.order.transfer_headers)
        given = self._behaviour.after_redirect(own, same_origin=same_origin)
        if self._is_downgrade(talk.far.url):
            given = self._behaviour.in_the_clear(own) or ()
        host = self._behaviour.host_field(talk.far.url, self.order.transfer_headers)
        fields = _merged((*ALWAYS, *extra), (*self.order.copy_fields, *given))
        talk.send_head(method, (("Host", host), *fields))
        early = upload(talk) if upload is not None else None
        return early if early is not None else talk.response(method)

    def _next_url(self, url: RemoteUrl, location: str) -> RemoteUrl:
        try:
            following = url.follow(location)
        except BadUrl as problem:
            raise TransferFailed(f"bad redirect: {problem}") from None
        if self._is_downgrade(following) and self._behaviour.in_the_clear(()) is None:
            raise TransferFailed("redirect from https to http refused")
        return following

    def _is_downgrade(self, url: RemoteUrl) -> bool:
        """Whether the client named an https URL and this one is not encrypted."""
        return self.order.remote.secure and not url.secure


def _merged(ours: Headers, given: Headers) -> Headers:
    """Our own fields and the client's; where both name a field the client's value goes."""
    named = {name.lower() for name, _ in given}
    return (*(item for item in ours if item[0].lower() not in named), *given)

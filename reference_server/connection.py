"""One client connection: read a head, answer it, go on while both sides want to."""

from __future__ import annotations

import logging
import socket
import ssl
from dataclasses import dataclass

from reference_server.auth.authenticator import Peer
from reference_server.methods import answer
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.server import Parts
from reference_server.wire.bodies import SMALL, RequestBody, TruncatedBody
from reference_server.wire.channel import Channel
from reference_server.wire.heads import RequestHead
from reference_server.wire.inbox import Inbox
from reference_server.wire.responses import (
    Response,
    render_head,
    standard_headers,
    text_response,
)
from reference_server.wire.targets import parse_target

log = logging.getLogger(__name__)
LINGER = 2.0
"""Seconds to read on after a last answer, so that it is not lost to a reset (RFC 9112 9.6)."""


@dataclass
class Connection:
    """A connection that has been accepted; `serve` runs in a thread of its own."""

    parts: Parts
    sock: socket.socket
    address: str
    tls: ssl.SSLContext | None

    def serve(self) -> None:
        """Serve until one side closes; whatever goes wrong ends this connection only."""
        try:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock.settimeout(self.parts.limits.idle)
            self._secure()
            self._serve_requests()
        except (OSError, TruncatedBody):
            pass  # the peer went away: nobody is left to tell
        except Exception:
            log.exception("connection ended by a fault of this server")
        finally:
            self.sock.close()

    def _secure(self) -> None:
        if self.tls is not None:
            self.sock = self.tls.wrap_socket(self.sock, server_side=True)
        self.inbox = Inbox(self.sock)
        subject = self.parts.authenticator.subject(self.sock)
        self.peer = Peer(self.address, self.tls is not None, subject)

    def _serve_requests(self) -> None:
        while True:
            try:
                head = self.inbox.read_head()
            except Refusal as problem:
                self._send(None, refused(problem), keep=False)
                return self._linger()
            if head is None:
                return None
            if not self._serve_one(head):
                return self._linger()

    def _serve_one(self, head: RequestHead) -> bool:
        """Answer one request; False when the connection has to end."""
        body = RequestBody(head, self.inbox, self._send_continue)
        response = self._answer(head, body)
        keep = self._keeps_alive(head) and not response.close and self._drain(body)
        self._send(head, response, keep=keep)
        return keep

    def _answer(self, head: RequestHead, body: RequestBody) -> Response:
        try:
            target = parse_target(head.target)
            identity = self.parts.authenticator.identify(head, target, self.peer)
            request = Request(head, target, target.path, body, identity, self.peer, self.parts)
            return answer(request)
        except Refusal as problem:
            return refused(problem)
        except (OSError, TruncatedBody):
            raise
        except Exception:
            log.exception("%s failed by a fault of this server", head.method)
            return text_response(500, "internal error")

    def _keeps_alive(self, head: RequestHead) -> bool:
        wishes = (head.get("connection") or "").lower()
        if head.is_http10:
            return "keep-alive" in wishes
        return "close" not in wishes

    def _drain(self, body: RequestBody) -> bool:
        """Get an unread body out of the way; False if the connection had better end."""
        if body.finished:
            return True
        length = body.head.content_length
        if body.head.expects_continue and not body.started:
            return False
        if length is None or length > SMALL:
            return False
        for _ in body.blocks():
            pass
        return True

    def _send_continue(self) -> None:
        self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _send(self, head: RequestHead | None, response: Response, *, keep: bool) -> None:
        is_old = head is not None and head.is_http10
        channel = Channel(self.sock, self.inbox, chunked=response.length is None and not is_old)
        keep = keep and (response.length is not None or not is_old)
        channel.head = self._render(head, response, channel, keep=keep)
        bodiless = head is not None and head.method == "HEAD"
        if bodiless or response.status in (204, 304):
            channel.send(b"")
        elif isinstance(response.body, bytes):
            channel.send(response.body)
        else:
            response.body.send(channel)

    def _render(
        self, head: RequestHead | None, response: Response, channel: Channel, *, keep: bool
    ) -> bytes:
        headers = [*standard_headers(self.parts.name), *response.headers]
        if response.length is not None and response.status not in (204, 304):
            headers.append(("Content-Length", str(response.length)))
        elif channel.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        if not keep:
            headers.append(("Connection", "close"))
        elif head is not None and head.is_http10:
            headers.append(("Connection", "keep-alive"))
        return render_head(response.status, tuple(headers))

    def _linger(self) -> None:
        """Say that nothing follows, and take what the peer is still sending."""
        self.sock.settimeout(LINGER)
        try:
            if not isinstance(self.sock, ssl.SSLSocket):
                self.sock.shutdown(socket.SHUT_WR)
            while self.sock.recv(65536):
                pass
        except OSError:
            pass


def refused(problem: Refusal) -> Response:
    """The answer that a refusal amounts to."""
    response = text_response(problem.status, problem.text, problem.headers)
    return Response(response.status, response.headers, response.body, close=problem.close)

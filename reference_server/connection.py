"""One client connection: read a head, answer it, go on while both sides want to."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import time
from dataclasses import dataclass, replace

from reference_server.auth.authenticator import Peer
from reference_server.auth.identity import Identity
from reference_server.behaviour.redirecting import CONTINUE, BodyStart
from reference_server.methods import answer
from reference_server.refusal import Headers, Refusal
from reference_server.request import Request
from reference_server.server import Parts
from reference_server.wire.bodies import SMALL, RequestBody, TruncatedBody
from reference_server.wire.channel import Channel
from reference_server.wire.heads import RequestHead
from reference_server.wire.inbox import READ_SIZE, Inbox
from reference_server.wire.responses import (
    NO_BODY,
    Response,
    render_head,
    standard_headers,
    text_response,
)
from reference_server.wire.targets import parse_target
from reference_server.wire.tls import Stream, TlsSocket, close_notify

log = logging.getLogger(__name__)
LINGER = 2.0
"""Seconds to read on after a last answer, so that it is not lost to a reset (RFC 9112 9.6)."""


@dataclass
class Connection:
    """A connection that has been accepted; `serve` runs in a thread of its own."""

    parts: Parts
    sock: Stream
    address: str
    tls: ssl.SSLContext | None

    def serve(self) -> None:
        """Serve until one side closes; whatever goes wrong ends this connection only."""
        self.visit = self.parts.access.visit()
        self.channel: Channel | None = None
        self.known: Identity | None = None
        self.digest: Headers = ()
        by = "server"
        try:
            self.sock.settimeout(self.parts.limits.idle)
            self._secure()
            by = self._serve_requests()
        except (OSError, TruncatedBody):
            by = "client"  # the peer went away: nobody is left to tell
        except Exception:
            log.exception("connection ended by a fault of this server")
        finally:
            self.visit.closed(by)
            self._close()

    def _secure(self) -> None:
        if isinstance(self.sock, socket.socket):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                self.sock = TlsSocket(self.sock, self.tls)
                self.sock.do_handshake()
        self.inbox = Inbox(self.sock, self.parts.behaviour)
        chain = self.parts.authenticator.chain(self.sock)
        self.peer = Peer(
            self.address,
            secure=self.tls is not None,
            subject=self.parts.authenticator.subject(chain),
            local=self.sock.getsockname()[0],
            chain=chain,
            attributes=self.parts.authenticator.attributes(chain),
        )

    def _serve_requests(self) -> str:
        """Serve until one side has enough: `client` or `server`."""
        while True:
            try:
                head = self.inbox.read_head()
            except Refusal as problem:
                self._send(None, refused(problem), keep=False)
                return self._linger()
            if head is None:
                return "client"
            if not self._serve_one(head):
                return self._linger()

    def _serve_one(self, head: RequestHead) -> bool:
        """Answer one request; False when the connection has to end."""
        self.visit.asked(head, self.peer.subject)
        beside = self.parts.behaviour.serves_beside
        self.parts.running.wait_until(beside, within=self.parts.limits.idle)
        body = self._body(head)
        response = self._with_digest(self._answer(head, body))
        keep = self._keeps_alive(head) and not response.close and self._drain(body)
        self.channel = None
        try:
            self._send(head, response, keep=keep)
        finally:
            document = body.document if _is_document(head) else b""
            self.visit.answered(response, document, self.channel)
        return keep

    def _answer(self, head: RequestHead, body: RequestBody) -> Response:
        proof: Headers = ()
        try:
            request = self._request(head, body)
            proof = request.identity.proof if request.identity is not None else ()
            return proven(answer(request), proof)
        except Refusal as problem:
            return proven(refused(problem), proof)
        except (OSError, TruncatedBody):
            raise
        except Exception:
            log.exception("%s failed by a fault of this server", head.method)
            return text_response(500, "internal error")

    def _with_digest(self, response: Response) -> Response:
        """The answer, with nothing of the one before unless a deviation keeps its Digest."""
        own = tuple(field for field in response.headers if field[0] == "Digest")
        if not own and self.digest and self.parts.behaviour.digest_outlives_request():
            return replace(response, headers=(*response.headers, *self.digest))
        self.digest = own or self.digest
        return response

    def _request(self, head: RequestHead, body: RequestBody) -> Request:
        """The authenticated request; a `root` caveat goes in front of its path."""
        behaviour = self.parts.behaviour
        target = parse_target(behaviour.target_as_read(head.target), behaviour.path_element)
        if self.known is None or not behaviour.identity_outlives_request():
            self.known = self.parts.authenticator.identify(head, target, self.peer)
        identity = self.known
        root = identity.rights.root if identity is not None else ""
        path = (root + target.path).rstrip("/") or "/" if root else target.path
        return Request(head, target, path, body, identity, self.peer, self.parts)

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
        if body.is_awaited:
            return False
        if length is None or length > SMALL:
            return False
        for _ in body.blocks():
            pass
        return True

    def _body(self, head: RequestHead) -> RequestBody:
        behaviour = self.parts.behaviour
        awaited = behaviour.awaits_continue(head.get("expect"), http10=head.is_http10)
        how = behaviour.body_start()
        body = RequestBody(head, self.inbox, CONTINUE if awaited else b"")
        body.ends_at_fault = behaviour.bad_chunk_ends_the_body()
        body.started = how is BodyStart.SILENT
        body.finished = body.finished or (awaited and how is BodyStart.SKIP)
        return body

    def _send(self, head: RequestHead | None, response: Response, *, keep: bool) -> None:
        is_old = head is not None and head.is_http10
        chunked = response.length is None and self.parts.behaviour.is_chunked(http10=is_old)
        channel = self.channel = Channel(self.sock, self.inbox, chunked=chunked)
        keep = keep and (response.length is not None or chunked)
        channel.head = self._render(head, response, channel, keep=keep)
        is_head = head is not None and head.method == "HEAD"
        bodiless = is_head and not self.parts.behaviour.head_has_body()
        try:
            if bodiless or response.status in NO_BODY:
                channel.send(b"")
            elif isinstance(response.body, bytes):
                channel.send(response.body)
            else:
                response.body.send(channel)
        finally:
            if not isinstance(response.body, bytes):
                response.body.close()

    def _render(
        self, head: RequestHead | None, response: Response, channel: Channel, *, keep: bool
    ) -> bytes:
        headers = [*standard_headers(self.parts.name), *response.headers]
        origin = head.get("origin") if head is not None else None
        if origin is not None:
            headers += self.parts.behaviour.fields_for_origin(origin)
        if response.length is not None and response.status not in NO_BODY:
            is_head = head is not None and head.method == "HEAD"
            told = self.parts.behaviour.reported_size(response.length, is_head=is_head)
            headers += self.parts.behaviour.length_fields(told)
        elif channel.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        if not keep:
            headers.append(("Connection", "close"))
        elif head is not None and head.is_http10:
            headers.append(("Connection", "keep-alive"))
        return render_head(response.status, tuple(headers))

    def _close(self) -> None:
        """Close, with close_notify: the end of a close-delimited body must be told from a cut."""
        close_notify(self.sock)
        self.sock.close()

    def _linger(self) -> str:
        """Say that nothing follows, and take what the peer is still sending."""
        deadline = time.monotonic() + LINGER
        with contextlib.suppress(OSError, ValueError):
            close_notify(self.sock)
            self.sock.settimeout(LINGER)
            self.sock.shutdown(socket.SHUT_WR)
            while self.sock.recv(READ_SIZE) and time.monotonic() < deadline:
                pass
        return "server"


def _is_document(head: RequestHead) -> bool:
    """Whether the body of a request may be shown: it asks for properties or for a macaroon."""
    wish = (head.get("content-type") or "").startswith("application/macaroon-request")
    return wish or head.method == "PROPFIND"


def refused(problem: Refusal) -> Response:
    """The answer that a refusal amounts to."""
    response = text_response(problem.status, problem.text, problem.headers)
    return Response(response.status, response.headers, response.body, close=problem.close)


def proven(response: Response, proof: Headers) -> Response:
    """The answer with the fields that prove the server to the requester."""
    return replace(response, headers=(*response.headers, *proof)) if proof else response

"""Sending requests on from a head node to its data node."""

from __future__ import annotations

from urllib.parse import quote

from reference_server.refusal import Headers, Refusal
from reference_server.request import Request
from reference_server.wire.responses import Response, render_head, standard_headers
from reference_server.wire.targets import encode_path

MOST_SENT_ON = 100
"""Redirects of a COPY whose tickets nobody came with: then it ends (508, RFC 5842 section 7.2)."""


def redirected(request: Request) -> Response | None:
    """The redirect of an authorised request; None where this node serves it itself."""
    behaviour, node, method = request.parts.behaviour, request.parts.data_node, request.head.method
    if node is None or request.identity is None or not behaviour.redirects(method):
        return None
    if request.is_redirected:
        return None  # a Location of this node, too, leads to the data
    if method == "COPY" and node.tickets.unused(method, request.target.path) >= MOST_SENT_ON:
        raise Refusal(508, "sent on too often without going there")
    ticket = node.tickets.issue(request.identity, method, request.target.path)
    path = behaviour.redirect_path(encode_path(request.target.path))
    along = behaviour.redirect_query(request.target.query)
    query = f"{along}&" if along else ""
    location = f"{behaviour.redirect_base(node.url, method)}{path}?{query}ticket={quote(ticket)}"
    asked = request.base + request.head.target
    location = behaviour.redirect_location(location, method=method, asked=asked)
    headers: Headers = (("Location", location),) if behaviour.location_is_sent() else ()
    return Response(behaviour.redirect_status(method), headers)


def redirect_upload(request: Request) -> bool:
    """Redirect a PUT in place of 100; what the client sends all the same is taken here.

    False when the upload goes on as if there were no data node.
    """
    behaviour = request.parts.behaviour
    if not request.body.is_awaited:
        return False
    answer = redirected(request)
    if answer is None:
        return False
    fields = (*standard_headers(request.parts.name), *answer.headers, ("Content-Length", "0"))
    head = render_head(answer.status, fields)
    request.body.interim = behaviour.interim_before_redirect() + head
    if not behaviour.takes_body_after_redirect():
        request.body.start()
        request.body.finished = True
    return True

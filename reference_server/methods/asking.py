"""OPTIONS and TRACE."""

from __future__ import annotations

from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.wire.responses import Response


def options(request: Request) -> Response:
    """What this server can do (RFC 9110 section 9.3.7, RFC 4918 section 10.1)."""
    headers = (*request.parts.behaviour.dav_header(), ("Allow", request.allow))
    return Response(200, headers)


def trace(request: Request) -> Response:
    """The request as it came, for a server that is so careless; raises Refusal."""
    if not request.parts.behaviour.answers_trace():
        raise Refusal(405, "TRACE is not offered", headers=(("Allow", request.allow),))
    fields = "".join(f"{name}: {value}\r\n" for name, value in request.head.headers)
    line = f"{request.head.method} {request.head.target} HTTP/{request.head.version}\r\n"
    return Response(200, (("Content-Type", "message/http"),), (line + fields).encode("latin-1"))

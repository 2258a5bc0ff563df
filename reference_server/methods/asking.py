"""OPTIONS."""

from __future__ import annotations

from reference_server.request import Request
from reference_server.wire.responses import Response


def options(request: Request) -> Response:
    """What this server can do (RFC 9110 section 9.3.7, RFC 4918 section 10.1)."""
    headers = (*request.parts.behaviour.dav_header(), ("Allow", request.allow))
    return Response(200, headers)

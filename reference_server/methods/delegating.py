"""POST to the GridSite delegation service."""

from __future__ import annotations

from reference_server.delegation import soap
from reference_server.delegation.service import Caller, DelegationFault, UnknownOperation
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.wire.responses import Response

PATH = "/gridsite-delegation"
"""Only its POST belongs to the service: to every other method it is a path like any other."""
MAX_DOCUMENT = 64 * 1024
"""A chain of ten certificates fits well; bytes."""
TYPED = (("Content-Type", "text/xml; charset=utf-8"),)


def is_addressed(request: Request) -> bool:
    """Whether a POST is for the service."""
    return request.parts.delegation is not None and request.target.path == PATH


def post(request: Request) -> Response:
    """Answer one SOAP message; raises Refusal for a caller without certificate, and no SOAP.

    A fault is sent with status 500 (SOAP 1.1 section 6.2), whoever is to blame.
    """
    caller = _caller(request)
    try:
        call = soap.read_call(request.body.read_all(MAX_DOCUMENT))
    except soap.NotSoap as problem:
        raise Refusal(400, str(problem)) from None
    service = request.parts.delegation
    assert service is not None
    try:
        return Response(200, TYPED, soap.answer(call, service.call(call, caller)))
    except DelegationFault as problem:
        return Response(500, TYPED, soap.fault(call.namespace, str(problem)))
    except UnknownOperation:
        text = "Method not implemented"
        return Response(500, TYPED, soap.fault(call.namespace, text, delegation=False))


def _caller(request: Request) -> Caller:
    """The person behind the client certificate; a token in the request changes nothing."""
    owner = request.peer.subject or request.parts.behaviour.anonymous_delegator()
    if owner is None:
        raise Refusal(403, "the delegation service needs a client certificate")
    return Caller(owner, request.peer.chain)

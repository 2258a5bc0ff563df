"""The Credential header of a COPY: which mechanism, and the credential it comes down to."""

from __future__ import annotations

import time
from dataclasses import replace

from reference_server.auth.identity import Scheme
from reference_server.delegation.certificates import ClientCertificate, Delegated
from reference_server.delegation.exchange import ExchangeFailed
from reference_server.delegation.words import Mechanism, Step
from reference_server.methods import delegating
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.transfer.order import Order
from reference_server.transfer.remote_url import RemoteUrl
from reference_server.wire.targets import encode_path

ASKED = "delegation=requested"
"""Query item by which a COPY shows that its client was asked to delegate already."""


def mechanism(request: Request, transfer_fields: list[str]) -> Mechanism:
    """The mechanism of a COPY; raises Refusal. Repeating one value is harmless."""
    behaviour = request.parts.behaviour
    default = _default(request, transfer_fields)
    values: set[str | None] = {*request.head.all("credential")} or {None}
    named = {behaviour.mechanism(value, default, transfer_fields) for value in values}
    if len(named) > 1:
        raise Refusal(400, "several Credential mechanisms")
    found = named.pop()
    if found not in _offered(request):
        raise behaviour.unsupported_mechanism(found)
    return found


def completed(request: Request, order: Order, found: Mechanism) -> Order:
    """The order with what authenticates it at the far side; raises Refusal."""
    behaviour = request.parts.behaviour
    if found is not Mechanism.NONE:
        problem = behaviour.plain_http_problem(found, order.remote)
        if problem is None and not _login_suits(request, found):
            problem = behaviour.unsuited_login(found)
            if problem is None:
                return order
        if problem is not None:
            raise problem
    if found is Mechanism.OIDC:
        return _with_token(request, order)
    if found is Mechanism.GRIDSITE:
        return replace(order, certificate=_delegated(request))
    if behaviour.shows_delegated(found):
        return replace(order, certificate=_stored(request))
    return order


def _offered(request: Request) -> frozenset[Mechanism]:
    parts = request.parts
    return frozenset(
        {
            Mechanism.NONE,
            *([Mechanism.GRIDSITE] if parts.delegation is not None else []),
            *([Mechanism.OIDC] if parts.exchange is not None else []),
        }
    )


def _default(request: Request, transfer_fields: list[str]) -> Mechanism:
    """By login, as dCache has it; who brings a token for the far side needs no delegation."""
    login = request.identity.scheme if request.identity else Scheme.TICKET
    natural = Mechanism.NONE
    if "authorization" not in map(str.lower, transfer_fields):
        fitting = (m for m in (Mechanism.GRIDSITE, Mechanism.OIDC) if _login_suits(request, m))
        natural = next((m for m in fitting if m in _offered(request)), Mechanism.NONE)
    return request.parts.behaviour.default_mechanism(login, natural)


def _login_suits(request: Request, found: Mechanism) -> bool:
    """gridsite needs a client certificate, oidc a token of a provider that we can ask."""
    identity = request.identity
    if identity is None:
        return False
    if found is Mechanism.GRIDSITE:
        return identity.scheme is Scheme.X509
    exchange = request.parts.exchange
    known = exchange.providers if exchange is not None else {}
    return identity.scheme is Scheme.BEARER and identity.issuer in known


def _delegated(request: Request) -> ClientCertificate | None:
    """The certificate for a gridsite COPY; raises Refusal to ask for it, or for want of it."""
    behaviour = request.parts.behaviour
    stored = _stored(request)
    remaining = stored.expires - time.time() if stored is not None else None
    asked = ASKED in request.target.query.split("&")
    step = behaviour.delegation_step(remaining, asked=asked)
    if step is Step.ASK:
        raise _request_to_delegate(request)
    if step is Step.REFUSE:
        raise Refusal(403, "no delegated credential that is valid long enough")
    if step is Step.CRASH:
        raise Refusal(500, "internal error")
    if step is Step.OWN:
        return request.parts.far_tls.own
    return stored if step is Step.USE else None


def _stored(request: Request) -> Delegated | None:
    """The requester's delegated proxy that lives longest, expired or not."""
    service, identity = request.parts.delegation, request.identity
    if service is None or identity is None or identity.scheme is not Scheme.X509:
        return None
    owner = request.parts.behaviour.delegations_of(identity.name, service.keeper.latest)
    return service.keeper.best(owner)


def _request_to_delegate(request: Request) -> Refusal:
    behaviour, target = request.parts.behaviour, request.target
    urls = [behaviour.delegation_url(request.base, delegating.PATH)]
    query = f"{target.query}&{ASKED}" if target.query else ASKED
    location = f"{request.base}{encode_path(target.path)}?{query}"
    return behaviour.delegation_request(behaviour.delegate_to(urls), location)


def _with_token(request: Request, order: Order) -> Order:
    """The order with a token for the far side from the requester's own provider."""
    if any(name.lower() == "authorization" for name, _ in order.transfer_headers):
        raise Refusal(400, "Credential: oidc contradicts TransferHeaderAuthorization")
    token = _exchanged(request, order.remote)
    if token is None:
        return order
    fields = (*order.transfer_headers, ("Authorization", f"Bearer {token}"))
    return replace(order, transfer_headers=fields)


def _exchanged(request: Request, remote: RemoteUrl) -> str | None:
    """A new token, made for the far side; None only where a deviation goes on without one."""
    behaviour, exchange = request.parts.behaviour, request.parts.exchange
    identity = request.identity
    assert exchange is not None
    assert identity is not None
    issuer = behaviour.provider_to_ask(identity.issuer or "", list(exchange.providers))
    scheme, host, port = remote.origin
    original = _shown_token(request)
    try:
        token = exchange.token_for(
            exchange.providers[issuer], original, f"{scheme}://{host}:{port}"
        )
    except ExchangeFailed as problem:
        refusal = behaviour.exchange_failed(str(problem))
        if refusal is not None:
            raise refusal from None
        return None
    return behaviour.token_for_far_side(original, token)


def _shown_token(request: Request) -> str:
    """The bearer token that the requester is known by."""
    given = request.head.get("authorization")
    if given is not None:
        return given.partition(" ")[2].strip()
    return (request.target.query_item("authz") or "").removeprefix("Bearer ")

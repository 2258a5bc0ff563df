"""OAuth 2.0 token exchange (RFC 8693) at the OpenID provider that issued the requester's token."""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the type's name
PATIENCE = 10.0
"""Seconds that one step of the conversation with a provider may take."""
MOST_BYTES = 64 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
"""b64token of RFC 6750 section 2.1: nothing else may go into an Authorization field."""


class ExchangeFailed(Exception):
    """The provider gave no token for the transfer; the text holds no secret."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider at which this server is registered as a client."""

    issuer: str
    endpoint: str
    client: str
    secret: str = field(repr=False)

    @classmethod
    def given(cls, option: str) -> Provider:
        """From ISSUER=TOKEN_ENDPOINT,CLIENT_ID,SECRET_FILE; raises OSError, ValueError."""
        issuer, separator, rest = option.partition("=")
        parts = rest.rsplit(",", 2)
        if not separator or not issuer or len(parts) != 3:
            raise ValueError("not ISSUER=TOKEN_ENDPOINT,CLIENT_ID,SECRET_FILE")
        endpoint, client, place = parts
        if urllib.parse.urlsplit(endpoint).scheme != "https":
            raise ValueError("the token endpoint is not https")
        return cls(issuer, endpoint, client, Path(place).read_text().strip())

    @property
    def authorization(self) -> str:
        """client_secret_basic (RFC 6749 section 2.3.1): both parts form-encoded."""
        pair = ":".join(urllib.parse.quote_plus(part) for part in (self.client, self.secret))
        return "Basic " + base64.b64encode(pair.encode()).decode()


@dataclass(frozen=True, slots=True)
class Exchange:
    """The providers of one server, by issuer, and whom to trust in TLS."""

    providers: dict[str, Provider]
    tls: ssl.SSLContext

    def token_for(self, provider: Provider, token: str, audience: str) -> str:
        """A new access token for the audience (the far side's origin); raises ExchangeFailed."""
        form = {
            "grant_type": GRANT,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN,
            "requested_token_type": ACCESS_TOKEN,
            "audience": audience,
        }
        try:
            status, body = self._post(provider, urllib.parse.urlencode(form))
        except (OSError, http.client.HTTPException):
            raise ExchangeFailed("the OpenID provider cannot be reached") from None
        if status != 200:
            raise ExchangeFailed(f"the OpenID provider refuses: status {status}")
        issued = _issued(body)
        if issued == token:
            raise ExchangeFailed("the OpenID provider gave the same token back")
        return issued

    def _post(self, provider: Provider, form: str) -> tuple[int, bytes]:
        """One request on a connection of its own; redirects are not followed."""
        parts = urllib.parse.urlsplit(provider.endpoint)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        talk = http.client.HTTPSConnection(parts.netloc, timeout=PATIENCE, context=self.tls)
        fields = {
            "Authorization": provider.authorization,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        try:
            talk.request("POST", target or "/", form, fields)
            response = talk.getresponse()
            return response.status, response.read(MOST_BYTES)
        finally:
            talk.close()


def _issued(body: bytes) -> str:
    """The token of an answer (RFC 8693 section 2.2.1)."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    token = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ExchangeFailed("the OpenID provider's answer holds no token")
    if str(told.get("token_type", "")).lower() != "bearer":
        raise ExchangeFailed("the OpenID provider gave no bearer token")
    return token

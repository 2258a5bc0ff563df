"""Bearer tokens as JWT of our own issuer and trusted ones: WLCG profile 1.0, SciTokens, OIDC."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from reference_server.auth.identity import (
    LOOKING,
    Activity,
    Grant,
    Identity,
    Limit,
    Rights,
    Scheme,
    granted,
)
from reference_server.auth.problems import BadToken
from reference_server.behaviour import Behaviour
from reference_server.refusal import Refusal
from reference_server.wire.targets import decode_path

ANY_AUDIENCE = "https://wlcg.cern.ch/jwt/v1/any"
"""The audience of the WLCG profile (section "aud") that every service accepts."""
ANY_SCITOKEN = "ANY"
"""The same for SciTokens (claims language 2.0, "aud")."""
OPENID = "openid"
"""The scope by which an access token stands for a person (OpenID Connect Core section 3.1.2.1)."""
SIGNATURES = ["RS256", "ES256"]
OWN_LIFETIME = 24 * 3600
REMEMBERED = 1024
"""Most verified tokens that are remembered."""
READING = LOOKING | {Activity.DOWNLOAD}
CREATING = frozenset({Activity.UPLOAD})
WRITING = CREATING | {Activity.DELETE, Activity.MANAGE, Activity.UPDATE_METADATA}
SCOPES = {
    "storage.read": READING,
    "storage.create": CREATING,
    "storage.modify": WRITING,
    "storage.stat": LOOKING,
    "storage.stage": READING,
    "read": READING,
    "write": WRITING,
}
"""Scope without its path -> activities. `storage.create` never overwrites (WLCG profile)."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A token issuer and its public keys."""

    url: str
    keys: tuple[jwt.PyJWK, ...]

    @classmethod
    def from_file(cls, url: str, place: Path) -> Issuer:
        """Read a JWKS file; raises OSError, ValueError, jwt.PyJWTError."""
        keys = json.loads(place.read_text())["keys"]
        return cls(url, tuple(jwt.PyJWK(key) for key in keys))


class OwnIssuer:
    """The issuer of the tokens in the ready line; its key lives as long as the process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._key = ec.generate_private_key(ec.SECP256R1())

    def as_trusted(self) -> Issuer:
        """What a server must know to accept our tokens."""
        public = jwt.get_algorithm_by_name("ES256").to_jwk(self._key.public_key(), as_dict=True)
        return Issuer(self.url, (jwt.PyJWK({**public, "alg": "ES256", "kid": "own"}),))

    def issue(self, subject: str, scope: str) -> str:
        """A token for every audience, valid for a day."""
        now = int(time.time())
        claims = {
            "wlcg.ver": "1.0",
            "iss": self.url,
            "sub": subject,
            "aud": ANY_AUDIENCE,
            "scope": scope,
            "nbf": now - 60,
            "iat": now,
            "exp": now + OWN_LIFETIME,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": "own"})


class TokenJudge:
    """Decides what a JWT is worth at this server."""

    def __init__(
        self,
        behaviour: Behaviour,
        issuers: list[Issuer],
        people: Mapping[str, Limit] | None = None,
    ) -> None:
        """`people`: grants by name, for tokens that say who, but not what (OpenID Connect)."""
        self._behaviour = behaviour
        self._people = people
        self._issuers = {issuer.url: issuer for issuer in issuers}
        self.audiences: list[str] = [ANY_AUDIENCE, ANY_SCITOKEN]
        self._verified_before: dict[bytes, Identity] = {}

    def identify(self, token: str) -> Identity:
        """Who a token stands for; raises BadToken.

        What was verified once is remembered by its hash until it expires: a signature costs more
        than the rest of a small request.
        """
        key = hashlib.sha256(token.encode()).digest()
        known = self._verified_before.get(key)
        if known is not None and (known.expires or 0) > time.time():
            return known
        found = self._identify(token)
        if len(self._verified_before) >= REMEMBERED:
            self._verified_before.clear()
        self._verified_before[key] = found
        return found

    def _identify(self, token: str) -> Identity:
        claims = self._verified(token)
        name, scope = f"{claims.get('sub', '')}@{claims['iss']}", str(claims.get("scope", ""))
        grants = tuple(self._grants(scope))
        by_name = not grants and OPENID in scope.split()
        return Identity(
            name=name,
            scheme=Scheme.BEARER,
            rights=granted(self._people, name) if by_name else Rights((grants,)),
            expires=float(claims["exp"]),
            issuer=str(claims["iss"]),
        )

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            unverified = jwt.decode(token, options={"verify_signature": False})
            issuer = self._behaviour.issuer_to_verify_with(self._issuers, unverified.get("iss"))
            if issuer is None:
                raise BadToken("unknown token issuer")
            return self._decode(token, issuer)
        except jwt.PyJWTError as problem:
            raise BadToken(f"bad token: {problem}") from None
        except RecursionError:
            raise BadToken("bad token: nested too deeply") from None

    def _decode(self, token: str, issuer: Issuer) -> dict[str, Any]:
        kid = jwt.get_unverified_header(token).get("kid")
        keys = [key for key in issuer.keys if kid is None or key.key_id in (None, kid)]
        if not keys:
            raise BadToken("unknown signing key")
        options: jwt.types.Options = {
            "require": ["exp", "iss", "aud"],
            "verify_signature": self._behaviour.verifies_token_signature(),
            "verify_exp": self._behaviour.verifies_token_lifetime(),
            "verify_nbf": True,
            "verify_aud": self._behaviour.verifies_token_audience(),
        }
        claims: dict[str, Any] = jwt.decode(
            token, keys[0], algorithms=SIGNATURES, audience=self.audiences, options=options
        )
        return claims

    def _grants(self, scope: str) -> list[Grant]:
        found = []
        known = self._behaviour.known_scopes(SCOPES)
        for item in scope.split():
            name, _, raw_path = item.partition(":")
            if name in known and (raw_path or not self._behaviour.scope_needs_path(name)):
                activities = self._behaviour.activities_of_scope(known[name])
                found.append(Grant(activities, self._path_of_scope(raw_path)))
        return found

    def _path_of_scope(self, raw_path: str) -> str:
        try:
            text = self._behaviour.scope_path_as_read(raw_path or "/")
            return self._behaviour.path_of_scope(decode_path(text))
        except Refusal as problem:
            raise BadToken(f"bad scope: {problem}") from None

"""Bearer tokens of trusted issuers and their scopes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.server.server_kit import Server

ISSUER = "https://issuer.example.org/"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def trusting(launch: Callable[..., Server], tmp_path: Path, key: rsa.RSAPrivateKey) -> Server:
    """A server that trusts the issuer, with /a/f, /b/f in it."""
    public = jwt.get_algorithm_by_name("RS256").to_jwk(key.public_key(), as_dict=True)
    keys = {"keys": [{**public, "alg": "RS256", "kid": "k1"}]}
    (tmp_path / "jwks.json").write_text(json.dumps(keys))
    server = launch("--trust-issuer", f"{ISSUER}={tmp_path / 'jwks.json'}")
    with server.client() as client:
        for name in ("a", "b"):
            client.ask("MKCOL", f"/{name}")
            client.ask("PUT", f"/{name}/f", body=b"x")
    return server


def token(server: Server, key: Key, scope: str, **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "u", "aud": server.url, "scope": scope, "exp": now + 60}
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "k1"})


def status(server: Server, held: str, method: str, path: str) -> int:
    with server.client(token=held) as client:
        return client.ask(method, path, body=b"y" if method == "PUT" else b"").status


def test_scopes(trusting: Server, key: rsa.RSAPrivateKey) -> None:
    reading = token(trusting, key, "storage.read:/a")
    assert status(trusting, reading, "GET", "/a/f") == 200
    assert status(trusting, reading, "GET", "/b/f") == 403
    assert status(trusting, reading, "PUT", "/a/f") == 403
    creating = token(trusting, key, "storage.create:/a")
    assert status(trusting, creating, "PUT", "/a/new") == 201
    assert status(trusting, creating, "PUT", "/a/new") == 403
    assert status(trusting, creating, "GET", "/a/new") == 403
    changing = token(trusting, key, "storage.modify:/a")
    assert status(trusting, changing, "PUT", "/a/new") == 204
    assert status(trusting, changing, "DELETE", "/a/new") == 204
    assert status(trusting, token(trusting, key, "read:/a"), "GET", "/a/f") == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://unknown.example.org/"},
        {"aud": "https://elsewhere.example.org"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"nbf": 2**33},
        {"scope": "storage.read:/../x"},
    ],
)
def test_bad_claims(trusting: Server, key: rsa.RSAPrivateKey, changes: dict[str, Any]) -> None:
    held = token(trusting, key, **{"scope": "storage.read:/", **changes})
    assert status(trusting, held, "GET", "/a/f") == 401


def test_forged_signatures(trusting: Server, key: rsa.RSAPrivateKey) -> None:
    for other in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())):
        assert status(trusting, token(trusting, other, "storage.read:/"), "GET", "/a/f") == 401
    right = token(trusting, key, "storage.read:/")
    none = jwt.encode(jwt.decode(right, options={"verify_signature": False}), "", "none")
    assert status(trusting, none, "GET", "/a/f") == 401


def test_a_remembered_token_still_expires(trusting: Server, key: rsa.RSAPrivateKey) -> None:
    held = token(trusting, key, "storage.read:/", exp=int(time.time()) + 2)
    assert status(trusting, held, "GET", "/a/f") == 200
    deadline = time.monotonic() + 5
    while status(trusting, held, "GET", "/a/f") != 401:
        assert time.monotonic() < deadline
        time.sleep(0.05)

"""Who gets in, who is asked for more, and who is turned away: family AUTH of the catalogue."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fixtures.pki import Testbed
from fixtures.pki.testbed import Defect
from tests.server.server_kit import Server, start, stop
from tests.server.test_server_certificates import options_of, status
from tests.server.test_server_tokens import ISSUER, key, token, trusting
from tests.server.wire_client import Answer, Client

__all__ = ["key", "trusting"]  # fixtures
NOWHERE = {"Source": "https://source.invalid/f", "Credential": "none"}
MACAROON = {"Content-Type": "application/macaroon-request"}
REQUESTS = {
    "GET": {},
    "HEAD": {},
    "PUT": {},
    "DELETE": {},
    "MKCOL": {},
    "MOVE": {"Destination": "/elsewhere"},
    "PROPFIND": {"Depth": "0"},
    "PROPPATCH": {},
    "COPY": NOWHERE,
    "POST": MACAROON,
}


@pytest.fixture(scope="module")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("people") / "testbed")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows a password as well."""
    users = tmp_path_factory.mktemp("users") / "users.json"
    users.write_text(json.dumps({"paul": "TooManySecrets"}))
    process, servers = start(["--basic", str(users), "--plain-port", "0"], 1)
    yield servers[0]
    stop(process)


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


def asked(server: Server, method: str, path: str, fields: dict[str, str]) -> Answer:
    with server.client(token=None) as client:
        return client.ask(method, path, fields)


def challenges(server: Server, fields: dict[str, str], method: str = "GET") -> list[str]:
    """The schemes that a 401 offers; it must be one."""
    with server.client(token=None) as client:
        client.send(method, "/", {"Content-Length": "0", **fields})
        first, *lines = client.until(b"\r\n\r\n").decode().split("\r\n")
    assert first.split()[1] == "401"
    pairs = (line.partition(": ") for line in lines)
    return [value.split()[0] for name, _, value in pairs if name == "WWW-Authenticate"]


def test_auth_001_right_password_reads(guarded: Server) -> None:
    assert asked(guarded, "GET", "/nosuch", basic("paul:TooManySecrets")).status == 404


@pytest.mark.parametrize("text", ["paul:wrong", "nobody:TooManySecrets", "paul", ":", "paul:"])
def test_auth_001_wrong_passwords_do_not(guarded: Server, text: str) -> None:
    assert challenges(guarded, basic(text)) == ["Bearer", "Basic"]


def test_auth_002_no_password_in_the_clear(guarded: Server) -> None:
    with Client(int(guarded.ready["plain_url"].rsplit(":", 1)[1])) as client:
        answer = client.ask("GET", "/nosuch", basic("paul:TooManySecrets"))
    assert answer.status == 401
    assert "Basic" not in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "defect", [d for d in Defect if d not in (Defect.WRONG_NAME, Defect.REVOKED)]
)
def test_auth_005_and_008_bad_certificates_and_their_proxies(
    testbed: Testbed, launch: Callable[..., Server], defect: Defect
) -> None:
    server, bad, good = launch(*options_of(testbed)), testbed.bad_user(defect), testbed.user()
    assert status(server, good.cert, good.key) == 404
    assert status(server, bad.cert, bad.key) == 0
    assert status(server, testbed.proxy(bad)) == 0


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_auth_010_schemes_are_matched_in_any_case(server: Server, scheme: str) -> None:
    fields = {"Authorization": f"{scheme} {server.token}"}
    assert asked(server, "GET", "/nosuch", fields).status == 404


def test_auth_011_any_token_may_stand_in_the_query(server: Server) -> None:
    fields = {"Authorization": f"Bearer {server.token}", **MACAROON}
    macaroon = json.loads(asked(server, "POST", "/", fields).body)["macaroon"]
    for held in (server.token, macaroon):
        assert asked(server, "GET", f"/nosuch?authz={held}", {}).status == 404
        assert asked(server, "GET", f"/nosuch?authz=Bearer%20{held}", {}).status == 404
    assert asked(server, "GET", f"/nosuch?authz={server.token[:-6]}", {}).status == 401


@pytest.mark.parametrize("text", ["x", "a.b.c", "..", "AAAA", "x" * 6000, "e30.e30.e30", "%00"])
def test_auth_012_garbage_is_no_token(server: Server, text: str) -> None:
    for fields, query in (({"Authorization": f"Bearer {text}"}, ""), ({}, f"?authz={text}")):
        answer = asked(server, "PUT", f"/garbage{query}", fields)
        assert answer.status == 401
        assert answer.headers["www-authenticate"]
    assert (
        asked(server, "GET", "/garbage", {"Authorization": f"Bearer {server.token}"}).status == 404
    )


SCOPES = {
    "storage.read:/a": {"/a/f": 200, "/ab": 403, "/b/f": 403},
    "storage.read:/a/": {"/a/f": 200, "/ab": 403},
    "storage.read:/a/f": {"/a/f": 200, "/b/f": 403},
    "storage.read:/a storage.read:/b": {"/a/f": 200, "/b/f": 200, "/ab": 403},
    "storage.read:/": {"/a/f": 200, "/b/f": 200},
    "storage.read": {"/a/f": 403},
    "storage.stat:/": {"/a/f": 403},
    "compute.read:/": {"/a/f": 403},
    "read:/a": {"/a/f": 200, "/b/f": 403},
    "read": {"/a/f": 200, "/b/f": 200},
    "write:/a": {"/a/f": 403},
    "": {"/a/f": 403},
}


def test_auth_013_scopes_hold_below_whole_path_elements(
    trusting: Server, key: rsa.RSAPrivateKey
) -> None:
    for scope, paths in SCOPES.items():
        held = {"Authorization": f"Bearer {token(trusting, key, scope)}"}
        seen = {path: asked(trusting, "GET", path, held).status for path in paths}
        assert (scope, seen) == (scope, paths)
    unread = {"Authorization": f"Bearer {token(trusting, key, 'storage.read:/a')}"}
    assert asked(trusting, "COPY", "/a/new", {**unread, **NOWHERE}).status == 403


def test_auth_013_a_scitoken_may_be_for_any_service(
    trusting: Server, key: rsa.RSAPrivateKey
) -> None:
    held = token(trusting, key, "read:/a", aud="ANY", ver="scitoken:2.0")
    assert asked(trusting, "GET", "/a/f", {"Authorization": f"Bearer {held}"}).status == 200


def test_auth_013_creating_does_not_overwrite_by_copy(
    trusting: Server, key: rsa.RSAPrivateKey
) -> None:
    held = {"Authorization": f"Bearer {token(trusting, key, 'storage.create:/a')}", **NOWHERE}
    assert asked(trusting, "COPY", "/a/f", held).status == 403
    assert asked(trusting, "COPY", "/a/new", held).status == 202


def test_auth_014_an_openid_token_has_the_rights_of_its_person(
    launch: Callable[..., Server], tmp_path: Path, key: rsa.RSAPrivateKey
) -> None:
    public = jwt.get_algorithm_by_name("RS256").to_jwk(key.public_key(), as_dict=True)
    keys = {"keys": [{**public, "alg": "RS256", "kid": "k1"}]}
    (tmp_path / "jwks.json").write_text(json.dumps(keys))
    grants = {f"paul@{ISSUER}": ["READ_METADATA", "LIST", "DOWNLOAD"]}
    (tmp_path / "grants.json").write_text(json.dumps(grants))
    options = ["--trust-issuer", f"{ISSUER}={tmp_path / 'jwks.json'}"]
    server = launch(*options, "--grants", str(tmp_path / "grants.json"))

    def shown(scope: str, method: str = "GET", sub: str = "paul") -> int:
        held = token(server, key, scope, sub=sub)
        return asked(server, method, "/nosuch", {"Authorization": f"Bearer {held}"}).status

    assert shown("openid profile") == 404
    assert shown("openid profile", "PUT") == 403
    assert shown("openid", sub="mallory") == 403
    assert shown("profile") == 403  # says nothing of a person
    assert shown("openid storage.read:/elsewhere") == 403  # a capability is not widened


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize(
    "fields",
    [
        NOWHERE,
        {**NOWHERE, "Overwrite": "F"},
        {"Destination": "https://destination.invalid/f"},
        {},
        {"Source": "rubbish", "Destination": "rubbish"},
        {**NOWHERE, "TransferHeaderAuthorization": "Bearer x"},
    ],
)
def test_auth_015_nobody_copies(guarded: Server, secure: bool, fields: dict[str, str]) -> None:
    """Anonymous COPY is refused whatever else is right or wrong with it."""
    port = int(guarded.ready["plain_url"].rsplit(":", 1)[1])
    with guarded.client(token=None) if secure else Client(port) as client:
        answer = client.ask("COPY", "/f", fields)
    assert answer.status == 401
    assert answer.headers["www-authenticate"]
    assert int(answer.headers["content-length"]) == len(answer.body)  # AUTH-022


@pytest.mark.parametrize(
    "shown", ["", "Bearer x", "Basic eDp5", "Basic ?", "Negotiate AA", "Digest x"]
)
@pytest.mark.parametrize("method", REQUESTS)
def test_auth_016_every_401_has_challenges(server: Server, method: str, shown: str) -> None:
    fields = {**REQUESTS[method], **({"Authorization": shown} if shown else {})}
    assert challenges(server, fields, method) == ["Bearer"]


@pytest.mark.parametrize(
    "method", [m for m in REQUESTS if m not in ("GET", "HEAD", "PROPFIND", "POST")]
)
def test_auth_018_the_known_without_rights_are_forbidden(server: Server, method: str) -> None:
    fields = {"Authorization": f"Bearer {server.second_token}", **REQUESTS[method]}
    assert asked(server, method, "/forbidden", fields).status == 403


@pytest.mark.parametrize("who", ["nobody", "second"])
def test_auth_019_rights_come_before_conditions(server: Server, who: str) -> None:
    with server.client() as client:
        assert client.ask("PUT", "/conditions", body=b"x").status in (201, 204)
    held = {"Authorization": f"Bearer {server.second_token}"} if who == "second" else {}
    expected = 403 if who == "second" else 401
    for fields in ({"If-Match": '"no"'}, {"If-None-Match": "*"}):
        assert asked(server, "PUT", "/conditions", {**held, **fields}).status == expected
    for path in ("/conditions", "/missing/parent", "/"):
        answer = asked(server, "COPY", path, {**held, **NOWHERE, "Overwrite": "F"})
        assert answer.status == expected


def test_auth_020_no_token_in_the_clear(guarded: Server) -> None:
    with Client(int(guarded.ready["plain_url"].rsplit(":", 1)[1]), token=guarded.token) as client:
        assert client.ask("GET", "/nosuch").status == 401
        client.token = None
        assert client.ask("GET", f"/nosuch?authz={guarded.token}").status == 401
    assert asked(guarded, "GET", f"/nosuch?authz={guarded.token}", {}).status == 404

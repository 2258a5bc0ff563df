"""Credential: oidc: the token exchange, with an OpenID provider that says what a test wants."""

from __future__ import annotations

import base64
import http.server
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fixtures.pki import Testbed
from reference_server.delegation.exchange import Provider as Known
from tests.server.server_kit import Server

ISSUER = "https://op.example.org/"
GOOD = {"access_token": "exchanged-token", "token_type": "Bearer", "refresh_token": "r"}


@dataclass
class Provider:
    """Answers every POST, and keeps what it was asked."""

    testbed: Testbed
    status: int = 200
    told: Any = field(default_factory=lambda: dict(GOOD))
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    served: list[str] = field(default_factory=list)

    def __enter__(self) -> Provider:
        pair = self.testbed.host()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pair.cert, pair.key)
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.server.socket = tls.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def base(self) -> str:
        return f"https://localhost:{self.server.server_address[1]}"


def _handler(provider: Provider) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """POST is the token endpoint, GET the far side of the transfer."""

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            provider.forms.append(parse_qs(self.rfile.read(length).decode()))
            provider.clients.append(self.headers["Authorization"])
            told = provider.told
            self._answer(
                provider.status, told if isinstance(told, bytes) else json.dumps(told).encode()
            )

        def do_GET(self) -> None:
            provider.served.append(self.headers["Authorization"] or "")
            self._answer(200, b"data")

        def do_HEAD(self) -> None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing on stderr."""

    return Handler


@pytest.fixture(scope="module")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("testbed"))


@pytest.fixture
def provider(testbed: Testbed) -> Iterator[Provider]:
    with Provider(testbed) as made:
        yield made


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def token(key: ec.EllipticCurvePrivateKey) -> str:
    claims = {
        "iss": ISSUER,
        "sub": "u",
        "aud": "https://wlcg.cern.ch/jwt/v1/any",
        "scope": "storage.modify:/ storage.create:/ storage.read:/",
        "exp": int(time.time()) + 300,
    }
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": "k"})


@pytest.fixture
def server(
    launch: Callable[..., Server],
    testbed: Testbed,
    provider: Provider,
    key: ec.EllipticCurvePrivateKey,
    tmp_path: Path,
) -> Server:
    public = jwt.get_algorithm_by_name("ES256").to_jwk(key.public_key(), as_dict=True)
    (tmp_path / "jwks").write_text(json.dumps({"keys": [{**public, "alg": "ES256", "kid": "k"}]}))
    (tmp_path / "secret").write_text("s:e/c r\n")
    host = testbed.host()
    return launch(
        *("--cert", str(host.cert), "--key", str(host.key), "--capath", str(testbed.capath)),
        *("--trust-issuer", f"{ISSUER}={tmp_path / 'jwks'}"),
        *("--oidc-exchange", f"{ISSUER}={provider.base}/token,me,{tmp_path / 'secret'}"),
    )


Copy = Callable[..., Any]


@pytest.fixture
def copy(server: Server, token: str, provider: Provider) -> Copy:
    def act(source: str = "", **headers: str) -> Any:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        with server.client(token=token) as client:
            return client.ask("COPY", "/x", {"Source": source or f"{provider.base}/f", **fields})

    return act


@pytest.mark.parametrize("headers", [{"Credential": "oidc"}, {}], ids=["named", "by-default"])
def test_exchanged_token_goes_to_the_far_side(
    copy: Copy, provider: Provider, token: str, headers: dict[str, str]
) -> None:
    assert copy(**headers).result == "success: Created"
    assert provider.served == ["Bearer exchanged-token"]
    assert provider.forms == [
        {
            "grant_type": ["urn:ietf:params:oauth:grant-type:token-exchange"],
            "subject_token": [token],
            "subject_token_type": ["urn:ietf:params:oauth:token-type:access_token"],
            "requested_token_type": ["urn:ietf:params:oauth:token-type:access_token"],
            "audience": [provider.base],
        }
    ]
    encoded = base64.b64encode(b"me:s%3Ae%2Fc+r").decode()
    assert provider.clients == [f"Basic {encoded}"]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, {"error": "invalid_grant"}),
        (302, {}),
        (200, b"no JSON"),
        (200, []),
        (200, {"token_type": "Bearer"}),
        (200, {"access_token": "x\r\nEvil: 1", "token_type": "Bearer"}),
        (200, {"access_token": 7, "token_type": "Bearer"}),
        (200, {"access_token": "t", "token_type": "mac"}),
    ],
)
def test_failed_exchange_fails_the_copy(
    copy: Copy, provider: Provider, status: int, told: Any
) -> None:
    provider.status, provider.told = status, told
    answer = copy(Credential="oidc")
    assert answer.status == 500
    assert answer.text.startswith("token exchange failed: ")
    assert provider.served == []


def test_token_that_was_not_changed_is_no_exchange(
    copy: Copy, provider: Provider, token: str
) -> None:
    provider.told = {"access_token": token, "token_type": "bearer"}
    assert copy(Credential="oidc").status == 500
    assert provider.served == []


def test_provider_that_is_not_there_fails_the_copy(copy: Copy, provider: Provider) -> None:
    source = f"{provider.base}/f"
    provider.server.shutdown()
    provider.server.server_close()
    assert copy(source, Credential="oidc").status == 500


def test_exchange_is_not_for_every_copy(
    copy: Copy, server: Server, provider: Provider, token: str
) -> None:
    assert copy("http://localhost:1/f", Credential="oidc").status == 400
    both = {"Credential": "oidc", "TransferHeaderAuthorization": "Bearer own"}
    assert copy(**both).status == 400
    with server.client() as client:  # a token of the server itself, which no provider gave
        fields = {"Source": f"{provider.base}/f", "Credential": "oidc"}
        assert client.ask("COPY", "/x", fields).status == 400
    assert copy(TransferHeaderAuthorization="Bearer own").result == "success: Created"
    assert provider.served == ["Bearer own"]
    assert provider.forms == []


def test_token_endpoint_without_tls_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    for bad in (f"{ISSUER}=http://op.example.org/t,me,{tmp_path / 'secret'}", ISSUER, "x=y,z"):
        with pytest.raises(ValueError, match=r"not ISSUER=|not https"):
            Known.given(bad)

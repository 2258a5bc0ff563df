"""Kerberos: real tickets of Debian's KDC, shown by real curl and by GSSAPI itself."""

from __future__ import annotations

import base64
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures import kdc
from tests.real.clients import absent
from tests.server.server_kit import ROOT, Server, start, stop
from tests.server.wire_client import Client

if os.environ.get("HTTPTPC_REAL") == "require":
    import gssapi
else:
    gssapi = pytest.importorskip("gssapi", reason="gssapi was not built: libkrb5-dev is missing")

WRITER, NOBODY = "paul", "mallory"
EVERYTHING = ["DOWNLOAD", "UPLOAD", "DELETE", "MANAGE", "LIST", "READ_METADATA"]
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")


@pytest.fixture(scope="module")
def realm() -> Iterator[kdc.Realm]:
    try:
        running = kdc.start()
    except kdc.KerberosMissing as missing:
        absent(str(missing))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def services(realm: kdc.Realm) -> Path:
    """Keys of the HTTP service, and of another one on the same host."""
    return realm.keytab(kdc.SERVICE, "host/localhost")


@pytest.fixture(scope="module")
def keys(realm: kdc.Realm) -> dict[str, Path]:
    return {name: realm.keytab(name) for name in (WRITER, NOBODY)}


@pytest.fixture(scope="module")
def pair(
    realm: kdc.Realm, services: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    """Two servers that let one principal do everything and know nobody else."""
    grants = tmp_path_factory.mktemp("grants") / "grants.json"
    grants.write_text(json.dumps({f"{WRITER}@{kdc.REALM}": EVERYTHING}))
    options = ["--kerberos-keytab", str(services), "--grants", str(grants), "--plain-port", "0"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in realm.environment.items():
            patch.setenv(name, value)
        process, servers = start(["--pair", *options], 2)
        yield servers[0], servers[1]
        stop(process)


@pytest.fixture
def known(pair: tuple[Server, Server]) -> Server:
    return pair[0]


def token(cache: Path, service: str = "HTTP") -> str:
    """A fresh SPNEGO token from a ticket cache."""
    credentials = gssapi.Credentials(usage="initiate", store={"ccache": f"FILE:{cache}"})
    name = gssapi.Name(f"{service}@localhost", gssapi.NameType.hostbased_service)
    context = gssapi.SecurityContext(name=name, creds=credentials, mech=SPNEGO, usage="initiate")
    return base64.b64encode(context.step() or b"").decode()


def shown(server: Server, value: str, method: str = "GET", path: str = "/nosuch") -> int:
    """Status of a request with `Authorization: Negotiate VALUE`: 404 for who may look."""
    with server.client(token=None) as client:
        return client.ask(method, path, {"Authorization": f"Negotiate {value}"}).status


def curl(realm: kdc.Realm, server: Server, cache: Path, *words: str) -> tuple[int, str]:
    """Status of the last answer, and the body."""
    options = ["--max-time", "20", "--cacert", server.ready["ca"], "--negotiate", "-u", ":"]
    done = subprocess.run(
        ["curl", "-sS", *options, "-w", "\n%{http_code}", *words],
        env={**os.environ, **realm.environment, "KRB5CCNAME": f"FILE:{cache}"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def test_curl_writes_reads_and_copies(
    realm: kdc.Realm, keys: dict[str, Path], pair: tuple[Server, Server], tmp_path: Path
) -> None:
    (known, far), file = pair, tmp_path / "content"
    cache = realm.login(WRITER, keys[WRITER])
    file.write_text("by ticket")
    assert curl(realm, known, cache, "-T", str(file), f"{known.url}/f")[0] == 201
    assert curl(realm, known, cache, f"{known.url}/f") == (200, "by ticket")
    with far.client() as client:
        assert client.ask("PUT", "/far", body=b"from elsewhere").status == 201
    fields = tmp_path / "fields"  # no token on a command line
    fields.write_text(f"TransferHeaderAuthorization: Bearer {far.token}\nSource: {far.url}/far\n")
    status, told = curl(realm, known, cache, "-X", "COPY", "-H", f"@{fields}", f"{known.url}/here")
    assert (status, told.strip().splitlines()[-1][:8]) == (202, "success:")
    assert curl(realm, known, cache, f"{known.url}/here") == (200, "from elsewhere")


@pytest.mark.parametrize("certified", [False, True])
def test_nothing_is_delegated_by_default(
    realm: kdc.Realm, keys: dict[str, Path], known: Server, certified: bool
) -> None:
    """CRED-012: who came by Kerberos is not asked for a proxy, whatever certificate was shown."""
    held, value = known.ready["credentials"], token(realm.login(WRITER, keys[WRITER]))
    identity = {"cert": held["cert"], "key": held["key"]} if certified else {}
    fields = {"Authorization": f"Negotiate {value}", "Source": "https://source.invalid/f"}
    with known.client(token=None, **identity) as client:
        assert client.ask("COPY", "/copied", fields).status == 202


def test_one_connection_serves_several_tickets(
    realm: kdc.Realm, keys: dict[str, Path], known: Server
) -> None:
    cache = realm.login(WRITER, keys[WRITER])
    status, body = curl(realm, known, cache, *[f"{known.url}/"] * 3)
    assert status == 200
    assert body.count("200") == 2


def test_the_answer_proves_the_server(
    realm: kdc.Realm, keys: dict[str, Path], known: Server
) -> None:
    cache = realm.login(WRITER, keys[WRITER])
    credentials = gssapi.Credentials(usage="initiate", store={"ccache": f"FILE:{cache}"})
    name = gssapi.Name("HTTP@localhost", gssapi.NameType.hostbased_service)
    flags = int(gssapi.RequirementFlag.mutual_authentication)
    context = gssapi.SecurityContext(
        name=name, creds=credentials, mech=SPNEGO, usage="initiate", flags=flags
    )
    value = base64.b64encode(context.step() or b"").decode()
    with known.client(token=None) as client:
        answer = client.ask("GET", "/nosuch", {"Authorization": f"Negotiate {value}"})
    scheme, _, proof = answer.headers["www-authenticate"].partition(" ")
    assert (answer.status, scheme) == (404, "Negotiate")
    assert not context.complete
    context.step(base64.b64decode(proof))
    assert context.complete


def test_a_principal_without_grants_is_known_but_not_allowed(
    realm: kdc.Realm, keys: dict[str, Path], known: Server
) -> None:
    cache = realm.login(NOBODY, keys[NOBODY])
    assert shown(known, token(cache)) == 403
    assert curl(realm, known, cache, f"{known.url}/")[0] == 403


def test_no_ticket_is_challenged(realm: kdc.Realm, known: Server, tmp_path: Path) -> None:
    with known.client(token=None) as client:
        client.send("GET", "/")
        offered = client.until(b"\r\n\r\n").decode().split("\r\n")
    assert offered[0].startswith("HTTP/1.1 401")
    assert "WWW-Authenticate: Negotiate" in offered
    assert curl(realm, known, tmp_path / "no-cache", f"{known.url}/")[0] == 401


def test_negotiate_is_offered_only_where_it_works(launch: Callable[..., Server]) -> None:
    server = launch()
    with server.client(token=None) as client:
        client.send("GET", "/")
        assert b"Negotiate" not in client.until(b"\r\n\r\n")
    assert shown(server, "AAAA") == 401


GARBAGE = {
    "nothing": "",
    "no base64": "%%%",
    "no token": base64.b64encode(b"not a token").decode(),
    "ntlm": base64.b64encode(b"NTLMSSP\0" + bytes(32)).decode(),
    "cut": None,
    "changed": None,
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused(
    realm: kdc.Realm, keys: dict[str, Path], known: Server, name: str
) -> None:
    right = base64.b64decode(token(realm.login(WRITER, keys[WRITER])))
    spoilt = {"cut": right[:-20], "changed": right[:-20] + bytes(20)}
    given = GARBAGE[name]
    value = base64.b64encode(spoilt[name]).decode() if given is None else given
    assert shown(known, value) == 401
    assert shown(known, token(realm.login(WRITER, keys[WRITER]))) == 404


def test_a_token_is_good_once(realm: kdc.Realm, keys: dict[str, Path], known: Server) -> None:
    value = token(realm.login(WRITER, keys[WRITER]))
    assert shown(known, value) == 404
    assert shown(known, value) == 401


def test_a_ticket_for_another_service_is_refused(
    realm: kdc.Realm, keys: dict[str, Path], known: Server
) -> None:
    cache = realm.login(WRITER, keys[WRITER])
    assert shown(known, token(cache, "host")) == 401
    assert shown(known, token(cache)) == 404


def test_an_expired_ticket_is_refused(
    realm: kdc.Realm, keys: dict[str, Path], known: Server
) -> None:
    """The client lies about the end of its ticket, so that only the server can see it."""
    start = int(time.time())
    cache = realm.login(WRITER, keys[WRITER], lifetime="2s")
    assert shown(known, token(cache)) == 404
    data = cache.read_bytes()
    for end in (start + 2, start + 3):
        data = data.replace(struct.pack(">I", end), struct.pack(">I", end + 3600))
    cache.write_bytes(data)
    deadline = time.monotonic() + 10
    while shown(known, token(cache)) != 401:  # within the two seconds of allowed skew
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert time.time() > start + 3
    assert curl(realm, known, cache, f"{known.url}/")[0] == 401


def test_tickets_are_not_taken_in_the_clear(
    realm: kdc.Realm, keys: dict[str, Path], known: Server
) -> None:
    value = token(realm.login(WRITER, keys[WRITER]))
    with Client(int(known.ready["plain_url"].rsplit(":", 1)[1])) as client:
        answer = client.ask("GET", "/nosuch", {"Authorization": f"Negotiate {value}"})
    assert answer.status == 401
    assert "Negotiate" not in answer.headers["www-authenticate"]
    assert shown(known, value) == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"", "no usable keys"), (b"x", "no usable keys")],
)
def test_a_bad_keytab_is_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    keytab = tmp_path / "keytab"
    if content is not None:
        keytab.write_bytes(content)
    ended = run("--kerberos-keytab", str(keytab))
    assert ended.returncode == 4
    assert words in ended.stderr


def test_a_missing_library_is_told(
    services: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gssapi.py").write_text("raise ImportError('libgssapi_krb5.so.2 is not there')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ended = run("--kerberos-keytab", str(services))
    assert ended.returncode == 4
    assert "httptpc[kerberos]" in ended.stderr


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A server that does not come up."""
    return subprocess.run(
        [sys.executable, "-m", "reference_server", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,
        check=False,
    )

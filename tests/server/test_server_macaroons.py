"""Macaroons: issued, attenuated with pymacaroons, enforced."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable

import pymacaroons
import pytest

from tests.server.server_kit import Server
from tests.server.wire_client import Answer

REQUEST = {"Content-Type": "application/macaroon-request"}


def request(server: Server, path: str, wishes: object, token: str | None = None) -> Answer:
    with server.client(**({} if token is None else {"token": token})) as client:
        body = wishes if isinstance(wishes, bytes) else json.dumps(wishes).encode()
        return client.ask("POST", path, REQUEST, body)


def macaroon(server: Server, path: str = "/", *caveats: str) -> str:
    answer = request(server, path, {"caveats": list(caveats), "validity": "PT10M"})
    assert answer.status == 200, answer.text
    return str(json.loads(answer.body)["macaroon"])


def attenuated(token: str, *caveats: str) -> str:
    made = pymacaroons.Macaroon.deserialize(token)
    for caveat in caveats:
        made.add_first_party_caveat(caveat)
    return str(made.serialize())


def status(server: Server, token: str, method: str, path: str, **headers: str) -> int:
    with server.client(token=token) as client:
        body = b"new" if method == "PUT" else b""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.ask(method, path, fields, body).status


@pytest.fixture
def tree(server: Server) -> str:
    """A collection with a/f, ab/f, b/f in it."""
    base = f"/{uuid.uuid4().hex}"
    with server.client() as client:
        for path in (base, f"{base}/a", f"{base}/ab", f"{base}/b"):
            assert client.ask("MKCOL", path).status == 201
        for name in ("a", "ab", "b"):
            assert client.ask("PUT", f"{base}/{name}/f", body=name.encode()).status == 201
    return base


def test_answer_and_caveats(server: Server) -> None:
    answer = json.loads(request(server, "/x", {"validity": "PT5M"}).body)
    found = pymacaroons.Macaroon.deserialize(answer["macaroon"])
    keys = [caveat.caveat_id.partition(":")[0] for caveat in found.caveats]
    assert keys == ["iid", "id", "before", "home", "path"]
    uris = answer["uri"]
    assert uris["target"] == uris["base"] + "x"
    assert uris["targetWithMacaroon"] == f"{uris['target']}?authz={answer['macaroon']}"


@pytest.mark.parametrize(
    "wishes",
    [
        {"validity": "5 minutes"},
        {"validity": 5},
        b"{",
        b"[]",
        {"caveats": "activity"},
        {"caveats": ["activity:FLY"]},
        {"caveats": ["foo:bar"]},
        {"caveats": ["id:0;0;root"]},
        {"caveats": ["before:2000-01-01T00:00:00Z"]},
        {"caveats": ["path:/../x"]},
        {"caveats": ["ip:nowhere"]},
    ],
)
def test_bad_requests(server: Server, wishes: object) -> None:
    assert request(server, "/", wishes).status == 400


def test_third_party_caveat_is_not_fulfilled_by_silence(server: Server, tree: str) -> None:
    made = pymacaroons.Macaroon.deserialize(macaroon(server, "/"))
    made.add_third_party_caveat("https://third.example.org", "its key", "agreed")
    assert status(server, str(made.serialize()), "GET", f"{tree}/a/f") in (401, 403)


@pytest.mark.parametrize(
    ("activity", "allowed"),
    [
        ("DOWNLOAD", {"GET", "HEAD"}),
        ("LIST", {"PROPFIND", "HEAD"}),
        ("UPLOAD", {"PUT new", "HEAD"}),
        ("DELETE", {"DELETE", "HEAD"}),
        ("MANAGE", {"MOVE", "HEAD"}),
        ("UPLOAD,DELETE", {"PUT new", "PUT", "DELETE", "HEAD"}),
    ],
)
def test_activities(server: Server, tree: str, activity: str, allowed: set[str]) -> None:
    token = macaroon(server, "/", f"activity:{activity}")
    file = f"{tree}/a/f"
    done = {
        "GET": status(server, token, "GET", file),
        "HEAD": status(server, token, "HEAD", file),
        "PROPFIND": status(server, token, "PROPFIND", tree, Depth="1"),
        "PUT new": status(server, token, "PUT", f"{tree}/a/new"),
        "PUT": status(server, token, "PUT", file),
        "MOVE": status(server, token, "MOVE", f"{tree}/b/f", Destination=f"{tree}/b/g"),
        "DELETE": status(server, token, "DELETE", file),
    }
    assert {name for name, code in done.items() if code < 300} == allowed
    assert {code for code in done.values() if code >= 300} == {403}


def test_path_counts_in_whole_elements(server: Server, tree: str) -> None:
    token = macaroon(server, f"{tree}/a")
    assert status(server, token, "GET", f"{tree}/a/f") == 200
    for path in (f"{tree}/ab/f", f"{tree}/b/f", f"/{tree}//b/f"):
        assert status(server, token, "GET", path) == 403
    for path in (f"{tree}/a/../b/f", f"{tree}/a/%2e%2e/b/f"):
        assert status(server, token, "GET", path) == 400
    with server.client(token=token) as client:
        listing = client.ask("PROPFIND", tree, {"Depth": "1"}).text
    assert f"{tree}/a/" in listing
    assert f"{tree}/b/" not in listing
    assert f"{tree}/ab/" not in listing


def test_what_leads_to_an_upload_may_be_made(server: Server, tree: str) -> None:
    token = macaroon(server, f"{tree}/new/deep/f", "activity:UPLOAD")
    for path in (f"{tree}/new", f"{tree}/new/deep"):
        assert status(server, token, "MKCOL", path) == 201
    for method, path in (("MKCOL", "new/beside"), ("PUT", "new/beside"), ("MKCOL", "new/deep/f2")):
        assert status(server, token, method, f"{tree}/{path}") == 403
    assert status(server, token, "PUT", f"{tree}/new/deep/f") == 201


def test_reading_below_makes_no_collection_above(server: Server, tree: str) -> None:
    token = macaroon(server, f"{tree}/new/f", "activity:DOWNLOAD,LIST,DELETE")
    assert status(server, token, "MKCOL", f"{tree}/new") == 403


def test_paths_and_roots_accumulate(server: Server, tree: str) -> None:
    below = attenuated(macaroon(server, tree), "path:/a")
    assert status(server, below, "GET", f"{tree}/a/f") == 200
    assert status(server, below, "GET", f"{tree}/b/f") == 403
    assert status(server, below, "GET", "/a/f") == 403
    rooted = attenuated(macaroon(server, "/", f"root:{tree}"), "root:/a")
    with server.client(token=rooted) as client:
        assert client.ask("GET", "/f").body == b"a"
        assert client.ask("GET", f"{tree}/a/f").status == 404
        assert ">f<" in client.ask("GET", "/").text
    escaping = attenuated(macaroon(server, f"{tree}/a"), f"root:{tree}/b")
    assert status(server, escaping, "GET", "/f") == 403


@pytest.mark.parametrize(
    "caveat",
    [
        "foo:bar",
        "nocolon",
        "activity:FLY",
        "iid:AAAAAAAA",
        "id:0;0;root",
        "before:2000-01-01T00:00:00Z",
        "before:whenever",
        "ip:192.0.2.1",
        "ip:2001:db8::/32",
    ],
)
def test_added_caveats_invalidate(server: Server, caveat: str) -> None:
    token = attenuated(macaroon(server), caveat)
    assert status(server, token, "HEAD", "/") == 401


@pytest.mark.parametrize("caveat", ["ip:127.0.0.0/8,2001:db8::1", "ip:127.0.0.1", "home:/x"])
def test_added_caveats_that_hold(server: Server, caveat: str) -> None:
    assert status(server, attenuated(macaroon(server), caveat), "HEAD", "/") == 200


def test_it_expires(server: Server) -> None:
    end = time.gmtime(time.time() + 2)
    token = attenuated(macaroon(server), time.strftime("before:%Y-%m-%dT%H:%M:%SZ", end))
    assert status(server, token, "HEAD", "/") == 200
    deadline = time.monotonic() + 5
    while status(server, token, "HEAD", "/") != 401:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_forgeries(server: Server, pair: tuple[Server, Server]) -> None:
    made = pymacaroons.Macaroon.deserialize(macaroon(server, "/", "activity:LIST"))
    made.caveats.pop()
    assert status(server, made.serialize(), "GET", "/") == 401
    foreign = pymacaroons.Macaroon(location="x", identifier="y", key="z").serialize()
    for token in (foreign, macaroon(pair[1]), "garbage", "a.b.c"):
        assert status(server, token, "GET", "/") == 401


def test_a_macaroon_for_a_macaroon_is_not_stronger(server: Server, tree: str) -> None:
    weak = attenuated(macaroon(server, f"{tree}/a"), "activity:DOWNLOAD", "ip:127.0.0.1")
    answer = request(server, "/", {"caveats": ["activity:DOWNLOAD,UPLOAD"]}, token=weak)
    token = str(json.loads(answer.body)["macaroon"])
    assert status(server, token, "GET", f"{tree}/a/f") == 200
    assert status(server, token, "GET", f"{tree}/b/f") == 403
    assert status(server, token, "PUT", f"{tree}/a/new") == 403
    assert "ip:127.0.0.1" in pymacaroons.Macaroon.deserialize(token).inspect()


def test_never_on_plain_http(launch: Callable[..., Server]) -> None:
    started = launch("--plain-port", "0")
    port = int(str(started.ready["plain_url"]).rsplit(":", 1)[1])
    from tests.server.wire_client import Client

    with Client(port, token=started.token) as client:
        assert client.ask("POST", "/", REQUEST, b"{}").status in (401, 403)

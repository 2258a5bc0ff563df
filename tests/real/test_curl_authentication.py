"""curl, by the dCache WebDAV chapter: authentication, and asking for macaroons.

Kerberos is in tests/server/test_server_kerberos.py, with a KDC of its own.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pymacaroons
import pytest

from tests.real.chapter import Door, Reply
from tests.real.clients import Program
from tests.real.curl import Identity, curl

CLIENT = Program("curl", "curl")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
FILE = "/users/paul/private-file"
URL = f"https://dcache.example.org{FILE}"
POST = "curl -E /tmp/x509up_u1000 -X POST -H 'Content-Type: application/macaroon-request'"
TOP = "/users/paul/data-2019/top-secret.dat"
READING = "activity:LIST,DOWNLOAD"


@pytest.fixture
def private(door: Door, content: Path) -> bytes:
    """What the chapter's private file holds."""
    door.place.put(FILE, content)
    return content.read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        "-E ~/.globus/usercert.pem --key ~/.globus/userkey.pem",
        "-E /tmp/x509up_u1000",
        "-E /tmp/x509up_u1000 --key /tmp/x509up_u1000",
        "--cacert /tmp/x509up_u1000 -E /tmp/x509up_u1000 --key /tmp/x509up_u1000",
    ],
)
def test_x509_opens_a_private_file(door: Door, private: bytes, options: str) -> None:
    reply = door.ask(f"curl {options} {URL}")
    assert reply.status == 200
    assert reply.body == private


def test_nobody_sees_a_private_file(door: Door, private: bytes) -> None:
    assert door.ask(f"curl {URL}").status == 401


def by_password(door: Door) -> Identity:
    known = Path(door.place.server.doors["basic"]["file"]).read_text()
    return Identity(f'user = "{known}"\n')


def test_basic_opens_a_private_file(door: Door, private: bytes) -> None:
    reply = door.given(FILE, by_password(door))
    assert reply.status == 200
    assert reply.body == private


def test_basic_is_refused_in_the_clear(door: Door, private: bytes) -> None:
    in_the_clear = replace(door.place.server, url=door.place.server.doors["plain-url"])
    assert curl(in_the_clear, FILE, by_password(door)).status in (401, 403)


def macaroon(reply: Reply) -> str:
    """The macaroon of an answer as the chapter shows it."""
    assert reply.status == 200
    told = json.loads(reply.body)
    token, uris = str(told["macaroon"]), told["uri"]
    assert set(uris) == {"targetWithMacaroon", "baseWithMacaroon", "target", "base"}
    for name in ("target", "base"):
        assert uris[f"{name}WithMacaroon"] == f"{uris[name]}?authz={token}"
    return token


def caveats(token: str) -> list[str]:
    found = pymacaroons.Macaroon.deserialize(token).caveats
    return [caveat.caveat_id for caveat in found]


def seconds_left(token: str) -> float:
    ends = [text.removeprefix("before:") for text in caveats(token) if text.startswith("before:")]
    return min(datetime.fromisoformat(end) for end in ends).timestamp() - time.time()


def by_macaroon(token: str) -> Identity:
    """In the spelling of the chapter, with a small b."""
    return Identity(f'header = "Authorization: bearer {token}"\n')


def test_a_macaroon_in_the_header_opens_a_private_file(door: Door, private: bytes) -> None:
    token = macaroon(door.ask(f"{POST} https://dcache.example.org/"))
    assert door.given(FILE, by_macaroon(token)).body == private


def test_a_macaroon_in_the_query_opens_a_private_file(door: Door, private: bytes) -> None:
    token = macaroon(door.ask(f"{POST} https://dcache.example.org/"))
    assert door.visit(f"{door.place.server.url}{FILE}?authz={token}").body == private


def test_its_caveats_are_those_of_the_chapter(door: Door) -> None:
    token = macaroon(door.ask(f"{POST} https://dcache.example.org/"))
    assert [text.partition(":")[0] for text in caveats(token)] == ["iid", "id", "before", "home"]


def test_activities_are_limited(door: Door, private: bytes) -> None:
    wish = """-d '{"caveats": ["activity:LIST,DOWNLOAD"]}'"""
    token = macaroon(door.ask(f"{POST} {wish} https://dcache.example.org/"))
    assert READING in caveats(token)
    assert door.given(FILE, by_macaroon(token)).body == private
    assert curl(door.place.server, FILE, by_macaroon(token), "-X", "DELETE").status == 403


def test_the_end_is_limited(door: Door) -> None:
    end = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wish = f"""-d '{{"caveats": ["{READING}", "before:{end}"]}}'"""
    token = macaroon(door.ask(f"{POST} {wish} https://dcache.example.org/"))
    assert {READING, f"before:{end}"} <= set(caveats(token))
    assert 240 < seconds_left(token) <= 300


def test_the_validity_is_limited(door: Door) -> None:
    wish = """-d '{"caveats": ["activity:LIST,DOWNLOAD"], "validity": "PT5M"}'"""
    token = macaroon(door.ask(f"{POST} {wish} https://dcache.example.org/"))
    assert 240 < seconds_left(token) <= 300


@pytest.mark.parametrize(
    "words",
    [
        f"""-d '{{"caveats": ["{READING}", "path:{TOP}"]}}' https://dcache.example.org/""",
        f"""-s -d '{{"caveats": ["{READING}"]}}' https://dcache.example.org{TOP}""",
    ],
)
def test_the_path_is_limited(door: Door, private: bytes, content: Path, words: str) -> None:
    door.place.put(TOP, content)
    token = macaroon(door.ask(f"{POST} {words}"))
    assert f"path:{TOP}" in caveats(token)
    assert door.given(TOP, by_macaroon(token)).body == content.read_bytes()
    assert door.given(FILE, by_macaroon(token)).status == 403


def test_the_address_with_a_macaroon_needs_nothing_else(door: Door, content: Path) -> None:
    door.place.put(TOP, content)
    wish = f"""-d '{{"caveats": ["{READING}"]}}' https://dcache.example.org{TOP}"""
    told = json.loads(door.ask(f"{POST} {wish}").body)["uri"]
    assert urlsplit(told["target"]).path == TOP
    assert door.visit(told["targetWithMacaroon"]).body == content.read_bytes()

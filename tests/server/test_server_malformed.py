"""Requests that once ended in a fault of the server; found by tests/server/fuzz."""

from __future__ import annotations

import base64
import uuid
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from tests.server.server_kit import Server

MACAROON = {"Content-Type": "application/macaroon-request"}
PROPFIND = b'<D:propfind xmlns:D="DAV:"><D:prop><xml:x/><D:displayname/></D:prop></D:propfind>'


def url_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "given",
    [
        "Basic \xe9\xe9\xe9\xe9",
        f"Bearer {url_text(b'{}')}.{url_text(b'[' * 40_000)}.AAAA",
        "Bearer " + url_text(b"\x02\x02\x01a\x00\x01\x01b\x00\x00\x06\x20" + b"s" * 32),
        "Bearer " + url_text(b"0010location a\n0012identifier !!!\n" + b"[" * 9),
    ],
)
def test_credentials_that_are_none_are_challenged(server: Server, given: str) -> None:
    with server.client() as client:
        assert client.ask("GET", "/", {"Authorization": given}).status == 401


@pytest.mark.parametrize(
    "document",
    [
        b'{"caveats": ["path:/\\ud800"]}',
        b'{"caveats": ["\\ud800:x"]}',
        b'{"validity": "P' + b"9" * 5000 + b'Y"}',
        b'{"validity": "P' + b"9" * 400 + b'D"}',
    ],
)
def test_macaroon_requests_that_nobody_can_fulfil_are_bad(server: Server, document: bytes) -> None:
    with server.client() as client:
        assert client.ask("POST", "/", MACAROON, document).status == 400
        assert client.ask("POST", "/", MACAROON, b'{"validity": "PT1.5S"}').status == 200


def test_a_range_beyond_all_numbers_is_no_range(server: Server) -> None:
    path = f"/{uuid.uuid4().hex}"
    with server.client() as client:
        client.ask("PUT", path, body=b"hello")
        for text in ("bytes=" + "9" * 5000 + "-", "bytes=0-" + "9" * 5000):
            assert client.ask("GET", path, {"Range": text}).body == b"hello"
        assert client.ask("GET", path, {"Range": "bytes=1-9999999999999999999"}).body == b"ello"


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "[::1", "a:b", "\x01", "\xe9"])
def test_a_host_that_is_none_is_refused(server: Server, host: str) -> None:
    """RFC 9112 section 3.2: an invalid value is answered 400."""
    with server.client() as client:
        assert client.ask("OPTIONS", "/", {"Host": host}).status == 400
    for good in ("localhost", "localhost:1", "[::1]:443", "127.0.0.1", ""):
        with server.client() as client:
            assert client.ask("OPTIONS", "/", {"Host": good}).status == 200


def test_names_and_properties_that_xml_cannot_hold_are_told_all_the_same(server: Server) -> None:
    folder = f"/{uuid.uuid4().hex}"
    with server.client() as client:
        client.ask("MKCOL", folder)
        assert client.ask("PUT", f"{folder}/%01%EF%BF%BE", body=b"x").status == 201
        answer = client.ask("PROPFIND", folder, {"Depth": "1"}, PROPFIND)
        page = client.ask("GET", f"{folder}/?type=metalink")
    members: list[Element] = fromstring(answer.body).findall("{DAV:}response")
    assert members[1].findtext("{DAV:}href") == f"{folder}/%01%EF%BF%BE"
    assert members[1].findtext(".//{DAV:}displayname") == "\ufffd\ufffd"
    assert members[1].find(".//{http://www.w3.org/XML/1998/namespace}x") is not None
    assert len(fromstring(page.body)) == 1

"""curl, by the dCache WebDAV chapter: checksums, uploads, directories and Metalink."""

from __future__ import annotations

import base64
import hashlib
import zlib
from pathlib import Path

import defusedxml.ElementTree as Xml
import pytest

from tests.real.chapter import Door, Reply, read
from tests.real.clients import Program, Setting
from tests.real.places import WANT_MD5, Place

CLIENT = Program("curl", "curl")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
BASH = Path("/bin/bash").read_bytes()
CHECKSUMS = "{http://www.dcache.org/2013/webdav}Checksums"
METALINK = "application/metalink4+xml"
NAMES = {"m": "urn:ietf:params:xml:ns:metalink"}
PUBLIC = "https://dcache.example.org/public"
PAUL = "https://dcache.example.org/Users/paul"
UPLOAD = "curl -D- -L -T /bin/bash -E /tmp/x509up_u1000"


def adler32(data: bytes) -> str:
    return f"adler32={zlib.adler32(data):08x}"


def md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def hexadecimal(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


@pytest.fixture
def data(door: Door, content: Path) -> bytes:
    """What the chapter's public file holds."""
    door.place.put("/public/my-data", content)
    return content.read_bytes()


def test_head_tells_the_checksum(door: Door, data: bytes) -> None:
    reply = door.known(f"curl -H 'Want-Digest: adler32' -I {PUBLIC}/my-data")
    assert reply.status == 200
    assert reply.headers["Digest"] == adler32(data)
    assert reply.headers["Content-Length"] == str(len(data))
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert {"Date", "Server", "ETag", "Last-Modified"} <= set(reply.headers)


def test_get_tells_the_checksum(door: Door, data: bytes) -> None:
    wish = "-D my-data.headers -H 'Want-Digest: adler32' -o my-data"
    done = door.type(f"curl -L {wish} {PUBLIC}/my-data -E /tmp/x509up_u1000")
    assert done.code == 0
    headers = (door.setting.home / "my-data.headers").read_text().splitlines()
    assert f"Digest: {adler32(data)}" in headers
    assert (door.setting.home / "my-data").read_bytes() == data


def assert_created(reply: Reply) -> None:
    assert reply.interim == (100,)
    assert reply.status == 201
    assert reply.headers["ETag"]


def test_put_tells_the_checksum(door: Door) -> None:
    reply = door.ask(f"{UPLOAD} -H 'Want-Digest: adler32' {PUBLIC}/file")
    assert_created(reply)
    assert reply.headers["Digest"] == adler32(BASH)


def test_put_tells_the_md5_checksum_that_head_and_propfind_repeat(door: Door) -> None:
    reply = door.ask(f"{UPLOAD} -H 'Want-Digest: md5' {PUBLIC}/file-with-MD5")
    assert_created(reply)
    assert reply.headers["Digest"] == f"md5={md5(BASH)}"
    again = door.known(f"curl -I -H 'Want-Digest: md5' {PUBLIC}/file-with-MD5")
    assert again.status == 200
    assert again.headers["Digest"] == f"md5={md5(BASH)}"
    assert again.headers["ETag"] == reply.headers["ETag"]
    question = (
        '<?xml version="1.0"?><propfind xmlns="DAV:"><prop>'
        '<d:Checksums xmlns:d="http://www.dcache.org/2013/webdav"/></prop></propfind>'
    )
    found = door.known(f"curl -s -T - -X PROPFIND {PUBLIC}/file-with-MD5", question)
    assert found.status == 207
    checksums = Xml.fromstring(found.body).findtext(f".//{CHECKSUMS}", "")
    assert {f"md5={md5(BASH)}", adler32(BASH)} <= set(checksums.split(","))


def test_right_content_md5_is_accepted(door: Door) -> None:
    assert_created(door.ask(f"{UPLOAD} -H 'Content-MD5: {md5(BASH)}' {PAUL}/file-content-md5"))


def test_wrong_content_md5_is_refused_and_leaves_nothing(door: Door) -> None:
    other = Path("/bin/echo").read_bytes()
    reply = door.ask(f"{UPLOAD} -H 'Content-MD5: {md5(other)}' {PAUL}/file-content-md5")
    assert reply.status == 400
    said = reply.reason + reply.body.decode()
    assert f"expected=[2:{hexadecimal('md5', other)}]" in said
    assert f"2:{hexadecimal('md5', BASH)}" in said
    assert door.known(f"curl -I {PAUL}/file-content-md5").status == 404


def test_the_page_of_a_directory_hands_its_query_on(door: Door, data: bytes) -> None:
    reply = door.known("curl 'https://dcache.example.org/public/?foo=bar'")
    assert reply.status == 200
    assert reply.headers.get_content_type() == "text/html"
    assert b"my-data?foo=bar" in reply.body


@pytest.fixture
def described(door: Door, content: Path) -> dict[str, bytes]:
    """The two files of the chapter's directory."""
    for name in ("public-file", "private-file"):
        door.place.put(f"/Users/paul/{name}", content, *WANT_MD5)
    return dict.fromkeys(("public-file", "private-file"), content.read_bytes())


@pytest.mark.parametrize(
    "command",
    [
        'curl -s -H "Accept: application/metalink4+xml" https://dcache.example.org/Users/paul/',
        "curl -s https://dcache.example.org/Users/paul/?type=metalink",
    ],
)
def test_metalink_describes_a_directory(
    door: Door, described: dict[str, bytes], command: str
) -> None:
    reply = door.known(command)
    assert reply.status == 200
    assert reply.headers.get_content_type() == METALINK
    files = {
        file.get("name"): file for file in Xml.fromstring(reply.body).iterfind("m:file", NAMES)
    }
    assert set(files) == set(described)
    for name, data in described.items():
        assert files[name].findtext("m:size", namespaces=NAMES) == str(len(data))
        hashes = {item.get("type"): item.text for item in files[name].iterfind("m:hash", NAMES)}
        assert hashes["md5"] == hexadecimal("md5", data)
        url = files[name].findtext("m:url", namespaces=NAMES)
        assert door.known(f"curl '{url}'").body == data


def test_head_of_a_directory_tells_of_its_metalink(door: Door, described: dict[str, bytes]) -> None:
    link = door.known("curl -s -I https://dcache.example.org/Users/paul/").headers["Link"]
    server = door.place.server.url
    wanted = f'<{server}/Users/paul/?type=metalink>; rel=describedby; type="{METALINK}"'
    assert link == wanted


def test_a_head_node_redirects_to_its_data_node(
    redirected: Place, with_proxy: Setting, proxy: Path, content: Path
) -> None:
    """As the chapter says: 307 to an upload before its data, and to a download."""
    known = ("curl", "--silent", "--include", "-L", "--capath", with_proxy.capath, "-E", proxy)
    put = read(with_proxy.run([*known, "-T", content, redirected.url("/f")]).out)
    assert put.status == 201
    assert put.interim == (307, 100), "the head node took data, or did not redirect"
    got = read(with_proxy.run([*known, redirected.url("/f")]).out)
    assert got.interim == (307,)
    assert got.body == content.read_bytes()

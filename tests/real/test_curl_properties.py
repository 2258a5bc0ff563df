"""curl, by the dCache WebDAV chapter: properties and extended attributes."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import defusedxml.ElementTree as Xml
import pytest

from tests.real.chapter import Door, Reply
from tests.real.clients import Program

CLIENT = Program("curl", "curl")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
DAV, SRM = "{DAV:}", "{http://srm.lbl.gov/StorageResourceManager}"
XATTR, DCACHE = "{http://www.dcache.org/2020/xattr}", "{http://www.dcache.org/2013/webdav}"
XML = '<?xml version="1.0"?>'
TEST_1 = "https://dcache.example.org/public/test-1"
SET = (
    f'{XML}<propertyupdate xmlns="DAV:" xmlns:xa="http://www.dcache.org/2020/xattr"><set><prop>'
    "<xa:attribute-1>new value 1</xa:attribute-1><xa:attribute-2>new value 2</xa:attribute-2>"
    "</prop></set></propertyupdate>"
)
REMOVE = (
    f'{XML}<propertyupdate xmlns="DAV:" xmlns:xa="http://www.dcache.org/2020/xattr"><remove>'
    "<prop><xa:attribute-1/><xa:attribute-2/></prop></remove></propertyupdate>"
)
BOTH = (
    f'{XML}<propfind xmlns="DAV:" xmlns:xa="http://www.dcache.org/2020/xattr"><prop>'
    "<xa:attribute-1/><xa:attribute-2/></prop></propfind>"
)


@pytest.fixture
def data(door: Door, content: Path) -> bytes:
    door.place.put("/public/test-1", content)
    return content.read_bytes()


def statuses(reply: Reply) -> dict[str, tuple[int, Element]]:
    """Status and element of every property in an answer about one resource."""
    assert reply.status == 207
    found = {}
    for part in Xml.fromstring(reply.body).iter(f"{DAV}propstat"):
        status = int(part.findtext(f"{DAV}status", "").split()[1])
        found.update({item.tag: (status, item) for item in part.iterfind(f"{DAV}prop/*")})
    return found


def values(reply: Reply) -> dict[str, str | None]:
    """The properties that were found, and what they say."""
    return {tag: item.text for tag, (status, item) in statuses(reply).items() if status == 200}


def test_properties_are_told_by_name(door: Door, data: bytes) -> None:
    question = (
        f'{XML}<propfind xmlns="DAV:"><prop><srm:FileLocality '
        'xmlns:srm="http://srm.lbl.gov/StorageResourceManager"/><creationdate/></prop></propfind>'
    )
    reply = door.known(f"curl -s -T- -X PROPFIND {TEST_1}", question)
    assert Xml.fromstring(reply.body).findtext(f".//{DAV}href") == "/public/test-1"
    assert set(values(reply)) == {f"{SRM}FileLocality", f"{DAV}creationdate"}


def test_all_properties_are_told(door: Door, data: bytes) -> None:
    question = f'{XML}<propfind xmlns="DAV:"><allprop/></propfind>'
    found = values(door.known(f"curl -s -T- -X PROPFIND {TEST_1}", question))
    assert found[f"{DAV}getcontentlength"] == str(len(data))
    assert found[f"{DAV}displayname"] == "test-1"
    assert {f"{DAV}{name}" for name in ("creationdate", "getlastmodified", "getetag")} <= set(found)


def test_attributes_are_set_and_removed(door: Door, data: bytes) -> None:
    """The chapter shows 404 for attributes that it just set: an error of its own; 200 is right."""
    names = {f"{XATTR}attribute-1", f"{XATTR}attribute-2"}
    reply = door.known(f"curl -s -T- -X PROPPATCH {TEST_1}", SET)
    assert {tag: status for tag, (status, _) in statuses(reply).items()} == dict.fromkeys(
        names, 200
    )
    found = values(door.known(f"curl -s -T- -X PROPFIND {TEST_1}", BOTH))
    assert found == {f"{XATTR}attribute-{n}": f"new value {n}" for n in (1, 2)}
    reply = door.known(f"curl -s -T- -X PROPPATCH {TEST_1}", REMOVE)
    assert {tag: status for tag, (status, _) in statuses(reply).items()} == dict.fromkeys(
        names, 200
    )
    assert values(door.known(f"curl -s -T- -X PROPFIND {TEST_1}", BOTH)) == {}


def test_removing_what_is_not_there_is_no_error(door: Door, data: bytes) -> None:
    reply = door.known(f"curl -s -T- -X PROPPATCH {TEST_1}", REMOVE)
    assert {status for status, _ in statuses(reply).values()} == {200}


def test_an_upload_sets_attributes(door: Door, content: Path) -> None:
    (door.setting.home / "new-data.md5").write_bytes(content.read_bytes())
    target = "https://dcache.example.org/Users/paul/new-data.md5"
    query = "xattr.name1=value%201&xattr.name2=value%202"
    reply = door.ask(f"curl -E /tmp/x509up_u1000 -L -T new-data.md5 '{target}?{query}'")
    assert reply.status == 201
    question = BOTH.replace("attribute-", "name")
    found = values(door.known(f"curl -s -T- -X PROPFIND {target}", question))
    assert found == {f"{XATTR}name{n}": f"value {n}" for n in (1, 2)}

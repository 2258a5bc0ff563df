"""Metalink descriptions and the Link field that leads to them."""

from __future__ import annotations

import pytest

from harness.wire import Fault, SyntaxProblem
from harness.wire.links import parse_links
from harness.wire.metalink import NAMESPACE, Metalink, MetalinkHash, parse_metalink
from harness.wire.metalink import MetalinkFault as F

URL = "<url>https://se.example.org/d/a%2Db</url>"


def document(*files: str, namespace: str = NAMESPACE) -> bytes:
    return (
        f'<?xml version="1.0"?><metalink xmlns="{namespace}">{"".join(files)}</metalink>'.encode()
    )


def file(inner: str = URL, name: str = 'name="a-b"') -> str:
    return f"<file {name}>{inner}</file>"


def faults(found: Metalink) -> list[Fault]:
    return [note.what for note in found.notes]


def test_a_file_with_everything() -> None:
    inner = (
        "<size> 174 </size>"
        '<hash type="sha-1">b95d5d20afb9a49d1d779ad3a6a246bd03bfef34</hash>'
        '<hash type="MD5">7128E02D3779F8FF5141B9F5AC003BE4</hash>'
        f"{URL}<updated>2023-10-05T04:05:00.682Z</updated>"
    )
    found = parse_metalink(document(file(inner)))
    assert (found.notes, found.updated, found.names) == ((), None, ("a-b",))
    one = found.get("a-b")
    assert one is not None
    assert (one.size, one.updated) == (174, "2023-10-05T04:05:00.682Z")
    assert one.urls == ("https://se.example.org/d/a%2Db",)
    assert [h.type for h in one.hashes] == ["sha-1", "md5"]
    assert one.hashes[1].decoded().hex() == "7128e02d3779f8ff5141b9f5ac003be4"
    assert found.get("other") is None


def test_an_empty_directory_and_a_document_time() -> None:
    found = parse_metalink(document("<updated>2023-10-05T04:05:00Z</updated>"))
    assert (found.files, found.notes, found.updated) == ((), (), "2023-10-05T04:05:00Z")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (file(name=""), F.NO_NAME),
        (file(name='name=""'), F.NO_NAME),
        (file(name='name="/d/a"'), F.UNSAFE_NAME),
        (file(name='name="../a"'), F.UNSAFE_NAME),
        (file(name='name="b/../a"'), F.UNSAFE_NAME),
        (file("<size>4 KB</size>" + URL), F.BAD_SIZE),
        (file("<size>-1</size>" + URL), F.BAD_SIZE),
        (file(""), F.NO_URL),
        (file("<url>a-b</url>"), F.BAD_URL),
        (file("<url>https://se.example.org/a b</url>"), F.BAD_URL),
        (file("<hash>00</hash>" + URL), F.NO_TYPE),
        (file('<hash type="md5">rL1Y20zC+Fzt72VPzMSk2A==</hash>' + URL), F.NOT_HEX),
        (file('<hash type="sha-1">7128e02d3779f8ff5141b9f5ac003be4</hash>' + URL), F.BAD_LENGTH),
        (file('<hash type="md5">712</hash>' + URL), F.NOT_HEX),
    ],
)
def test_breaches_are_noted(given: str, fault: F) -> None:
    assert faults(parse_metalink(document(given))) == [fault]


def test_names_may_begin_with_dots_but_not_repeat() -> None:
    found = parse_metalink(document(file(name='name="..x"'), file(name='name="..x"')))
    assert faults(found) == [F.REPEATED_NAME]


def test_a_metaurl_is_a_way_to_the_file_as_well() -> None:
    inner = '<metaurl mediatype="torrent">https://se.example.org/t</metaurl>'
    assert parse_metalink(document(file(inner))).notes == ()


def test_an_unknown_hash_has_any_length() -> None:
    assert MetalinkHash("sha3-256", "0aFF").decoded() == b"\x0a\xff"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", F.NOT_XML),
        (b"<html><body>", F.NOT_XML),
        (document(file(name='name="a&b<c"')), F.NOT_XML),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', F.DOCTYPE),
        (b"<metalink/>", F.NOT_METALINK),
        (document(namespace="http://www.metalinker.org/"), F.NOT_METALINK),
    ],
)
def test_what_is_no_metalink(body: bytes, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_metalink(body)
    assert caught.value.what is fault


def test_links_with_and_without_quotes() -> None:
    text = (
        '<https://h/d/?a=1,2&type=metalink>; rel=describedby; type="application/metalink4+xml"'
        ', </x>;rel="Next up" ; title="a, \\"b\\""; rel=other, <>'
    )
    first, second, third = parse_links(text)
    assert first.target == "https://h/d/?a=1,2&type=metalink"
    assert first.relations == {"describedby"}
    assert first.parameters["type"] == "application/metalink4+xml"
    assert second.relations == {"next", "up"}
    assert second.parameters["title"] == 'a, "b"'
    assert (third.target, third.relations) == ("", frozenset())


@pytest.mark.parametrize("text", ["", "nonsense", "rel=describedby"])
def test_what_is_no_link_is_passed_over(text: str) -> None:
    assert parse_links(text) == ()

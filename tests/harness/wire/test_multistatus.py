"""DAV multistatus documents."""

from __future__ import annotations

import pytest

from harness.wire import Fault, SyntaxProblem
from harness.wire.multistatus import Multistatus, parse_multistatus
from harness.wire.multistatus import MultistatusFault as F


def document(*responses: str, after: str = "") -> bytes:
    inner = "".join(f"<d:response>{response}</d:response>" for response in responses)
    root = f'<d:multistatus xmlns:d="DAV:">{inner}{after}</d:multistatus>'
    return f'<?xml version="1.0"?>{root}'.encode()


def propstat(prop: str, status: str = "HTTP/1.1 200 OK") -> str:
    return f"<d:propstat><d:prop>{prop}</d:prop><d:status>{status}</d:status></d:propstat>"


def faults(found: Multistatus) -> list[Fault]:
    return [note.what for note in found.notes]


def test_properties_with_their_states() -> None:
    found = parse_multistatus(
        document(
            "<d:href> /a%20b </d:href>"
            + propstat("<d:getcontentlength>5</d:getcontentlength>")
            + propstat('<x:nope xmlns:x="urn:x"/>', "HTTP/1.1 404 Not Found"),
            "<d:href>/d/</d:href>"
            + propstat("<d:resourcetype><d:collection/></d:resourcetype>")
            + "<d:responsedescription>dir</d:responsedescription>",
        )
    )
    assert found.notes == ()
    file, folder = found.entries
    assert (file.href, file.status) == ("/a%20b", None)
    length, nope = file.get("getcontentlength"), file.get("{urn:x}nope")
    assert length is not None
    assert nope is not None
    assert (length.text, length.status, length.name) == ("5", 200, "{DAV:}getcontentlength")
    assert (nope.status, nope.text) == (404, "")
    assert file.get("nope") is None
    assert file.statuses == (200, 404)
    kind = folder.get("resourcetype")
    assert kind is not None
    assert kind.children == ("{DAV:}collection",)
    assert "collection" in kind.xml
    assert folder.description == "dir"
    assert found.failures() == (404,)


def test_status_per_resource() -> None:
    found = parse_multistatus(
        document(
            "<d:href>/a</d:href><d:href>/b</d:href><d:status>HTTP/1.1 423 Locked</d:status>",
            after="<d:responsedescription>partly</d:responsedescription>",
        )
    )
    (entry,) = found.entries
    assert (entry.hrefs, entry.status) == (("/a", "/b"), 423)
    assert (found.failures(), found.description) == ((423,), "partly")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("<d:status>HTTP/1.1 200 OK</d:status>", [F.NO_HREF]),
        ("<d:href/><d:status>HTTP/1.1 200 OK</d:status>", [F.EMPTY_HREF]),
        ("<d:href>/a</d:href>", [F.NO_STATUS]),
        (
            "<d:href>/a</d:href><d:status>HTTP/1.1 200 OK</d:status>" + propstat(""),
            [F.STATUS_AND_PROPSTAT],
        ),
        ("<d:href>/a</d:href><d:href>/b</d:href>" + propstat(""), [F.SEVERAL_HREFS]),
        ("<d:href>/a</d:href><d:status>200 OK</d:status>", [F.BAD_STATUS]),
        ("<d:href>/a</d:href><d:status/>", [F.BAD_STATUS]),
        ("<d:href>/a</d:href><d:propstat><d:prop/></d:propstat>", [F.BAD_STATUS]),
        (
            "<d:href>/a</d:href><d:propstat><d:status>HTTP/1.1 200 OK</d:status></d:propstat>",
            [F.NO_PROP],
        ),
        (
            "<d:href>/a</d:href>" + propstat("<d:a/>") + propstat("<d:a/>", "HTTP/1.1 404 x"),
            [F.REPEATED_PROPERTY],
        ),
    ],
)
def test_breaches_are_noted(response: str, expected: list[Fault]) -> None:
    assert faults(parse_multistatus(document(response))) == expected


def test_an_entry_without_href_has_an_empty_one() -> None:
    found = parse_multistatus(document("<d:status>HTTP/1.1 200 OK</d:status>"))
    assert found.entries[0].href == ""


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", F.NOT_XML),
        (b"<html>", F.NOT_XML),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', F.NOT_XML),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', F.DOCTYPE),
        (b"<multistatus/>", F.NOT_MULTISTATUS),
        (b'<d:prop xmlns:d="DAV:"/>', F.NOT_MULTISTATUS),
    ],
)
def test_what_is_no_multistatus(body: bytes, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_multistatus(body)
    assert caught.value.what is fault

"""Properties, extended attributes, pages and Metalink descriptions, and how they are kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from tests.server.server_kit import ROOT, Server, start, stop
from tests.server.wire_client import Client

XATTR = "http://www.dcache.org/2020/xattr"
METALINK = "application/metalink4+xml"
BIG = "y" * 9000
"""More than an extended attribute of ext4 can hold."""


def fresh() -> str:
    return f"/{uuid.uuid4().hex}"


def attribute(client: Client, path: str, name: str) -> str | None:
    body = f'<propfind xmlns="DAV:"><prop><{name} xmlns="{XATTR}"/></prop></propfind>'
    answer = client.ask("PROPFIND", path, {"Depth": "0"}, body=body.encode())
    stat = fromstring(answer.body).find(".//{DAV:}propstat")
    assert stat is not None
    if "200" not in (stat.findtext("{DAV:}status") or ""):
        return None
    return stat.findtext(f".//{{{XATTR}}}{name}")


def patched(client: Client, path: str, inner: str) -> dict[str, str]:
    """Status by property after a PROPPATCH with these instructions."""
    body = f'<propertyupdate xmlns="DAV:" xmlns:x="{XATTR}">{inner}</propertyupdate>'
    answer = client.ask("PROPPATCH", path, body=body.encode())
    assert answer.status == 207
    return {
        child.tag.rpartition("}")[2]: (stat.findtext("{DAV:}status") or "")[9:12]
        for stat in fromstring(answer.body).iter("{DAV:}propstat")
        for child in stat.find("{DAV:}prop") or ()
    }


def put_in(*pairs: str) -> str:
    return f"<set><prop>{''.join(pairs)}</prop></set>"


@pytest.mark.parametrize("value", ["small & <plain>", BIG], ids=["small", "big"])
def test_attributes_survive_a_restart(tmp_path: Path, value: str) -> None:
    text = value.replace("&", "&amp;").replace("<", "&lt;")
    process, (server,) = start(["--store", str(tmp_path)], 1)
    with server.client() as client:
        client.ask("MKCOL", "/d")
        client.ask("PUT", "/d/f?xattr.up=load%20ed", body=b"f")
        assert patched(client, "/d/f", put_in(f"<x:a>{text}</x:a>")) == {"a": "200"}
        assert patched(client, "/d", put_in("<x:a>dir</x:a>")) == {"a": "200"}
        client.ask("PUT", "/d/later", body=b"changes the time of the directory")
    assert stop(process) == 0
    process, (server,) = start(["--store", str(tmp_path)], 1)
    with server.client() as client:
        seen = [attribute(client, "/d/f", "a"), attribute(client, "/d/f", "up")]
        assert [*seen, attribute(client, "/d", "a")] == [value, "load ed", "dir"]
    assert stop(process) == 0


def test_records_kept_aside_go_with_their_objects(tmp_path: Path) -> None:
    records = tmp_path / ".httptpc" / "records"
    process, (server,) = start(["--store", str(tmp_path)], 1)
    with server.client() as client:
        for path in ("/kept", "/gone"):
            client.ask("PUT", path, body=b"f")
            patched(client, path, put_in(f"<x:a>{BIG}</x:a>"))
        assert len(list(records.glob("[0-9]*"))) == 2
        patched(client, "/kept", put_in("<x:b>1</x:b>"))
        client.ask("DELETE", "/gone")
    stop(process)
    process, (server,) = start(["--store", str(tmp_path)], 1)
    assert len(list(records.iterdir())) == 1
    with server.client() as client:
        patched(client, "/kept", put_in("<x:a>small again</x:a>"))
        assert attribute(client, "/kept", "a") == "small again"
        assert list(records.iterdir()) == []
    stop(process)


@pytest.mark.parametrize("store", ["disk", "memory:"])
def test_attributes_move_and_are_copied_but_not_inherited(
    launch: Callable[..., Server], store: str
) -> None:
    server = launch(*(() if store == "disk" else ("--store", store)))
    with server.client() as client:
        client.ask("MKCOL", "/d")
        patched(client, "/d", put_in("<x:a>dir</x:a>"))
        client.ask("PUT", "/d/f?xattr.a=file", body=b"f")
        assert client.ask("COPY", "/d", {"Destination": f"{server.url}/e"}).status == 201
        assert client.ask("MOVE", "/d/f", {"Destination": f"{server.url}/d/g"}).status == 201
        found = [attribute(client, path, "a") for path in ("/d", "/d/g", "/e", "/e/f")]
        assert found == ["dir", "file", "dir", "file"]
        client.ask("PUT", "/e/f", body=b"new content")
        assert attribute(client, "/e/f", "a") is None


def test_digest_on_demand_keeps_attributes(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.ask("PUT", f"{path}?xattr.a=1", body=b"data")
        client.ask("HEAD", path, {"Want-Digest": "sha-512"})
        assert attribute(client, path, "a") == "1"


def test_mixed_update_changes_nothing(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.ask("PUT", f"{path}?xattr.a=old", body=b"f")
        inner = put_in("<x:a>new</x:a>", "<getetag>x</getetag>", '<dead xmlns="urn:x">x</dead>')
        assert patched(client, path, inner) == {"a": "424", "getetag": "403", "dead": "403"}
        assert attribute(client, path, "a") == "old"
        both = put_in("<x:b>1</x:b>") + "<remove><prop><x:a/><x:b/><x:nope/></prop></remove>"
        assert patched(client, path, both) == {"b": "200", "a": "200", "nope": "200"}
        assert [attribute(client, path, name) for name in "ab"] == [None, None]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("xattr.a=%00", 400),
        ("xattr.a=%ff", 400),
        ("xattr.=1", 400),
        ("xattr.1a=1", 400),
        ("xattr.a%20b%3D%27c%27=1", 400),
        ("xattr.a%2F%3E%3Cb=1", 400),
        ("xattr.a:b=1", 400),
        ("xattr.%C3%A4=1", 201),
        ("other=1&xattr.a=x+y", 201),
    ],
)
def test_only_what_xml_can_say_is_an_attribute(server: Server, query: str, status: int) -> None:
    with server.client() as client:
        path = fresh()
        assert client.ask("PUT", f"{path}?{query}", body=b"f").status == status
        assert client.ask("GET", path).status == (404 if status == 400 else 200)


def test_too_many_attributes_are_refused(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.ask("PUT", path, body=b"f")
        body = f'<propertyupdate xmlns="DAV:">{put_in(f"<a xmlns={XATTR!r}>{BIG * 8}</a>")}'
        answer = client.ask("PROPPATCH", path, body=f"{body}</propertyupdate>".encode())
        assert answer.status == 507
        assert attribute(client, path, "a") is None


def test_carriage_returns_and_blanks_come_back(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.ask("PUT", f"{path}?xattr.a=%20a%0D%0Ab%0Dc%09", body=b"f")
        assert attribute(client, path, "a") == " a\r\nb\rc\t"


def test_names_alone_are_told_without_values(server: Server) -> None:
    path = fresh()
    with server.client() as client:
        client.ask("PUT", f"{path}?xattr.a=1", body=b"f")
        body = b'<propfind xmlns="DAV:"><propname/></propfind>'
        answer = client.ask("PROPFIND", path, {"Depth": "0"}, body=body)
        (prop,) = fromstring(answer.body).iter("{DAV:}prop")
        assert {"{DAV:}getetag", f"{{{XATTR}}}a"} <= {child.tag for child in prop}
        assert not any(child.text for child in prop)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "html"),
        ("*/*", "html"),
        (METALINK, "metalink"),
        (f"{METALINK}, text/html", "html"),
        (f"{METALINK};q=0.5, text/html", "html"),
        (f"text/*;q=0.3, {METALINK};q=0.4, */*;q=0.1", "metalink"),
        (f"{METALINK};q=0, */*", "html"),
        (f"{METALINK};q=nonsense, text/html;q=0.1", "html"),
    ],
)
def test_accept_chooses_page_or_metalink(server: Server, accept: str | None, kind: str) -> None:
    with server.client() as client:
        answer = client.ask("GET", "/", {} if accept is None else {"Accept": accept})
        assert kind in answer.headers["content-type"]
        assert answer.headers["vary"] == "Accept"


def test_metalink_tells_the_hashes_that_are_known(server: Server) -> None:
    place = fresh()
    with server.client() as client:
        client.ask("MKCOL", place)
        client.ask("PUT", f"{place}/a%20%26%22b", {"Want-Digest": "md5"}, body=b"abc")
        document = fromstring(client.ask("GET", f"{place}?type=metalink").body)
        (file,) = document
        assert (file.get("name"), text_of(file, "size")) == ('a &"b', "3")
        assert text_of(file, "hash") == "900150983cd24fb0d6963f7d28e17f72"
        assert text_of(file, "url") == f"https://localhost{place}/a%20&%22b"  # as its Host says


def text_of(file: Element, name: str) -> str | None:
    return file.findtext(f"{{urn:ietf:params:xml:ns:metalink}}{name}")


def test_page_escapes_names_and_query_and_carries_it(server: Server) -> None:
    place = fresh()
    with server.client() as client:
        client.ask("MKCOL", place)
        client.ask("PUT", f"{place}/%3Cb%3E%26%22x", body=b"x")
        page = client.ask("GET", f"{place}/?a=%3C&b=1").body.decode()
        assert f'<a href="{place}/%3Cb%3E&amp;%22x?a=%3C&amp;b=1">&lt;b&gt;&amp;' in page
        assert '<a href="/?a=%3C&amp;b=1">..</a>' in page


def test_redirect_keeps_attributes_and_no_token(launch: Callable[..., Server]) -> None:
    server = launch("--data-node")
    with server.client(token=None) as client:
        query = f"authz={server.token}&xattr.a=b%20c"
        answer = client.ask("GET", f"/?{query}")
        assert answer.status == 200  # a page, so that the token is known to work
    with server.client() as client:
        client.ask("PUT", "/f", body=b"f")
        answer = client.ask("GET", f"/f?{query}")
        assert answer.status == 307
        assert "xattr.a=b%20c&ticket=" in answer.headers["location"]
        assert "authz" not in answer.headers["location"]


def test_every_deviation_of_these_families_is_listed() -> None:
    command = [sys.executable, "-m", "reference_server", "--list-deviations"]
    rows = json.loads(
        subprocess.run(
            command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
        ).stdout
    )
    broken = {name for row in rows for name in row["breaks"]}
    wanted = {f"PROP-{n:03}" for n in range(1, 21) if n != 7}
    wanted |= {f"XATTR-{n:03}" for n in range(1, 10)} | {f"DIR-{n:03}" for n in range(1, 7)}
    wanted |= {f"META-{n:03}" for n in range(1, 11)}
    assert wanted <= broken

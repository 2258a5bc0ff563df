"""A far side of another make: HTTP/1.0, one version of TLS, odd answers, and very long files."""

from __future__ import annotations

import hashlib
import socket
import ssl
import tracemalloc
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from fixtures.pki import Testbed
from harness.remote_party import Door, FarFile, ListeningParty
from harness.remote_party.content import BLOCK, LARGEST, Large, content_of
from tests.harness.remote_party.conftest import Talk, asked, talk

LENGTH = "Content-Length: 500"


def test_http10_says_so_and_closes(party: ListeningParty) -> None:
    far = party.source(size=70_000, http10=True)
    with talk(far) as conversation:
        conversation.ask("GET")
        assert conversation.head() == ["HTTP/1.0 200 OK", "Content-Length: 70000"]
        assert conversation.rest() == far.content
    assert [seen.ended for seen in far.requests] == ["answered"]


def test_http10_body_without_length_ends_with_the_connection(party: ListeningParty) -> None:
    far = party.source(size=70_000, http10=True, length=False)
    head, body = asked(far, "GET")
    assert head == ["HTTP/1.0 200 OK"]
    assert body == far.content


def test_http10_knows_no_100(party: ListeningParty) -> None:
    far = party.destination(http10=True)
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, "Expect: 100-continue", body=b"x" * 500)
        assert conversation.head()[0] == "HTTP/1.0 201 Created"
    assert far.received == b"x" * 500


def test_length_in_an_interim_answer_and_a_page_after_it(party: ListeningParty) -> None:
    far = party.destination(interim_length=True, page="stored")
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, "Expect: 100-continue")
        assert conversation.head() == ["HTTP/1.1 100 Continue", "Content-Length: 0"]
        conversation.connection.sendall(b"x" * 500)
        assert conversation.head() == ["HTTP/1.1 201 Created", "Content-Length: 6"]
        assert conversation.take(6) == b"stored"


@pytest.fixture
def doors(testbed: Testbed) -> Iterator[ListeningParty]:
    host = testbed.host()
    new = Door(host.cert, host.key, only=ssl.TLSVersion.TLSv1_3)
    old = Door(host.cert, host.key, only=ssl.TLSVersion.TLSv1_2)
    made = ListeningParty({"tls": Door(host.cert, host.key), "new": new, "old": old})
    yield made
    made.close()


@pytest.mark.parametrize(("door", "version"), [("new", "TLSv1.3"), ("old", "TLSv1.2")])
def test_door_speaks_one_version_of_tls(
    doors: ListeningParty, testbed: Testbed, door: str, version: str
) -> None:
    context = ssl.create_default_context(cafile=str(testbed.ca))
    with _reached(doors.source(door=door), context) as connection:
        assert connection.version() == version
    other = {"new": ssl.TLSVersion.TLSv1_2, "old": ssl.TLSVersion.TLSv1_3}[door]
    context.minimum_version = context.maximum_version = other
    with pytest.raises(ssl.SSLError):
        _reached(doors.source(door=door), context)


@pytest.mark.parametrize(
    ("manners", "orderly"),
    [({}, True), ({"cut_at": 500, "notify": True}, True), ({"cut_at": 500}, False)],
)
def test_close_notify_is_sent_where_it_belongs(
    doors: ListeningParty, testbed: Testbed, manners: dict[str, Any], orderly: bool
) -> None:
    far = doors.source(size=1000, http10=True, length=False, **manners)
    context = ssl.create_default_context(cafile=str(testbed.ca))
    with _reached(far, context) as connection:
        conversation = Talk(connection, far)
        conversation.ask("GET")
        conversation.head()
        if orderly:
            assert conversation.rest() == far.content[: manners.get("cut_at", 1000)]
        else:
            with pytest.raises(ssl.SSLEOFError):
                conversation.rest()


def _reached(far: FarFile, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A connection to the door of a far file on which a cut is an error."""
    address = ("localhost", urlsplit(far.url).port or 0)
    plain = socket.create_connection(address, timeout=10)
    try:
        return context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
    except OSError:
        plain.close()
        raise


def test_large_content_is_the_same_however_it_is_cut() -> None:
    content = content_of(LARGEST + 1, seed=3)
    assert isinstance(content, Large)
    assert len(content) == LARGEST + 1
    across = bytes(content[BLOCK - 5 : 2 * BLOCK + 5])
    assert across == bytes(content[BLOCK - 5 : BLOCK + 7]) + bytes(
        content[BLOCK + 7 :][: BLOCK - 2]
    )
    assert len(across) == BLOCK + 10
    assert bytes(content[BLOCK : 2 * BLOCK]) != bytes(content[2 * BLOCK : 3 * BLOCK])


def test_large_file_is_never_held(party: ListeningParty) -> None:
    far = party.source(size=LARGEST + 5, seed=3)
    with pytest.raises(ValueError, match="too many"):
        _ = far.content
    whole, count = hashlib.md5(usedforsecurity=False), 0
    tracemalloc.start()
    with talk(far) as conversation:
        conversation.ask("GET", "Want-Digest: adler32")
        assert any(line.startswith("Digest: adler32=") for line in conversation.head())
        while count < LARGEST + 5 and (conversation.got or conversation.more()):
            whole.update(conversation.got)
            count, conversation.got = count + len(conversation.got), b""
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == LARGEST + 5
    assert most < 16 * BLOCK
    expected = hashlib.md5(usedforsecurity=False)
    for piece in far.scenario.body:
        expected.update(bytes(piece))
    assert whole.digest() == expected.digest()


def test_part_of_a_large_file(party: ListeningParty) -> None:
    far = party.source(size=LARGEST + 5, seed=3)
    head, body = asked(far, "GET", f"Range: bytes={LARGEST}-")
    assert head[0].split()[1] == "206"
    assert body == bytes(far.scenario.body[LARGEST:])

"""Every word of a scenario about PUT and DELETE does what it says, as seen in raw bytes."""

from __future__ import annotations

from typing import Any

import pytest

from harness.remote_party import FarFile, ListeningParty
from tests.harness.remote_party.conftest import asked, eventually, talk

BODY = b"uploaded " * 100
LENGTH = f"Content-Length: {len(BODY)}"


def put(far: FarFile, *headers: str) -> list[str]:
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, *headers, body=BODY)
        return conversation.head()


def test_upload_is_created_and_can_be_read_back(party: ListeningParty) -> None:
    far = party.destination()
    assert put(far)[0] == "HTTP/1.1 201 Created"
    assert far.received == BODY
    assert asked(far, "GET")[1] == BODY
    assert f"Content-Length: {len(BODY)}" in asked(far, "HEAD")[0]


def test_upload_onto_something_says_no_content(party: ListeningParty) -> None:
    assert put(party.source())[0] == "HTTP/1.1 204 No Content"


def test_chunked_upload_is_put_together(party: ListeningParty) -> None:
    far = party.destination()
    with talk(far) as conversation:
        pieces = b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
        conversation.ask("PUT", "Transfer-Encoding: chunked", body=pieces)
        assert conversation.head()[0].split()[1] == "201"
    assert far.received == b"abcdefg"


def test_status_is_as_asked_and_nothing_is_kept(party: ListeningParty) -> None:
    far = party.destination(put_status=507)
    assert put(far)[0].startswith("HTTP/1.1 507 ")
    assert far.received is None
    assert bytes(far.requests[0].body) == BODY


def test_deletion_removes_the_upload(party: ListeningParty) -> None:
    far = party.destination()
    put(far)
    assert asked(far, "DELETE")[0][0] == "HTTP/1.1 204 No Content"
    assert far.received is None
    assert asked(far, "GET")[0][0].split()[1] == "404"


@pytest.mark.parametrize(
    ("interim", "before"), [("100", [100]), ("102,103,100", [102, 103, 100]), ("none", [])]
)
def test_interim_answers_come_in_order(
    party: ListeningParty, interim: str, before: list[int]
) -> None:
    far = party.destination(interim=interim)
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, "Expect: 100-continue")
        found = [int(conversation.head()[0].split()[1]) for _ in before]
        assert found == before
        assert conversation.silent(0.1)
        conversation.connection.sendall(BODY)
        assert conversation.head()[0].split()[1] == "201"
    assert far.received == BODY


def test_who_does_not_wait_gets_no_interim_answer(party: ListeningParty) -> None:
    assert put(party.destination())[0].split()[1] == "201"


def test_early_answer_takes_no_body(party: ListeningParty) -> None:
    far = party.destination(early=True, put_status=413)
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, "Expect: 100-continue")
        head = conversation.head()
        assert head[0].split()[1] == "413"
        assert "Connection: close" in head
        assert conversation.rest() == b""
    assert far.received is None


@pytest.mark.parametrize("where", ["cut_at", "reset_at"])
def test_upload_can_be_cut(party: ListeningParty, where: str) -> None:
    manners: dict[str, Any] = {where: 300}
    far = party.destination(**manners)
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, body=BODY[:400])
        assert conversation.rest() == b""
        assert conversation.reset or where == "cut_at"
    assert eventually(lambda: far.requests[0].ended == "cut by us")
    assert far.received is None
    assert not far.requests[0].body_complete


def test_stalled_upload_is_neither_answered_nor_closed(party: ListeningParty) -> None:
    far = party.destination(stall_at=300)
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, body=BODY[:400])
        assert far.wait(lambda seen: bool(seen) and seen[0].ended == "stalled", within=5)
        assert conversation.silent(0.1)
        assert far.requests[0].open
    assert eventually(lambda: not far.requests[0].open)
    assert far.requests[0].ended == "peer closed"


def test_upload_that_breaks_off_is_not_complete(party: ListeningParty) -> None:
    far = party.destination()
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, body=BODY[:400])
    assert far.wait(lambda seen: bool(seen) and not seen[0].open, within=5)
    assert far.received is None
    assert bytes(far.requests[0].body) == BODY[:400]
    assert far.requests[0].ended == "peer closed"


@pytest.mark.parametrize("where", ["cut_at", "reset_at"])
def test_upload_can_be_cut_when_all_of_it_has_come(party: ListeningParty, where: str) -> None:
    manners: dict[str, Any] = {where: len(BODY)}
    far = party.destination(**manners)
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, body=BODY)
        assert conversation.rest() == b""
        assert conversation.reset or where == "cut_at"
    assert eventually(lambda: far.requests[0].ended == "cut by us")
    assert far.requests[0].body_complete
    assert far.received is None


def test_answer_to_an_upload_can_be_kept_back(party: ListeningParty) -> None:
    far = party.destination(pause_at=len(BODY), pause=0.3)
    with talk(far) as conversation:
        conversation.ask("PUT", LENGTH, body=BODY)
        assert far.wait(lambda seen: bool(seen) and seen[0].body_complete, within=5)
        assert far.received is None
        assert conversation.head()[0].split()[1] == "201"
    assert far.received == BODY

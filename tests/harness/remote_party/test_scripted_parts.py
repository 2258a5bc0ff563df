"""Parts, put-off answers and coded bodies: every word does what it says, as seen in raw bytes."""

from __future__ import annotations

import gzip

import pytest

from harness.remote_party import ListeningParty
from tests.harness.remote_party.conftest import asked

PART = "Range: bytes=2-5"


@pytest.mark.parametrize(
    ("lie", "status", "told", "count"),
    [
        ("", "206", "Content-Range: bytes 2-5/10", 4),
        ("elsewhere", "206", "Content-Range: bytes 3-6/11", 4),
        ("short", "206", "Content-Range: bytes 2-5/10", 2),
    ],
)
def test_part_is_another_than_was_asked_for(
    party: ListeningParty, lie: str, status: str, told: str, count: int
) -> None:
    far = party.source(size=10, range_lie=lie)
    head, body = asked(far, "GET", PART)
    assert head[0].split()[1] == status
    assert told in head
    assert body == far.content[2 : 2 + count]


def test_part_is_refused(party: ListeningParty) -> None:
    head, _ = asked(party.source(size=10, range_lie="refused"), "GET", PART)
    assert head[0].split()[1] == "416"


def test_first_answers_are_put_off(party: ListeningParty) -> None:
    far = party.source(size=10, later=2)
    assert [asked(far, "GET")[0][0].split()[1] for _ in range(3)] == ["202", "202", "200"]


def test_body_is_coded_for_who_accepts_it(party: ListeningParty) -> None:
    far = party.source(size=1000, coded=True)
    head, body = asked(far, "GET", "Accept-Encoding: gzip")
    assert "Content-Encoding: gzip" in head
    assert gzip.decompress(body) == far.content
    assert asked(far, "GET")[1] == far.content

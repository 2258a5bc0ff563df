"""Personalities: each difference is one seam with a source, and a server shows them all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reference_server.behaviour import Behaviour
from reference_server.deviations import behaviour_with
from reference_server.personalities import (
    UnknownPersonality,
    all_personalities,
    personality,
)
from reference_server.personalities.registry import difference
from tests.server.server_kit import Server


def test_every_difference_changes_one_seam_that_no_other_of_its_personality_changes() -> None:
    for item in all_personalities():
        seams = [d.seam for d in item.differences]
        assert len(set(seams)) == len(seams) >= 8
        assert all(hasattr(Behaviour, seam) for seam in seams)
        assert all(d.source and d.summary.endswith(".") for d in item.differences)


def test_a_difference_without_a_source_is_refused() -> None:
    class Odd(Behaviour):
        """Says it was created."""

        def accepted_status(self) -> int:
            return 201

    with pytest.raises(TypeError, match="source"):
        difference("odd", of=("dcache",), source="")(Odd)
    with pytest.raises(TypeError, match="unknown"):
        difference("odd", of=("nosuch",), source="TPC-013")(Odd)


def test_an_unknown_personality_is_named() -> None:
    with pytest.raises(UnknownPersonality, match="dcache"):
        personality("nosuch")


def test_a_deviation_comes_before_the_habits() -> None:
    habits = personality("xrootd5").behaviours
    assert behaviour_with([], habits=habits).accepted_status() == 201
    both = behaviour_with(["accepted-with-200"], habits=habits)
    assert (both.accepted_status(), both.stream_media_type()) == (200, "text/plain")


def test_a_server_names_its_personality_and_never_another_product(
    launch: Callable[..., Server],
) -> None:
    with launch("--personality", "xrootd5").client() as client:
        made = client.ask("PUT", "/f", body=b"content")
        told = client.ask("OPTIONS", "/f")
    assert made.status == 200
    assert "etag" not in made.headers
    assert told.headers["server"] == "httptpc-reference (personality xrootd5)"


def test_a_personality_may_bring_a_data_node(launch: Callable[..., Server]) -> None:
    server = launch("--personality", "dpm")
    with server.client() as client:
        client.ask("PUT", "/f", body=b"content")
        answer = client.ask("GET", "/f")
    assert answer.status == 302
    assert answer.headers["location"].startswith(server.ready["data_node_url"])

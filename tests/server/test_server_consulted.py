"""Whose decision was asked for is written down, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference_server.behaviour import Behaviour
from reference_server.deviations.consulted import Notes, noting, seams
from tests.server.server_kit import Server


class Other(Behaviour):
    """One seam decides otherwise."""

    def success_line(self) -> str:
        return "other"


def test_each_seam_is_noted_once(tmp_path: Path) -> None:
    noted = noting(Other(), Notes(tmp_path / "notes"))
    assert [noted.success_line() for _ in range(2)] == ["other", "other"]
    assert noted.accepted_status() == 202
    assert (tmp_path / "notes").read_text().split() == ["success_line", "accepted_status"]


def test_every_seam_can_be_noted(tmp_path: Path) -> None:
    noted = noting(Behaviour(), Notes(tmp_path / "notes"))
    assert seams(type(noted)).keys() == seams(Behaviour).keys()
    assert "accepted_status" in seams(Behaviour)


def test_server_notes_what_a_request_consults(
    launch: Callable[..., Server], tmp_path: Path
) -> None:
    place = tmp_path / "notes"
    server = launch("--consulted", str(place))
    before = set(place.read_text().split())
    with server.client() as client:
        assert client.ask("PUT", "/f", body=b"content").status == 201
    since = set(place.read_text().split()) - before
    assert "put_status" in since
    assert "success_line" not in since

"""What a run was asked to do, as its record tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.plugin.settings import Settings
from harness.redact import Redactor, Secret
from harness.remote_party import Access

PARTY = Access("https://party.example.org", Secret("hidden"))


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({}, ""),
        ({"quick": True, "matrix": True}, "--quick --matrix"),
        ({"select": ("MARK-*", "TPC-001")}, "--select MARK-* --select TPC-001"),
        ({"remote_party": PARTY}, "--remote-party https://party.example.org"),
    ],
)
def test_arguments_in_the_record(chosen: dict[str, object], told: str) -> None:
    settings = Settings((), Redactor(), Path("out"), **chosen)  # type: ignore[arg-type]
    assert " ".join(settings.arguments) == told

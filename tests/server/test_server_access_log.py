"""The access log tells what was asked, and never a credential."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fixtures.waiting import eventually
from tests.server.server_kit import Server


def events(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in place.read_text().splitlines()]


def told(place: Path, what: str) -> list[dict[str, Any]]:
    return [event for event in events(place) if event["event"] == what]


def fields(event: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in event["headers"]}


def test_requests_are_told_without_their_credentials(
    launch: Callable[..., Server], tmp_path: Path
) -> None:
    place = tmp_path / "access"
    server = launch("--access-log", str(place))
    path, secret = f"/{uuid.uuid4().hex}", "the-token-of-somebody-else"
    headers = {"TransferHeaderAuthorization": f"Bearer {secret}", "Source": "https://localhost:1/x"}
    with server.client() as client:
        client.ask("COPY", path, headers)
        client.ask("GET", f"{path}?authz={secret}")
    text = place.read_text()
    asked = told(place, "asked")
    assert [event["method"] for event in asked] == ["COPY", "GET"]
    known = f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:16]}"
    assert fields(asked[0])["transferheaderauthorization"] == f"Bearer {known}"
    assert asked[1]["target"] == f"{path}?authz={known}"
    assert secret not in text
    assert server.token.strip() not in text
    assert place.stat().st_mode & 0o077 == 0


def test_verdicts_and_markers_of_a_copy_are_told(
    launch: Callable[..., Server], tmp_path: Path
) -> None:
    place = tmp_path / "access"
    server = launch("--access-log", str(place), "--manner", "failure-called-aborted")
    with server.client() as client:
        client.ask("COPY", f"/{uuid.uuid4().hex}", {"Source": "https://localhost:1/x"})
    answered = eventually(lambda: told(place, "answered"), bool, within=10)  # after the last byte
    assert answered[-1]["status"] == 202
    assert answered[-1]["lines"][0].startswith("aborted: ")
    assert answered[-1]["markers"][0].startswith("Perf Marker\n")

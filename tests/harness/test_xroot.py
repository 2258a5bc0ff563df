"""The root:// door: what is lacking is told apart, and addresses are taken apart."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from harness.capabilities import Ground, Survey
from harness.client.xroot import Key, Xroot, missing
from harness.endpoints import Endpoint
from harness.model import Capability
from harness.recorder import Recorder

SITE = Endpoint("site", url="https://se.invalid/vo", doors={"xroot-url": "root://se.invalid//vo"})


def found(endpoint: Endpoint) -> Capability:
    survey = Survey(endpoint, cast(Ground, None), Capability(True, "declared", ""))
    return survey.get("xrootd-tpc")


def test_endpoint_without_the_door_is_not_applicable() -> None:
    lack = found(Endpoint("site", url="https://se.invalid/vo"))
    assert (lack.present, lack.how) == (False, "declared")


def test_missing_client_is_the_testers_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.client.xroot.shutil.which", lambda program: None)
    assert "apt-get install xrootd-client" in missing()
    assert found(SITE).how == "tester"


def test_door_is_believed_where_the_client_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.client.xroot.shutil.which", lambda program: f"/usr/bin/{program}")
    assert found(SITE).present


def test_server_and_path_of_a_door(tmp_path: Path) -> None:
    door = Xroot("root://h:1094//vo/d", None, tmp_path, tmp_path, cast(Recorder, None), "site")
    assert (door.server, door.path) == ("root://h:1094", "/vo/d")
    assert door.at("root://[::1]:1095//x").server == "root://[::1]:1095"


def test_key_is_shown_as_a_destination_does() -> None:
    assert Key("k", "me.1@h").query == "?tpc.key=k&tpc.org=me.1@h&tpc.stage=copy"

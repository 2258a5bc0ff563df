"""The gates before a check: what is believed absent, who asks, and what may be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.kinds import Started, reference
from fixtures.pki import Testbed
from harness.capabilities import Ground, Survey
from harness.endpoints import Endpoint
from harness.identity import Identity
from harness.model import Capability, Exchange
from harness.redact import Secret
from tests.harness.conftest import Httptpc

WRITING = {"PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPPATCH", "PATCH", "LOCK"}
YES = Capability(True, "probed", "")


class Canned:
    """Stands for a client whose endpoint answers by a table: method or `file` -> status."""

    def __init__(self, **statuses: int) -> None:
        self.statuses = statuses
        self.identity = Identity(token=Secret("a"))
        self.asked: list[str] = []

    def _answer(self, method: str, path: str) -> Exchange:
        self.asked.append(method)
        known = "file" if method == "HEAD" and path in self.put_paths else method
        status = self.statuses.get(known, self.statuses["else_"])
        return _exchange(method, status)

    put_paths: tuple[str, ...] = ()

    def put(self, path: str, content: bytes, **headers: str) -> Exchange:
        self.put_paths = (*self.put_paths, path)
        return self._answer("PUT", path)

    def head(self, path: str, **headers: str) -> Exchange:
        return self._answer("HEAD", path)

    def request(self, method: str, path: str, **named: Any) -> Exchange:
        return self._answer(method, path)


def _exchange(method: str, status: int) -> Exchange:
    return Exchange(f"x-{method}", "site", "client", "", method, "", status=status)


def survey_of(client: Canned, **more: Any) -> Survey:
    endpoint = Endpoint(name="site", identity=client.identity, **more)
    return Survey(endpoint, Ground(client, "/d", None), YES)  # type: ignore[arg-type]


def test_absence_is_believed_of_an_endpoint_that_says_no_in_its_own_way() -> None:
    survey = survey_of(Canned(file=200, HEAD=404, else_=405))
    found = survey.get("redirector")
    assert not found.present
    assert found.how == "probed"


def test_absence_is_not_believed_of_an_endpoint_that_answers_everything_alike() -> None:
    survey = survey_of(Canned(else_=403))
    found = survey.get("redirector")
    assert found.present
    assert "answers everything alike" in found.proof
    assert len(found.evidence) == 4


def test_whether_it_discerns_is_asked_once() -> None:
    client = Canned(else_=403)
    survey = survey_of(client)
    for need in ("redirector", "want-digest"):
        assert survey.get(need).present
    assert client.asked.count("NONSENSE") == 1


def test_a_read_only_endpoint_is_not_probed_by_writing() -> None:
    client = Canned(else_=404)
    survey = survey_of(client, read_only=True)
    found = survey.get("redirector")
    assert not found.present
    assert found.how == "tester"
    assert client.asked == []


def test_a_second_identity_that_is_the_first_is_none() -> None:
    client = Canned(else_=404)
    assert (
        "is the first one" in survey_of(client, second=client.identity).get("second-identity").proof
    )
    weaker = survey_of(client, second=Identity(token=Secret("b"))).get("second-identity")
    assert weaker.present


@pytest.fixture
def logged(testbed: Testbed, tmp_path: Path, store: Path) -> tuple[Started, Path]:
    log = tmp_path / "access.jsonl"
    wishes = {"options": ["--store", str(store), "--access-log", str(log)]}
    return reference.start(testbed, tmp_path / "server", name="site", wishes=wishes), log


def test_a_read_only_endpoint_sees_no_request_that_could_write(
    httptpc: Httptpc, logged: tuple[Started, Path], tmp_path: Path
) -> None:
    server, log = logged
    try:
        ran = httptpc(
            "check", "--quick", "--endpoints", str(_entry(server, tmp_path)), "--out", "out"
        )
    finally:
        server.stop()
    assert ran.returncode in (0, 1, 5), ran.stdout + ran.stderr
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    methods = [row["method"] for row in rows if "method" in row]
    assert methods
    assert not WRITING & set(methods), sorted(set(methods))


def _entry(server: Started, tmp_path: Path) -> Path:
    file = tmp_path / "endpoints.yaml"
    file.write_text(
        "version: 1\nendpoints:\n  site:\n    read-only: true\n"
        f"    url: {server.url}/\n    ca: {server.ca}\n"
        f"    credentials: {{token: {{file: {server.credentials.token}}}}}\n",
        encoding="utf-8",
    )
    return file

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


def verdicts(tmp_path: Path) -> dict[str, str]:
    rows = json.loads((tmp_path / "out" / "verdicts.json").read_text())["verdicts"]
    return {row["requirement"]: row["verdict"] for row in rows}


def test_select_judges_what_was_asked_for_and_nothing_else(
    httptpc: Httptpc, site_file: Path, tmp_path: Path
) -> None:
    words = ["--select", "DAV-010", "--select", "CKSUM-00[12]"]
    ran = httptpc("check", "--endpoint", "site", *words, "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert verdicts(tmp_path) == dict.fromkeys(["DAV-010", "CKSUM-001", "CKSUM-002"], "MET")


def test_the_selection_of_an_entry_and_that_of_the_run_both_have_to_let_in(
    httptpc: Httptpc, tmp_path: Path
) -> None:
    (tmp_path / "endpoints.yaml").write_text(
        "version: 1\nendpoints:\n  all: {kind: reference}\n"
        '  some: {kind: reference, select: ["DAV-01*", CKSUM-001]}\n',
        encoding="utf-8",
    )
    ran = httptpc("check", "--select", "DAV-010", "--select", "MARK-001", "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = json.loads((tmp_path / "out" / "verdicts.json").read_text())["verdicts"]
    judged = {(row["endpoint"], row["requirement"]) for row in rows}
    assert judged == {("all", "DAV-010"), ("all", "MARK-001"), ("some", "DAV-010")}


def test_a_profile_of_the_command_line_replaces_those_of_the_entry(
    httptpc: Httptpc, site_file: Path, tmp_path: Path
) -> None:
    words = ["--profile", "webdav", "--select", "TPC-*", "--select", "PROP-001"]
    ran = httptpc("check", "--endpoint", "site", *words, "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert verdicts(tmp_path) == {"TPC-001": "NOT_TESTED", "PROP-001": "MET"}


def test_quick_leaves_out_what_waits_and_what_is_no_must_and_says_so(
    httptpc: Httptpc, tmp_path: Path
) -> None:
    (tmp_path / "endpoints.yaml").write_text(
        "version: 1\nendpoints:\n  ours: {kind: reference}\n", encoding="utf-8"
    )
    words = [w for i in ("MARK-004", "DAV-010", "DAV-005") for w in ("--select", i)]
    ran = httptpc("check", "--quick", *words, "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    left_out = dict.fromkeys(["MARK-004", "DAV-005"], "NOT_TESTED")
    assert verdicts(tmp_path) == {**left_out, "DAV-010": "MET"}


KNOWN = {
    "met": ("DAV-010", "", "was expected to be violated but is met"),
    "overdue": ("DAV-010", ", review-by: 2020-01-31", "was to be reviewed by 2020-01-31"),
    "no such id": ("DAV-999", "", "which is no requirement of this endpoint"),
    "not asked for": ("TPC-021", "", ""),
}


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_expectations_that_do_not_hold_are_told_aloud(
    httptpc: Httptpc, site_file: Path, tmp_path: Path, known: tuple[str, str, str]
) -> None:
    name, more, told = known
    text = f"- {{requirement: {name}, reason: seen before{more}}}\n"
    (tmp_path / "known.yaml").write_text(text, encoding="utf-8")
    entry = site_file.read_text(encoding="utf-8") + "    expectations: known.yaml\n"
    site_file.write_text(entry, encoding="utf-8")
    ran = httptpc("check", "--endpoint", "site", "--select", "DAV-010", "--out", "out")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert told in ran.stdout
    assert told or name not in ran.stdout  # what was not asked for is not called stale


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("requirement: DAV-010\n", "a list"),
        ("- {requirement: DAV-010}\n", "needs requirement and reason"),
        ("- {requirement: DAV-010, reason: x, review-by: soon}\n", "not a date"),
    ],
)
def test_bad_expectations_are_refused(
    httptpc: Httptpc, site_file: Path, tmp_path: Path, text: str, wrong: str
) -> None:
    (tmp_path / "known.yaml").write_text(text, encoding="utf-8")
    entry = site_file.read_text(encoding="utf-8") + "    expectations: known.yaml\n"
    site_file.write_text(entry, encoding="utf-8")
    ran = httptpc("check", "--endpoint", "site", "--out", "out")
    assert ran.returncode == 4
    assert wrong in ran.stderr

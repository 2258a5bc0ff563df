"""What several workers find out about one endpoint, and what the record tells of it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from harness.capabilities import Ground, Notebook, Survey
from harness.client import Client
from harness.endpoints import Endpoint
from harness.model import Capability, EndpointRecord, Header
from harness.model.codec import read_run, to_line
from harness.recorder import Recorder
from harness.redact import Redactor

THERE = Capability(True, "probed", "it answered", ("x-000001",))
LACKING = Capability(False, "probed", "it said no")
HEAD = to_line(Header("run-1", "httptpc 0", "abc", "2026-01-01T00:00:00+00:00"))
SITE = EndpointRecord("site", "https://se.example.org/", "dcache", ("http-tpc",), ("X-001",))


def never() -> Capability:
    raise AssertionError("probed twice")


def test_what_one_found_out_the_other_takes_over(tmp_path: Path) -> None:
    one, other = (Notebook(tmp_path / "found.json") for _ in range(2))
    assert one.get("tpc-pull", lambda: THERE) == THERE
    assert other.get("xattr", lambda: LACKING) == LACKING
    assert (other.get("tpc-pull", never), one.get("xattr", never)) == (THERE, LACKING)


def test_two_at_the_same_time_probe_once(tmp_path: Path) -> None:
    probed: list[float] = []

    def probe() -> Capability:
        probed.append(time.monotonic())
        time.sleep(0.05)  # what makes the other come in the middle
        return THERE

    def ask() -> None:
        Notebook(tmp_path / "found.json").get("tpc-pull", probe)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(probed) == 1


def test_probe_that_fails_is_left_to_the_next(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "found.json")
    with pytest.raises(AssertionError):
        notebook.get("tpc-pull", never)
    assert notebook.get("tpc-pull", lambda: THERE) == THERE


def surveyed(tmp_path: Path, writable: Capability) -> Capability:
    """What a survey says of authz-query, where another worker has found it already."""
    notebook = Notebook(tmp_path / "found.json")
    notebook.get("tls", lambda: replace(THERE, proof="the other's"))
    recorder = Recorder(tmp_path, Redactor())
    site = Endpoint("site", url="https://se.example.org/")
    ground = Ground(Client(site, site.identity, recorder), "/place", None)
    found = Survey(site, ground, writable, notebook=notebook)._probed("tls")
    recorder.close()
    return found


def test_survey_takes_over_what_another_worker_found(tmp_path: Path) -> None:
    assert surveyed(tmp_path, THERE).proof == "the other's"


def test_survey_that_cannot_write_keeps_to_itself(tmp_path: Path) -> None:
    assert surveyed(tmp_path, LACKING).proof == "its URL is https"


def joined(*records: EndpointRecord) -> EndpointRecord:
    (found,) = read_run([HEAD, *map(to_line, records)]).endpoints
    return found


def test_record_tells_what_each_worker_found_out() -> None:
    one = replace(SITE, capabilities={"tls": THERE}, software="dCache/9.2")
    other = replace(SITE, capabilities={"xattr": LACKING})
    found = joined(SITE, one, other)
    assert found.capabilities == {"tls": THERE, "xattr": LACKING}
    assert found.software == "dCache/9.2"


def test_what_one_worker_lacked_is_lacking_in_the_record() -> None:
    one = replace(SITE, capabilities={"writable": LACKING})
    other = replace(SITE, capabilities={"writable": THERE})
    assert joined(SITE, one, other).capabilities == {"writable": LACKING}
    assert joined(SITE, other, one).capabilities == {"writable": LACKING}

"""Recordings: how they are found, asked for, and read."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

import suites
from fixtures.recordings import Recording, Recordings, Studio
from fixtures.recordings.recording import Act, Entry, entry, names, recording
from fixtures.recordings.scene import Scene
from fixtures.recordings.studio import RecordingFailed
from harness.client import Client, Transfer
from harness.endpoints import Endpoint
from harness.endpoints.endpoint import Limits
from harness.model import Body, Capability, Exchange, Piece
from harness.problems import Blocked, NotApplicable, Untested
from harness.recorder import Recorder
from harness.redact import Redactor
from harness.remote_party import Door, FarFile, ListeningParty, RemoteParty
from harness.remote_party.seen import Seen

MARKER = b"Perf Marker\nTimestamp: 1537788010\nStripe Bytes Transferred: %d\nEnd\n"


@pytest.fixture
def party() -> RemoteParty:
    made = ListeningParty({"tls": Door()})
    made.close()
    return made


def far_that_moved(party: RemoteParty, *steps: tuple[float, int]) -> FarFile:
    """A far file whose one GET moved so many bytes by these monotonic seconds."""
    far = party.source()
    seen = Seen(far.nonce, "GET", "/", (), 100.0, "tls", 1, ("127.0.0.1", 1))
    seen.steps += steps
    party.log.add(seen)  # type: ignore[attr-defined]
    return far


def recorded(far: FarFile, *pieces: tuple[float, bytes], status: int = 202) -> Recording:
    """A recording that began at second 100, with these chunks in its answer."""
    chunks = tuple(Piece(at, len(data), "", data) for at, data in pieces)
    body = Body.of(b"".join(data for _, data in pieces))
    exchange = Exchange(
        "x-1", "e", "client", "", "COPY", "", status=status, pieces=chunks, body=body
    )
    return Recording(Transfer(exchange), far, "/path", 100.0)


def test_every_recording_that_a_check_names_is_in_the_table() -> None:
    wanted = set()
    for module in pkgutil.iter_modules(suites.__path__):
        checks = vars(importlib.import_module(f"suites.{module.name}")).values()
        wanted |= {name for check in checks for name in getattr(check, "recordings", ())}
    assert wanted
    assert wanted <= set(names())


def test_name_that_is_not_in_the_table_is_told_with_those_that_are() -> None:
    with pytest.raises(LookupError, match="slow-pull"):
        entry("quick-pull")


def test_name_is_given_only_once() -> None:
    with pytest.raises(LookupError, match="two recordings"):
        recording("slow-pull", (), seconds=1)(lambda scene: pytest.fail("never played"))


def test_recording_that_no_check_asked_for_is_told_with_the_remedy() -> None:
    with pytest.raises(LookupError, match="@recorded"):
        Recordings({})["slow-pull"]


@pytest.mark.parametrize("end", [Blocked("no"), NotApplicable("no"), Untested("no")])
def test_end_of_a_recording_reaches_the_check(end: Exception) -> None:
    future: Future[Recording] = Future()
    future.set_exception(end)
    with pytest.raises(type(end), match="no"):
        Recordings({"slow-pull": future})["slow-pull"]


def test_fault_of_a_recording_names_it() -> None:
    future: Future[Recording] = Future()
    future.set_exception(KeyError("boom"))
    with pytest.raises(Exception, match=r"recording slow-pull: KeyError\('boom'\)"):
        Recordings({"slow-pull": future})["slow-pull"]


def test_markers_are_chosen_by_what_the_far_side_had_moved(party: RemoteParty) -> None:
    far = far_that_moved(party, (101.0, 500), (103.0, 900))
    made = recorded(far, (0.5, MARKER % 0), (2.0, MARKER % 500), (4.0, MARKER % 900))
    assert [m.stripe_bytes for m in made.told()] == [0, 500, 900]
    assert [m.stripe_bytes for m in made.told(moved=500)] == [500, 900]
    assert made.moved_by(102.9) == 500


def test_refused_transfer_blocks_what_would_read_its_markers(party: RemoteParty) -> None:
    with pytest.raises(Blocked, match="403"):
        recorded(party.source(), status=403).told()


def test_transfer_without_markers_says_that_none_came(party: RemoteParty) -> None:
    with pytest.raises(NotApplicable, match="no marker came"):
        recorded(party.source(), (1.0, b"success: Created\n")).told()


def test_endpoint_that_cannot_be_reached_fails_every_recording(
    party: RemoteParty, recorder: Recorder
) -> None:
    endpoint = Endpoint("gone", url="https://127.0.0.1:1/")
    studio = Studio([(endpoint, ["slow-pull"])], lambda _: party, recorder)
    studio.begin()
    with pytest.raises((Blocked, NotApplicable, Untested)):
        studio.of("gone")["slow-pull"]
    studio.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("recordings-")]


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    made = Recorder(tmp_path, Redactor())
    yield made
    made.close()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> dict[str, Entry]:
    """A table of its own, and an endpoint that needs no preparation."""

    @contextmanager
    def ready(endpoint: Endpoint, client: Client) -> Iterator[tuple[str, Capability]]:
        yield "/place", Capability(True, "declared")

    table: dict[str, Entry] = {}
    monkeypatch.setattr("fixtures.recordings.recording._table", table)
    monkeypatch.setattr(sys.modules[Studio.__module__], "prepared", ready)
    return table


def studio_of(table: dict[str, Entry], party: RemoteParty, recorder: Recorder, room: int) -> Studio:
    endpoint = Endpoint("one", url="https://127.0.0.1:1/", limits=Limits(parallel=room + 1))
    return Studio([(endpoint, list(table))], lambda _: party, recorder)


def test_act_waits_until_the_one_before_is_calm(
    stage: dict[str, Entry], party: RemoteParty, recorder: Recorder
) -> None:
    played, ended = list[str](), threading.Event()

    def first(scene: Scene) -> Recording:
        time.sleep(0.05)
        played.append("first")
        scene.calm.set()
        assert ended.wait(5)
        return recorded(party.source())

    def last(scene: Scene) -> Recording:
        played.append("last")
        ended.set()
        return recorded(party.source())

    recording("last", (), seconds=9, act=Act.ALONE)(last)
    recording("first", (), seconds=1, act=Act.CANCELLING)(first)
    studio = studio_of(stage, party, recorder, room=4)
    studio.begin()
    assert all(studio.of("one").values())
    studio.close()
    assert played == ["first", "last"]


def test_recordings_keep_to_the_limit_of_the_endpoint(
    stage: dict[str, Entry], party: RemoteParty, recorder: Recorder
) -> None:
    at_once, most, lock, pair = [0], [0], threading.Lock(), threading.Barrier(2)

    def play(scene: Scene) -> Recording:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        pair.wait(20)
        with lock:
            at_once[0] -= 1
        return recorded(party.source())

    for number in range(8):
        recording(f"number-{number}", (), seconds=1)(play)
    studio = studio_of(stage, party, recorder, room=2)
    studio.begin()
    assert len(list(studio.of("one").values())) == 8
    studio.close()
    assert most == [2]


def test_run_that_ends_breaks_recordings_off(
    stage: dict[str, Entry], party: RemoteParty, recorder: Recorder
) -> None:
    far = party.source()

    def wait(scene: Scene) -> Recording:
        scene.far_until(far, lambda seen: False, within=60)
        return pytest.fail("it was not broken off")

    recording("wait", (), seconds=60)(wait)
    studio = studio_of(stage, party, recorder, room=1)
    studio.begin()
    studio.close()
    with pytest.raises(RecordingFailed, match="BrokenOff"):
        studio.of("one")["wait"]


def test_endpoint_without_recordings_has_an_empty_shelf(party: RemoteParty) -> None:
    assert dict(Studio([], lambda _: party, None).of("any")) == {}  # type: ignore[arg-type]

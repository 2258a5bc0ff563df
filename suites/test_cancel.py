"""Cancellation by going away, and transfers that die in the middle (readings C01 to C03)."""

import time

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.client import Ask
from harness.client.client import PLAINLY
from suites.test_result_line import judge_failure_line

PULLS = (
    "reset-pull",
    "cancelled-pull",
    "early-cancelled-pull",
    "early-reset-pull",
    "late-cancelled-pull",
    "late-reset-pull",
)
"""Close and reset: in the middle, before the first byte, and after the last."""

PUSHES = ("cancelled-push", "reset-push", "early-cancelled-push", "early-reset-push")
LATE_PUSHES = ("late-cancelled-push", "late-reset-push")

STILL = 10.0
"""Seconds without a byte after which we believe that a transfer has stopped."""


@requirement("CANCEL-001")
@recorded("cancelled-pull")
def test_pull_stops_when_its_client_goes_away(recordings):
    judge_stop(recordings["cancelled-pull"])


@requirement("CANCEL-002")
@recorded(*PUSHES)
@pytest.mark.parametrize("name", PUSHES)
def test_push_stops_when_its_client_goes_away(recordings, name):
    made = recordings[name]
    size, got = made.far.scenario.size, made.far.received
    part = got is not None and len(got) < size
    told = f"{len(got or b'')} of {size} bytes, sent as if they were all"
    expect.that(not part, "no part passed off as the file", told, made.transfer, severe=True)
    judge_stop(made)
    words = "the PUT left incomplete and its connection closed"
    expect.that(made.far.received is None, words, "the PUT was completed", made.transfer)
    expect.that(made.cut.released is not None, words, state(made), made.transfer)


@requirement("CANCEL-002", "INTEG-002")
@recorded(*LATE_PUSHES)
@pytest.mark.parametrize("name", LATE_PUSHES)
def test_push_cancelled_after_its_last_byte_ends_either_way(judge, recordings, name):
    made = recordings[name]
    with judge("INTEG-002"):
        words = "no success before the destination has answered its PUT"
        expect.that(not made.transfer.succeeded, words, made.transfer, made.transfer, severe=True)
    with judge("CANCEL-002"):
        expect.control(not made.transfer.failed, f"failed by itself: {made.transfer}")
        words = "the connection to the destination closed, or the file complete there"
        expect.that(made.cut.released is not None, words, state(made), made.transfer)
        whole = made.far.received in (None, made.far.content)
        expect.that(whole, "nothing there, or the whole file", "another file", made.transfer)


@requirement("CANCEL-003")
@recorded("cancelled-pull", "reset-pull")
@pytest.mark.parametrize("name", ["cancelled-pull", "reset-pull"])
def test_cancelled_pull_leaves_its_target_usable(client, recordings, name):
    made = recordings[name]
    words = "the connections to the source closed"
    expect.that(made.cut.released is not None, words, state(made), made.transfer)
    again = made.cut.again
    expect.success(again.transfer)
    expect.content(client.get(again.path), again.far.content)


@requirement("CANCEL-005")
@recorded(*PULLS, *PUSHES)
@pytest.mark.parametrize("name", [*PULLS, *PUSHES])
def test_every_way_of_going_away_cancels(recordings, name):
    made = recordings[name]
    judge_stop(made)
    if not made.data:
        words = "the request that is not answered yet given up"
        expect.that(made.cut.released is not None, words, state(made), made.transfer)


@requirement("CANCEL-006")
@recorded(*PULLS)
@pytest.mark.parametrize("name", PULLS)
def test_what_a_cancelled_pull_leaves_is_not_shown_as_complete(recordings, name):
    made = recordings[name]
    head, get = made.cut.after
    if get.body.content == made.far.content:  # all had come: it may as well be there
        expect.noted("the whole file is there")
        return
    judge_remains(head, get, size=made.far.scenario.size)


@requirement("CANCEL-007")
def test_half_an_upload_is_not_shown_as_complete(client, new_path):
    size = 100_000
    url = client.url(new_path)
    headers = (("Content-Length", str(size)), *client.authorization(url))
    live = client.send(Ask("PUT", url, headers, body=b"x" * (size // 2)))
    cut_off = client.closed(live)
    expect.control(cut_off.status in (0, *range(300, 600)), f"answered {cut_off.status}", cut_off)
    appeared(client, new_path)
    judge_remains(client.head(new_path), client.get(new_path), size=size)


@requirement("MARK-021", "CANCEL-006", "CANCEL-008")
@pytest.mark.usefixtures("pull_works")
def test_transfer_that_dies_in_the_middle_is_reported_as_failed(judge, client, party, new_path):
    size = 4_000_000
    # without a digest, so that nothing but the missing half tells
    far = party.source(size=size, reset_at=size // 2, ranges=False, digest="none")
    copy = client.pull(far.url, new_path, **PLAINLY)
    with judge("CANCEL-008"):
        expect.control(bool(far.asked("GET")) or copy.failed, f"no GET came: {copy}", copy)
        expect.failure(copy, severe=True)
    with judge("MARK-021"):
        judge_failure_line(copy)
    with judge("CANCEL-006"):
        judge_remains(client.head(new_path), client.get(new_path), size=size)


@requirement("CANCEL-009")
@recorded("cancelled-beside")
def test_cancelling_one_transfer_leaves_another_running(client, recordings):
    other = recordings["cancelled-beside"].beside
    expect.success(other.transfer)
    expect.content(client.get(other.path), other.far.content)


def judge_stop(made):
    """The far side moves no more bytes within the deadline, and the file is not completed."""
    last = max((seen.steps[-1][0] for seen in made.data), default=made.cut.left)
    quiet = made.cut.left + made.cut.watched - last
    stopped = made.cut.released is not None or quiet > STILL
    complete = any(seen.ended == "answered" for seen in made.data)
    words = "the transfer stopped within 60 s of the client's departure"
    expect.that(stopped and not complete, words, state(made), made.transfer)


def state(made):
    """What the far side saw after the client had gone, in words."""
    late = made.moved_by(made.cut.left + made.cut.watched) - made.moved_by(made.cut.left)
    closed = made.cut.released
    when = "open" if closed is None else f"closed after {closed - made.cut.left:.1f} s"
    return f"connection {when}, {late} bytes moved after the client left"


def judge_remains(*answers, size):
    """HEAD and GET of a target that was not completed: absent, or smaller than the source."""
    seen = [f"{a.method} {a.status}, Content-Length {a.header('content-length')}" for a in answers]
    expect.noted("; ".join(seen))
    full = [a for a in answers if a.status == 200 and a.header("content-length") == str(size)]
    expect.that(not full, f"not {size} bytes, which never came", "; ".join(seen), *answers)


def appeared(client, path):
    """Give the server a second to store what it got; it may as well drop it."""
    deadline = time.monotonic() + 1.0
    while client.head(path).status != 200 and time.monotonic() < deadline:
        time.sleep(0.1)

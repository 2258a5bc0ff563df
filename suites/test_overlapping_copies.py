"""Two things at once with one file: a copy and a reader, or two copies to one name."""

from __future__ import annotations

from fixtures.waiting import eventually
from harness import expect
from harness.checks import requirement
from harness.client import PLAINLY
from harness.client.client import named
from harness.client.transfer import Transfer

PAUSE = 1.5
"""Seconds in which the source stands still and the target is looked at."""


@requirement("INTEG-028")
def test_file_under_copy_is_not_served_half_written(client, party, new_path):
    far = party.source(size=200_000, pause_at=100_000, pause=PAUSE, digest="none")
    live = begun(client, far, new_path)
    live.until(lambda x: x.over or bool(far.asked("GET")), within=30)
    answers = []
    while far.asked("GET") and not live.until(lambda x: x.over, within=PAUSE / 5):
        answers.append(client.get(new_path))
        if live.elapsed > 30:
            break
    copy = Transfer(client.closed(live.finish(within=60)))
    expect.control(copy.succeeded, f"the copy fails: {copy}", copy)
    expect.control(bool(answers), "the copy was over before the file could be looked at", copy)
    whole = [a for a in answers if a.status == 200 and a.complete]
    half = [a for a in whole if a.body.content != far.content]
    expect.noted(f"GET during the copy: {sorted({a.status for a in answers})}")
    told = f"200 and {half[0].body.size} of {len(far.content)} bytes" if half else "nothing of it"
    expect.that(not half, "no file, or the whole file", told, copy, *half[:1])
    expect.content(client.get(new_path), far.content)


@requirement("INTEG-029")
def test_two_copies_to_one_name_leave_one_whole_file(client, party, new_path):
    first = party.source(size=300_000, seed=2, pause_at=100_000, pause=0.6, digest="none")
    second = party.source(size=250_000, seed=3, pause_at=120_000, pause=0.9, digest="none")
    running = [begun(client, far, new_path) for far in (first, second)]
    copies = [Transfer(client.closed(live.finish(within=60))) for live in running]
    ends = f"{copies[0]}; {copies[1]}"
    expect.control(any(c.succeeded for c in copies), f"neither copy succeeds: {ends}", *copies)
    found = eventually(lambda: client.get(new_path), lambda x: x.status == 200, within=5)
    is_whole = found.status == 200 and found.body.content in (first.content, second.content)
    told = f"{found.status}, {found.body.size} bytes that are neither file; {ends}"
    expect.that(is_whole, "one of the two files", told, *copies, found, severe=True)
    expect.noted(f"two copies to one name: {ends}")


def begun(client, far, path):
    return client.begin(path, named({"source": far.url, **PLAINLY}))

"""Many third-party copies at once: what they leave of the server for others."""

from concurrent.futures import ThreadPoolExecutor

from harness import expect
from harness.checks import requirement, slow
from harness.client import PLAINLY, Transfer
from harness.client.client import named
from harness.problems import NotApplicable, Untested

MANY = 24
AT_ONCE = 16
"""Transfers of which each has to end, at most; a site's limit may be lower."""
ANSWERED = 20
"""Seconds in which a request is answered though many transfers wait."""
LATE = 4
"""Seconds after which a source answers that it cannot."""


@requirement("TPC-064")
def test_waiting_transfers_leave_room_for_other_requests(client, party, new_path):
    if client.endpoint.limits.parallel < MANY:
        allowed = client.endpoint.limits.parallel
        raise Untested(f"limits: parallel: {allowed} is less than the {MANY} it takes to tell")
    far = party.source(size=4000, stall_at=500, digest="none")
    headers = (("Source", far.url), *named(PLAINLY))
    copies = [client.begin(f"{new_path}-0", headers, within=ANSWERED)]
    copies += [client.open("COPY", f"{new_path}-{n}", headers) for n in range(1, MANY)]
    try:
        far.wait(lambda seen: len(seen) >= MANY, within=3)  # a server may queue some
        running = len(far.asked("GET"))
        asked = client.open("OPTIONS", new_path)
        asked.until(lambda x: x.reader.head is not None, within=ANSWERED)
        answer = client.closed(asked)
    finally:
        first, *_ = [client.closed(copy) for copy in copies]
    expect.control(running > 0, f"no transfer is under way: {first.status}", first)
    told = f"{answer.status or 'nothing'} while {running} of {MANY} transfers wait"
    expect.that(answer.status > 0, f"an answer within {ANSWERED} s", told, answer, first)


@requirement("TPC-066")
def test_each_of_many_transfers_ends_in_its_own_result(client, party, new_path):
    count = min(AT_ONCE, client.endpoint.limits.parallel)
    if count < 2:
        raise NotApplicable("the endpoint's limits allow one transfer at a time")
    sources = [party.source(size=3000, seed=seed, hold=0.5) for seed in range(1, count + 1)]
    copies = all_at_once(client, new_path, sources)
    told = [str(copy) for copy in copies if not copy.succeeded and not copy.failed]
    expect.that(not told, f"{count} results, one for each", told, *copies)
    stored = [n for n, copy in enumerate(copies) if copy.succeeded]
    expect.control(len(stored) > 1, f"hardly one succeeds: {copies[0]}", *copies)
    for number in stored:
        expect.content(client.get(f"{new_path}-{number}"), sources[number].content)


def all_at_once(client, path, sources):
    """Pulls to numbered paths, side by side."""
    paths = [f"{path}-{number}" for number in range(len(sources))]
    with ThreadPoolExecutor(len(sources)) as pool:
        pulls = [
            pool.submit(client.pull, s.url, p, **PLAINLY)
            for s, p in zip(sources, paths, strict=True)
        ]
        return [pull.result() for pull in pulls]


@slow
@requirement("INTEG-030")
def test_pull_that_fails_late_leaves_what_another_has_stored(client, party, new_path):
    late, far = party.source(hold=LATE, get_status=500, head_status=500), party.source(size=3000)
    first = client.open("COPY", new_path, (("Source", late.url), *named(PLAINLY)))
    asked = late.wait(bool, within=20)
    copy = client.pull(far.url, new_path, **PLAINLY)
    stored = client.get(new_path)
    raced = asked and copy.succeeded and not first.until(lambda x: x.over, within=0.1)
    failed = Transfer(client.closed(first.finish(within=client.patience)))
    if not raced or stored.status != 200 or stored.body.content is None:
        raise NotApplicable(f"no second transfer beside the first: {copy}", (copy.exchange,))
    expect.control(failed.failed, f"the first pull does not fail: {failed}", failed)
    # whether it is what the source has is INTEG-001's matter
    expect.content(client.get(new_path), stored.body.content)

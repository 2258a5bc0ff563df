"""Many third-party copies at once: what they leave of the server for others."""

from harness import expect
from harness.checks import requirement
from harness.client import PLAINLY
from harness.client.client import named

MANY = 24
ANSWERED = 20
"""Seconds in which a request is answered though many transfers wait."""


@requirement("TPC-064")
def test_waiting_transfers_leave_room_for_other_requests(client, party, new_path):
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

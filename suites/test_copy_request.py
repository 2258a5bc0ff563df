"""How a third-party COPY is accepted and answered (HTTP-TPC technical details, Response)."""

from urllib.parse import urlsplit

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.client import PLAINLY, Transfer
from harness.client.client import named
from harness.problems import NotApplicable
from harness.wire.multistatus import parse_multistatus
from harness.wire.problem import SyntaxProblem

PROMPT = 20
"""Seconds a status line may take (the probe of TPC-014)."""


@requirement("TPC-001")
def test_copy_to_or_from_another_server_is_carried_out(client, party, new_path, existing):
    source, destination = party.source(), party.destination()
    pull = client.pull(source.url, new_path, **PLAINLY)
    push = client.push(existing.path, destination.url, **PLAINLY)
    pulled = pull.succeeded and bool(source.asked("GET"))
    pushed = push.succeeded and bool(destination.asked("PUT"))
    seen = f"pull: {pull}, push: {push}"
    expect.that(pulled or pushed, "one direction that works", seen, pull, push)
    for copy, far in ((pull, source), (push, destination)):
        contacted = bool(far.requests) or not copy.succeeded
        expect.that(contacted, "no success without a request to the other server", copy, copy)


@requirement("TPC-005")
@pytest.mark.usefixtures("copy_works")
def test_source_and_destination_together_are_refused(client, party, existing):
    source, destination = party.source(), party.destination()
    both = (("Source", source.url), ("Destination", destination.url), *named(PLAINLY))
    copy = client.copy(existing.path, both)
    expect.refused(copy)
    moved = source.asked("GET") + destination.asked("PUT")
    methods = ", ".join(seen.method for seen in moved)
    expect.that(not moved, "no data request", f"{methods} at the other server", copy)


@requirement("TPC-006")
@pytest.mark.usefixtures("copy_works")
def test_neither_source_nor_destination_is_a_client_error(client, existing):
    copy = client.copy(existing.path, named(PLAINLY))
    expect.that(400 <= copy.status < 500, ("status 400", "another 4xx"), copy, copy)


@requirement("TPC-013", "TPC-016")
def test_accepted_pull_is_answered_202(judge, client, party, new_path):
    far = party.source(size=5000, pause_at=2000, pause=0.4)
    copy = client.pull(far.url, new_path, **PLAINLY)
    stored = client.get(new_path)
    finished = stored.body.content == far.content and not copy.streamed
    with judge("TPC-013"):
        expect.control(copy.status < 300, f"the pull is not accepted: {copy}", copy)
        expect.status(copy, 202, 204, 207, tolerated=() if finished else (201,))
        expect.control(bool(far.requests), f"{copy}, and nothing was asked of the source", copy)
    with judge("TPC-016"):
        expect.control(copy.status != 0, f"{copy}", copy)
        if copy.status != 201 or copy.streamed:
            words = f"not answered by a 201 that stands alone: {copy}"
            raise NotApplicable(words, (copy.exchange,))
        expect.content(stored, far.content)


@requirement("TPC-014")
def test_status_line_does_not_wait_for_the_data(client, party, new_path):
    far = party.source(size=5000, pause_at=0, pause=PROMPT + 5)
    live = client.begin(new_path, (("Source", far.url), *named(PLAINLY)), within=PROMPT)
    words = f"after {live.elapsed:.1f} s"
    asked = far.wait(bool, within=5)
    copy = Transfer(client.closed(live))
    words = f"{copy}, {words}"
    expect.that(copy.status != 0, f"a status line within {PROMPT} s", words, copy)
    expect.that(not copy.failed, "acceptance of a transfer that has begun", words, copy)
    expect.control(asked, f"{copy}, and nothing was asked of the source", copy)


@requirement("TPC-017")
@pytest.mark.usefixtures("pull_works")
def test_204_speaks_of_a_file_that_was_replaced(client, party, existing, new_path):
    far = party.source(size=5000, pause_at=2000, pause=0.4)
    over = client.pull(far.url, existing.path, **PLAINLY)
    if over.status == 204:
        expect.content(client.get(existing.path), far.content)
    new = client.pull(party.source().url, new_path, **PLAINLY)
    expect.that(new.status != 204, "no 204 for a file that was not there", new, new)
    if over.status != 204:
        words = f"never answers 204: {over} over an existing file, {new} for a new one"
        raise NotApplicable(words, (over.exchange, new.exchange))


@requirement("TPC-018")
def test_207_is_a_multistatus_that_tells_of_every_failure(client, party, new_path):
    copies = [
        client.pull(far.url, new_path, **PLAINLY)
        for far in (party.source(), party.source(exists=False))
    ]
    seen = [copy for copy in copies if copy.status == 207]
    if not seen:
        words = " and ".join(str(copy) for copy in copies)
        raise NotApplicable(f"never answers 207 here, but {words}", (copies[0].exchange,))
    for copy in seen:
        _verify_multistatus(copy)


def _verify_multistatus(copy):
    try:
        found = parse_multistatus(copy.exchange.body.content or b"")
    except SyntaxProblem as problem:
        expect.that(False, "a DAV multistatus", str(problem), copy)
        return
    failures = found.failures()
    words = f"{len(found.entries)} entries, failures {failures}"
    expect.that(bool(found.entries), "at least one response", words, copy)
    expect.that(not (failures and copy.succeeded), "no success beside a failure", words, copy)


@requirement("TPC-052")
def test_data_flow_between_the_servers_and_not_through_us(client, party, new_path):
    far = party.source(size=4000)
    copy = client.pull(far.url, new_path, **PLAINLY)
    expect.success(copy)
    body = copy.exchange.body.content or b""
    expect.that(far.content[:64] not in body, "no file content in the answer to COPY", copy, copy)
    _verify_address(client, new_path, {seen.peer[0] for seen in far.requests}, copy)


def _verify_address(client, path, addresses, copy):
    """The data connection may come from any node of the endpoint, but not from our address."""
    live = client.open("HEAD", path)
    asked = client.closed(live.finish(within=PROMPT))
    ours, theirs = (_address(place) for place in (live.local, live.peer))
    expect.control(bool(ours and theirs), "no connection to compare addresses with", asked)
    strange = ours in addresses and ours != theirs
    seen = f"data connections from {', '.join(sorted(addresses))}"
    expect.that(not strange, f"data connections from the endpoint, not from {ours}", seen, copy)
    expect.noted(f"{seen}; the endpoint is {theirs}")


def _address(place):
    return urlsplit(f"//{place}").hostname if place.count(":") == 1 else place.rpartition(":")[0]


@requirement("TPC-048")
@recorded("paused-pull")
def test_long_pull_is_answered_while_it_runs(recordings):
    seen = recordings["paused-pull"]
    copy, sent = seen.transfer, [at for request in seen.data for at, _ in request.steps]
    expect.control(bool(sent), f"no byte was asked for: {copy}", copy.exchange)
    heard = [seen.at(marker) for marker in copy.markers]
    words = f"{len(heard)} markers, the first "
    words += f"{heard[0] - seen.began:.0f} s after the request" if heard else "never came"
    early = bool(heard) and heard[0] < max(sent)
    expect.that(early, "markers before the last byte was sent", f"{copy}; {words}", copy)

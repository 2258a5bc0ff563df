"""Performance markers as a stream: their form, their boundaries, their timing.

HTTP-TPC technical details, "Monitoring copy progress"; readings B01 to B06.
"""

from itertools import pairwise

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.client import PLAINLY
from harness.problems import NotApplicable
from harness.wire.markers import MarkerFault

TRANSFERS = ("slow-pull", "paused-pull", "slow-push")
each_transfer = pytest.mark.parametrize("name", TRANSFERS)

LONGEST_GAP = 30.0
"""Seconds (B06)."""

FRAME = {
    MarkerFault.ODD_OPENING,
    MarkerFault.ODD_ENDING,
    MarkerFault.END_WITHOUT_MARKER,
    MarkerFault.NESTED_MARKER,
    MarkerFault.UNENDED_MARKER,
    MarkerFault.RESULT_INSIDE_MARKER,
    MarkerFault.UNKNOWN_LINE,
}
PAIR = {MarkerFault.NO_SEPARATOR, MarkerFault.ODD_SEPARATOR, MarkerFault.NO_VALUE}


@requirement("MARK-002")
@recorded(*TRANSFERS)
@each_transfer
def test_marker_is_never_spread_over_chunks(recordings, name):
    made = recordings[name]
    made.told()
    if made.exchange.framing != "chunked":
        raise NotApplicable(f"the body is not chunked: {made.exchange.framing}", (made.exchange,))
    split = noted(made, {MarkerFault.SPLIT_MARKER})
    expect.that(not split, "each marker within one chunk", split, made.transfer)
    shared = noted(made, {MarkerFault.SHARED_CHUNK})
    expect.preferably(not shared, "one marker in each chunk", shared, made.transfer)


@requirement("MARK-003")
@recorded("paused-pull")
def test_markers_come_while_the_transfer_runs(recordings):
    made = recordings["paused-pull"]
    expect.control(made.transfer.streamed, f"not accepted: {made.transfer}", made.transfer)
    lasted = made.data[-1].steps[-1][0] - made.began if made.data else 0.0
    expect.control(lasted > 10, f"the data came within {lasted:.1f} s", made.transfer)
    early = [at for at in told_at(made) if at < lasted - 1]
    words = f"markers during the {lasted:.0f} s in which data moved"
    expect.that(bool(early), words, f"markers after {told_at(made)} s", made.transfer)


@requirement("MARK-004")
@recorded("paused-pull", "stalled-pull")
@pytest.mark.parametrize("name", ["paused-pull", "stalled-pull"])
def test_no_thirty_seconds_pass_without_a_marker(recordings, name):
    made = recordings[name]
    expect.control(made.transfer.streamed, f"not accepted: {made.transfer}", made.transfer)
    lasted = made.exchange.seconds
    expect.control(lasted > LONGEST_GAP, f"over after {lasted:.1f} s", made.transfer)
    ends = [0.0, *told_at(made), lasted]
    gap = max(later - earlier for earlier, later in pairwise(ends))
    words = f"gaps below {LONGEST_GAP:g} s"
    expect.that(gap < LONGEST_GAP, words, f"a gap of {gap:.1f} s", made.transfer)


@requirement("MARK-005")
@recorded(*TRANSFERS)
@each_transfer
def test_marker_begins_with_perf_marker_and_finishes_with_end(recordings, name):
    made = recordings[name]
    if not noted(made, FRAME):
        made.told()
    faults = noted(made, FRAME)
    expect.that(not faults, "lines 'Perf Marker' and 'End' around each", faults, made.transfer)
    crlf = noted(made, {MarkerFault.CR_LF})
    expect.preferably(not crlf, "lines ended by LF", crlf, made.transfer)


@requirement("MARK-006")
@recorded(*TRANSFERS)
@each_transfer
def test_marker_lines_are_key_colon_space_value(recordings, name):
    made = recordings[name]
    made.told()
    faults = noted(made, PAIR)
    expect.that(not faults, "inner lines 'Key: value'", faults, made.transfer)


@requirement("MARK-037")
@pytest.mark.parametrize("direction", ["pull", "push"])
def test_short_copy_has_a_marker_too(client, party, existing, new_path, direction):
    if direction == "pull":
        copy = client.pull(party.source(size=300).url, new_path, **PLAINLY)
    else:
        copy = client.push(existing.path, party.destination().url, **PLAINLY)
    expect.control(copy.succeeded, f"a plain {direction} fails: {copy}", copy)
    if not copy.streamed:
        raise NotApplicable(f"there is no stream of progress: {copy}", (copy.exchange,))
    expect.noted(f"{len(copy.markers)} markers in {copy.exchange.seconds:.1f} s")
    expect.that(bool(copy.markers), "at least one marker", "a result line only", copy)


def noted(made, faults):
    """What the parser said of these faults; what stands in the result line's place is not meant."""
    result = made.transfer.progress.result
    place = result.start if result is not None else -1
    notes = made.transfer.progress.problems
    return "; ".join(str(n) for n in notes if n.what in faults and n.where != place)


def told_at(made):
    """Seconds after the request at which progress text arrived, whatever its form."""
    result = made.transfer.progress.result
    last = result.raw.strip() if result is not None else None
    pieces = [
        (p.at, (p.content or b"").decode(errors="replace").strip()) for p in made.exchange.pieces
    ]
    return [round(at, 1) for at, text in pieces if text and text != last]

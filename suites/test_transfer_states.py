"""The marker keys of dCache: State, Stripe Status and the times of the stripe (reading B03)."""

from itertools import pairwise

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.problems import NotApplicable

TRANSFERS = ("slow-pull", "paused-pull", "held-pull", "slow-push")
STATUSES = ("NEW", "QUEUED", "RUNNING", "DONE", "CANCELED")
RUNNING = 10
FLOWING = 200_000
"""Bytes after which the server knows that the transfer has started."""

TIMES = ("Stripe Start Time", "Stripe Last Transferred")
DURATION = "Stripe Transfer Time"
SECONDS = range(10**9, 10**10)


@requirement("MARK-032")
@recorded("held-pull")
def test_marker_before_data_tells_the_state(recordings):
    made = recordings["held-pull"]
    first = made.data[0].steps[0][0] if made.data else float("inf")
    early = [m for m in told(made, "State") if made.at(m) < first]
    if not early:
        raise NotApplicable("no marker with State before the first byte", (made.exchange,))
    words = "State as an integer, with a State description"
    odd = [m.raw for m in early if m.state is None or not m.state_description]
    expect.that(not odd, words, "".join(odd), made.transfer)
    words = "Stripe Index 0 and Total Stripe Count 1, and no byte count"
    odd = [m.raw for m in early if (m.stripe_index, m.stripe_count, m.stripe_bytes) != (0, 1, None)]
    expect.that(not odd, words, "".join(odd), made.transfer)


@requirement("MARK-033")
@recorded("slow-pull", "slow-push")
@pytest.mark.parametrize("name", ["slow-pull", "slow-push"])
def test_marker_of_a_running_transfer_tells_times_of_the_stripe(recordings, name):
    made = recordings[name]
    running = [m for m in told(made, "State", *TIMES, DURATION) if moved(made, m) > FLOWING]
    if not running:
        raise NotApplicable("no such marker after data had begun to flow", (made.exchange,))
    wrong = {m.get("State") for m in running if m.get("State") is not None} - {str(RUNNING)}
    expect.that(not wrong, "State 10", f"State {sorted(wrong)}", made.transfer)
    values = [(key, m.get(key)) for m in running for key in TIMES if m.get(key) is not None]
    odd = [pair for pair in values if not (pair[1].isdigit() and int(pair[1]) in SECONDS)]
    expect.that(not odd, "times in seconds since the epoch", str(odd), made.transfer)
    spans = [(m.get(DURATION), m.arrived) for m in running if m.get(DURATION) is not None]
    odd = [pair for pair in spans if not pair[0].isdigit() or int(pair[0]) > pair[1] + 2]
    expect.that(
        not odd, "a Stripe Transfer Time in seconds", f"(told, passed) {odd}", made.transfer
    )


@requirement("MARK-034")
@recorded(*TRANSFERS)
@pytest.mark.parametrize("name", TRANSFERS)
def test_stripe_status_is_one_of_the_five_words(recordings, name):
    made = recordings[name]
    odd = {m.stripe_status for m in told(made, "Stripe Status")} - {None, *STATUSES}
    expect.that(not odd, ", ".join(STATUSES), str(sorted(odd)), made.transfer)


@requirement("MARK-035")
@recorded("paused-pull")
def test_stripe_last_transferred_shows_that_the_source_stalls(recordings):
    made = recordings["paused-pull"]
    rows = [
        (m.integer("Stripe Start Time"), m.integer("Stripe Last Transferred"), m.timestamp, m)
        for m in told(made, "Stripe Last Transferred")
        if moved(made, m) > FLOWING
    ]
    if not rows:
        raise NotApplicable("no such marker after data had begun to flow", (made.exchange,))
    ordered = all(a is None or (b and c and a <= b <= c + 1) for a, b, c, _ in rows)
    shown = str([row[:3] for row in rows])
    expect.that(ordered, "start <= last transferred <= Timestamp", shown, made.transfer)
    stalled, resumed = pause_of(made)
    waits = [(c - b, made.at(m) - stalled) for _, b, c, m in rows if stalled < made.at(m) < resumed]
    grown = all(told >= passed - 3 for told, passed in waits)
    words = "a distance from Timestamp that grows while the source says nothing"
    expect.that(grown, words, f"(told, passed) {waits}", made.transfer)
    after = [c - b for _, b, c, m in rows if made.at(m) > resumed + 2]
    expect.that(all(d <= 3 for d in after), "a small distance afterwards", shown, made.transfer)


def told(made, *keys):
    """The markers that have one of these keys; only some servers use them."""
    found = [m for m in made.told() if any(m.get(key) is not None for key in keys)]
    if not found:
        raise NotApplicable(f"no marker has {' or '.join(keys)}", (made.exchange,))
    return found


def moved(made, marker):
    """What the far side had moved a second before the marker came."""
    return made.moved_by(made.at(marker) - 1)


def pause_of(made):
    """When the source's longest silence began and when it ended, in monotonic seconds."""
    steps = [when for seen in made.data for when, _ in seen.steps]
    return max(pairwise(steps), key=lambda pair: pair[1] - pair[0])

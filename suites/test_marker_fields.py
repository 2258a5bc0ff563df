"""What a performance marker tells: time, stripes, bytes (readings B01, B02, B08)."""

import datetime
from itertools import pairwise

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.problems import NotApplicable

TRANSFERS = ("slow-pull", "paused-pull", "slow-push")
each_transfer = pytest.mark.parametrize("name", TRANSFERS)

TEN_DIGITS = (10**9, 10**10)
"""Unix times of our days in seconds; milliseconds have three digits more."""

FLOWING = 500_000
"""Bytes after which a server knows, whatever its buffers hold, that something has moved."""

SKEW = 120
"""Seconds by which the clock of a host may be wrong."""

STRIPE = ("Stripe Index", "Stripe Bytes Transferred", "Total Stripe Count")


@requirement("MARK-007")
@recorded(*TRANSFERS)
@each_transfer
def test_timestamp_is_unix_time_in_seconds(recordings, name):
    made = recordings[name]
    odd = [m.get("Timestamp") for m in made.told() if not in_seconds(m.timestamp)]
    expect.that(not odd, "a Timestamp of 10 digits in each", f"Timestamp {odd}", made.transfer)


@requirement("MARK-008")
@recorded(*TRANSFERS)
@each_transfer
def test_timestamp_advances_with_the_clock(recordings, name):
    made = recordings[name]
    told = [(m.arrived, m.timestamp) for m in made.told() if in_seconds(m.timestamp)]
    if not told or told[-1][0] - told[0][0] < 3:
        raise NotApplicable(f"no two Timestamps 3 s apart: {told}", (made.exchange,))
    words = "Timestamps that follow the clock"
    steps = [later[1] - earlier[1] for earlier, later in pairwise(told)]
    expect.that(min(steps) >= 0, words, f"it goes back: {told}", made.transfer)
    drift = max(abs((ts - told[0][1]) - (at - told[0][0])) for at, ts in told)
    expect.that(drift <= 2.5, words, f"{drift:.1f} s beside the arrivals: {told}", made.transfer)
    skew = max(abs(ts - epoch(made) - at) for at, ts in told)
    if skew > SKEW:
        expect.noted(f"the clock of the server differs from ours by {skew:.0f} s")


@requirement("MARK-009")
@recorded(*TRANSFERS)
@each_transfer
def test_marker_has_all_three_stripe_fields_once_bytes_moved(recordings, name):
    made = recordings[name]
    lacking = [k for m in made.told(moved=FLOWING) for k in STRIPE if m.get(k) is None]
    words = ", ".join(STRIPE)
    expect.that(not lacking, words, f"missing {sorted(set(lacking))}", made.transfer)


@requirement("MARK-010")
@recorded(*TRANSFERS)
@each_transfer
def test_stripe_index_is_below_the_stripe_count(recordings, name):
    made = recordings[name]
    told = {(m.get("Stripe Index"), m.get("Total Stripe Count")) for m in made.told(moved=FLOWING)}
    known = {pair for pair in told if None not in pair}
    if not known:
        raise NotApplicable("no marker has both index and count", (made.exchange,))
    odd = {(i, n) for i, n in known if not (i.isdigit() and n.isdigit() and int(i) < int(n))}
    expect.that(not odd, "integers, the index below the count", str(sorted(odd)), made.transfer)
    if known != {("0", "1")}:
        expect.noted(f"index and count are {sorted(known)}, not 0 and 1")


@requirement("MARK-011")
@recorded(*TRANSFERS)
@each_transfer
def test_bytes_transferred_are_whole_and_never_shrink_or_exceed_the_file(recordings, name):
    made = recordings[name]
    written = [v for m in made.told() if (v := m.get("Stripe Bytes Transferred")) is not None]
    if not written:
        raise NotApplicable("no marker has Stripe Bytes Transferred", (made.exchange,))
    words = "byte counts that grow up to the size of the file"
    expect.that(all(v.isdigit() for v in written), words, str(written), made.transfer)
    counts, size = [int(v) for v in written], made.far.scenario.size
    expect.that(max(counts) <= size, words, f"{counts} of {size}", made.transfer)
    retried = len(made.data) > 1
    expect.that(retried or counts == sorted(counts), words, f"{counts} in turn", made.transfer)


@requirement("MARK-011")
@recorded("slow-pull", "paused-pull")
@pytest.mark.parametrize("name", ["slow-pull", "paused-pull"])
def test_bytes_transferred_follow_what_the_source_has_sent(recordings, name):
    made = recordings[name]
    told = [(m.stripe_bytes, made.moved_by(made.at(m))) for m in made.told(moved=FLOWING)]
    known = [(count, sent) for count, sent in told if count is not None]
    if not known:
        raise NotApplicable("no count after the data had begun to flow", (made.exchange,))
    ahead = [pair for pair in known if pair[0] > pair[1] + 65536]
    words = "no more than the source has sent"
    expect.that(not ahead, words, f"(told, sent): {ahead}", made.transfer)
    count, sent = known[-1]
    words = "a count that follows what the source has sent"
    expect.that(count >= sent / 10, words, f"{count} told when {sent} were sent", made.transfer)


def in_seconds(value):
    """Whether it is a Unix time in whole seconds."""
    return value is not None and TEN_DIGITS[0] <= value < TEN_DIGITS[1]


def epoch(made):
    """The Unix time at which the COPY was sent."""
    return datetime.datetime.fromisoformat(made.exchange.started).timestamp()

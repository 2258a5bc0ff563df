"""The line in which a transfer ends (readings A05 and A06)."""

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.client.client import PLAINLY
from harness.problems import NotApplicable
from harness.wire.markers import MarkerFault, ResultKind
from suites.test_progress_framing import ENDINGS, accepted

AFTER = {
    MarkerFault.SECOND_RESULT,
    MarkerFault.MARKER_AFTER_RESULT,
    MarkerFault.TEXT_AFTER_RESULT,
}
MODERN_AND_HISTORIC = ("success: Created", "Success")
"""DPM before 1.13.0 said the latter."""

FAILURES = ("failure", "failed", "Failed", "aborted")

PAGE = "<html>\n<head><title>404</title></head>\n<body>\nsuccess: Created\n</body>\n</html>\n"
"""An error page that would read as a success if its lines were copied into the stream."""


@requirement("MARK-019")
@pytest.mark.parametrize("ending", ENDINGS)
def test_stream_ends_in_exactly_one_result_line(client, party, new_path, ending):
    far = party.source(**ENDINGS[ending])
    copy = client.pull(far.url, new_path, **PLAINLY)
    accepted(copy)
    judge_end(copy)
    expect.control(bool(far.requests), f"{copy}, and nothing was asked of the source", copy)


@requirement("MARK-019")
@recorded("slow-pull", "slow-push")
@pytest.mark.parametrize("name", ["slow-pull", "slow-push"])
def test_stream_with_markers_ends_in_exactly_one_result_line(recordings, name):
    made = recordings[name]
    made.told()
    judge_end(made.transfer)


@requirement("MARK-020", "MARK-031")
def test_success_line_is_success_created(judge, client, party, new_path):
    copy = client.pull(party.source().url, new_path, **PLAINLY)
    accepted(copy)
    expect.control(bool(copy.progress.results), f"no result line: {copy}", copy)
    with judge("MARK-020"):
        expect.control(copy.succeeded, f"a plain pull fails: {copy}", copy)
        line = copy.progress.result.raw
        expect.that(line in MODERN_AND_HISTORIC, "'success: Created'", repr(line), copy)
    with judge("MARK-031"):
        label = copy.exchange.header("content-type")
        expect.noted(f"Content-Type: {label}")
        words = "text/perf-marker-stream"
        expect.that((label or "").split(";")[0] == words, words, str(label), copy)


@requirement("MARK-022")
@pytest.mark.usefixtures("pull_works")
def test_failure_text_stays_on_one_line(client, party, new_path):
    manners = {"get_status": 404, "head_status": 404, "reason": "Gone Astray", "page": PAGE}
    copy = client.pull(party.source(**manners).url, new_path, **PLAINLY)
    accepted(copy)
    expect.that(not copy.succeeded, "no success", copy, copy, severe=True)
    odd = "; ".join(str(n) for n in copy.progress.problems if n.what in AFTER | UNKNOWN)
    expect.that(not odd, "one line that tells why", f"{copy}; {odd}", copy)
    expect.noted(copy.text)


@requirement("MARK-023")
@recorded("stalled-pull")
def test_server_that_gives_up_a_stalled_source_says_so(recordings):
    made = recordings["stalled-pull"]
    expect.control(made.transfer.streamed, f"not accepted: {made.transfer}", made.transfer)
    if not made.ended:
        expect.noted(f"the server still waits after {made.exchange.seconds:.0f} s")
        return
    words = "a line 'aborted: ...', 'failure: ...' or 'failed: ...'"
    expect.that(made.transfer.failed, words, made.transfer, made.transfer)
    expect.noted(f"given up after {made.exchange.seconds:.0f} s: {made.transfer.text}")


UNKNOWN = {MarkerFault.UNKNOWN_LINE, MarkerFault.EMBEDDED_RESPONSE}


def judge_end(copy):
    """Exactly one result line, and nothing after it."""
    end = copy.progress
    known = end.result is not None and end.result.kind is not ResultKind.UNKNOWN
    words = "one line that begins with 'success' or 'failure:'"
    expect.that(known, words, copy, copy)
    odd = "; ".join(str(n) for n in end.problems if n.what in AFTER)
    expect.that(not odd, "nothing after the result line", odd, copy)


def judge_failure_line(copy):
    """MARK-021: ``failure: `` or a historic form of it, with an explanation."""
    if not copy.streamed:
        raise NotApplicable(f"not accepted: {copy}", (copy.exchange,))
    line = copy.progress.result
    good = line is not None and line.word in FAILURES and bool(line.text) and ":" in line.raw
    expect.that(good, "'failure: ' and an explanation", copy, copy, severe=copy.succeeded)

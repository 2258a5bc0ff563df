"""What a client makes of the end of a transfer: success is reported if, and only if, it was one."""

import pytest

from harness import expect
from harness.checks import requirement

BOTH_WAYS = pytest.mark.parametrize("operation", ["pull", "push"])
FAILURE = "failure reported: an exit code other than 0"
SUCCESS = "success reported: exit code 0"


def notices_failure(made, *, severe=True):
    """The active party accepted the COPY, and the client does not take it for done."""
    accepted = any(copy.status in (201, 202) for copy in made.copies)
    expect.control(accepted, f"no COPY was accepted: {made}", *made.evidence)
    expect.that(not made.succeeded, FAILURE, made, *made.evidence, severe=severe)


def takes_for_success(made):
    """The file is there, and the client says so."""
    good = any(line.lower().startswith("success") for line in made.verdicts)
    expect.control(good and made.arrived, f"the transfer itself failed: {made}", *made.evidence)
    expect.that(made.succeeded, SUCCESS, made, *made.evidence)


def takes_markers(made, form):
    """Markers of this form were sent, and they do not keep the client from its success."""
    expect.control(form in made.markers, f"no marker with {form!r} was sent", *made.evidence)
    failed = any(not line.startswith("success") for line in made.verdicts)
    expect.control(not failed, f"the transfer itself failed: {made}", *made.evidence)
    expect.that(made.succeeded, SUCCESS, made, *made.evidence)


@requirement("TPC-015")
@BOTH_WAYS
@pytest.mark.parametrize("scene", ["failure", "failure-after-201", "two-verdicts"])
def test_only_the_final_result_line_decides(attempt, scene, operation):
    plain = attempt("plain", operation)
    true = plain.arrived or not plain.succeeded
    words = "success reported of what has arrived only"
    expect.that(true, words, f"nothing arrived; {plain}", *plain.evidence, severe=True)
    expect.control(plain.succeeded, f"a plain {operation} fails: {plain}", *plain.evidence)
    notices_failure(attempt(scene, operation))


@requirement("MARK-025")
@BOTH_WAYS
@pytest.mark.parametrize("scene", ["failure", "failed", "aborted"])
def test_each_word_for_a_failure_is_known(capable, attempt, scene, operation):
    capable(operation)
    notices_failure(attempt(scene, operation))


@requirement("MARK-028")
@BOTH_WAYS
@pytest.mark.parametrize("scene", ["no-verdict", "cut-stream"])
def test_stream_without_a_verdict_is_no_success(capable, attempt, scene, operation):
    capable(operation)
    notices_failure(attempt(scene, operation))


@requirement("MARK-024")
@BOTH_WAYS
@pytest.mark.parametrize("scene", ["plain", "success-alone", "success-otherwise"])
def test_what_follows_the_word_success_does_not_matter(attempt, capable, scene, operation):
    capable(operation)
    takes_for_success(attempt(scene, operation))


@requirement("MARK-026")
@BOTH_WAYS
def test_words_of_dpm_are_known(attempt, capable, operation):
    capable(operation)
    takes_for_success(attempt("success-of-dpm", operation))
    notices_failure(attempt("failure-of-dpm", operation), severe=False)


@requirement("MARK-027")
@pytest.mark.parametrize(
    ("scene", "form"), [("markers-with-tabs", "\tTimestamp: "), ("markers-of-dcache", "X-New: 1")]
)
def test_markers_of_every_product_are_taken(attempt, capable, scene, form):
    capable("pull")
    takes_markers(attempt(scene, "pull"), form)


@requirement("MARK-036")
def test_marker_may_come_in_pieces(attempt, capable):
    capable("pull")
    takes_markers(attempt("markers-in-pieces", "pull"), "Timestamp: ")


@requirement("MARK-017")
def test_mapped_addresses_do_no_harm(attempt, capable):
    capable("pull")
    takes_markers(attempt("connections-mapped", "pull"), "tcp:[::")


@requirement("MARK-018")
def test_order_and_transport_of_connections_do_not_matter(attempt, capable):
    capable("pull")
    takes_markers(attempt("connections-mixed", "pull"), "udt:")

from __future__ import annotations

import pytest

from reports.html.markers import progress
from reports.html.timeline import timeline
from tests.reports.sample_runs import exchange, marked, marker


def test_markers_arrive_with_the_piece_that_ends_them():
    seen = progress(
        marked("x-1", [(1.0, marker(0)), (6.0, marker(500)), (7.0, "success: Created\n")])
    )
    assert seen is not None
    assert [(m.at, m.bytes) for m in seen.markers] == [(1.0, 0), (6.0, 500)]
    assert (seen.result, seen.ended) == ("success: Created", 7.0)


def test_a_marker_spread_over_pieces_counts_when_it_is_whole():
    text = marker(500)
    seen = progress(marked("x-1", [(1.0, text[:20]), (3.0, text[20:])]))
    assert seen is not None
    assert [m.at for m in seen.markers] == [3.0]


def test_several_markers_in_one_piece_are_several():
    seen = progress(marked("x-1", [(2.0, marker(1) + marker(2))]))
    assert seen is not None
    assert [(m.at, m.bytes) for m in seen.markers] == [(2.0, 1), (2.0, 2)]


def test_stripes_add_up():
    texts = [marker(10, stripe=0, stripes=2), marker(5, stripe=1, stripes=2)]
    seen = progress(marked("x-1", [(1.0, texts[0]), (2.0, texts[1])]))
    assert seen is not None
    assert [m.bytes for m in seen.markers] == [10, 15]


@pytest.mark.parametrize("moved", ["many", "-1", "", "²", "9" * 40])
def test_a_number_that_is_none_moves_nothing(moved):
    seen = progress(marked("x-1", [(1.0, marker(7)), (2.0, marker(moved))]))
    assert seen is not None
    assert [m.bytes for m in seen.markers] == [7, 7]


def test_a_marker_that_never_ends_is_still_shown():
    seen = progress(
        marked("x-1", [(1.0, "Perf Marker\nStripe Bytes Transferred: 3\n")], seconds=9.0)
    )
    assert seen is not None
    assert [(m.bytes, m.stripes, m.timestamp) for m in seen.markers] == [(3, "?", "?")]
    assert seen.result == ""


def test_the_last_result_line_counts():
    texts = [(1.0, marker(1)), (2.0, "failure: first\nsuccess: last")]
    seen = progress(marked("x-1", texts))
    assert seen is not None
    assert seen.result == "success: last"


def test_an_answer_without_markers_has_no_progress():
    assert progress(exchange()) is None
    assert progress(marked("x-1", [(1.0, "success: Created\n")])) is None


def _drawn(texts):
    seen = progress(marked("x-1", texts))
    assert seen is not None
    return timeline(seen)


def test_a_long_silence_is_shaded():
    drawn = _drawn([(1.0, marker(0)), (42.0, marker(100)), (43.0, "success: Created")])
    assert [s.words for s in drawn.silences] == ["41.0 s without a marker"]
    assert drawn.silences[0].width == pytest.approx(41 / 43 * 640, abs=0.2)


def test_silence_before_the_first_and_after_the_last_marker_counts():
    drawn = _drawn([(31.0, marker(0)), (70.0, "success: Created")])
    assert [s.words for s in drawn.silences] == [
        "31.0 s without a marker",
        "39.0 s without a marker",
    ]


def test_time_runs_right_and_bytes_run_up():
    drawn = _drawn([(1.0, marker(10)), (2.0, marker(20)), (4.0, "success: Created")])
    first, second = drawn.dots
    assert first.x < second.x < drawn.end == drawn.right
    assert first.y > second.y == drawn.top
    assert drawn.path.startswith(f"M{first.x} {first.y}H{second.x}V{second.y}H")
    assert drawn.words == "2 performance markers in 4.0 s, 20 B moved, then: success: Created"


def test_a_single_marker_at_once_can_be_drawn():
    drawn = _drawn([(0.0, marker(0))])
    assert drawn.words == "1 performance marker in 0.0 s, 0 B moved, then: no result line"
    assert drawn.silences == ()

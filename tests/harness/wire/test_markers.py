"""Progress bodies: what real servers send, what deviant ones send, and any way to cut them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import Fault
from harness.wire.markers import MarkerFault as F
from harness.wire.markers import ProgressStream, ResultKind, parse_progress

XROOTD = (
    b"Perf Marker\nTimestamp: 1795293583\nStripe Index: 0\nStripe Bytes Transferred: 4849664\n"
    b"Total Stripe Count: 1\nRemoteConnections: tcp:127.0.0.1:9200\nEnd\n"
)
DCACHE = (
    b"Perf Marker\n    Timestamp: 1569403183\n    State: 10\n"
    b"    State description: transfer has started\n    Stripe Index: 0\n"
    b"    Stripe Start Time: 1569403178\n    Stripe Last Transferred: 1569403183\n"
    b"    Stripe Transfer Time: 4\n    Stripe Bytes Transferred: 503928392\n"
    b"    Stripe Status: RUNNING\n    Total Stripe Count: 1\nEnd\n"
)
README = (
    b"Perf Marker\n\tTimestamp: 1360578938\n\tStripe Index: 0\n"
    b"\tStripe Bytes Transferred: 49397760\n\tTotal Stripe Count: 1\nEnd\n"
)
SUCCESS = b"success: Created"
SHORT = b"Perf Marker\nTimestamp: 1\nEnd\n"


def faults(stream: ProgressStream) -> list[Fault]:
    return [note.what for note in stream.problems]


def test_xrootd_stream_with_chunks() -> None:
    stream = parse_progress([(XROOTD, 1.0), (XROOTD, 6.0), (SUCCESS, 8.0)])
    assert stream.problems == ()
    first, second = stream.markers
    assert (first.timestamp, first.stripe_index, first.stripe_bytes) == (1795293583, 0, 4849664)
    assert (first.stripe_count, first.remote_connections) == (1, "tcp:127.0.0.1:9200")
    assert (first.state, first.stripe_status, first.extra) == (None, None, ())
    assert (first.arrived, first.chunk_index, first.whole_chunk) == (1.0, 0, True)
    assert (second.arrived, second.chunk_index, second.start) == (6.0, 1, len(XROOTD))
    assert first.raw.encode() == XROOTD
    assert stream.succeeded
    result = stream.result
    assert result is not None
    assert (result.kind, result.word, result.text) == (ResultKind.SUCCESS, "success", "Created")
    assert (result.raw, result.arrived, result.own_chunk) == ("success: Created", 8.0, True)
    assert not result.newline


def test_dcache_marker() -> None:
    stream = parse_progress(DCACHE + b"failure: rejected GET: 404 Not Found\n")
    assert stream.problems == ()
    (marker,) = stream.markers
    assert (marker.state, marker.state_description) == (10, "transfer has started")
    assert (marker.stripe_status, marker.stripe_bytes) == ("RUNNING", 503928392)
    assert marker.integer("Stripe Last Transferred") == 1569403183
    assert (marker.arrived, marker.chunk_index, marker.whole_chunk) == (None, None, None)
    assert stream.result is not None
    assert stream.result.kind is ResultKind.FAILURE
    assert stream.result.text == "rejected GET: 404 Not Found"
    assert stream.result.newline
    assert stream.result.own_chunk is None
    assert not stream.succeeded


@pytest.mark.parametrize("body", [README, XROOTD, DCACHE, SHORT])
def test_documented_forms_are_clean(body: bytes) -> None:
    stream = parse_progress(body + body + SUCCESS + b"\n")
    assert stream.problems == ()
    assert len(stream.markers) == 2


@pytest.mark.parametrize(
    ("line", "kind", "text", "expected"),
    [
        (b"success: Created", ResultKind.SUCCESS, "Created", []),
        (b"success", ResultKind.SUCCESS, "", []),
        (b"Success", ResultKind.SUCCESS, "", [F.OTHER_RESULT_WORD]),
        (b"success whatever", ResultKind.SUCCESS, "whatever", [F.ODD_RESULT]),
        (b"failure: x", ResultKind.FAILURE, "x", []),
        (b"failure:", ResultKind.FAILURE, "", [F.NO_RESULT_TEXT]),
        (b"failed: x", ResultKind.FAILURE, "x", [F.OTHER_RESULT_WORD]),
        (b"Failed: x", ResultKind.FAILURE, "x", [F.OTHER_RESULT_WORD]),
        (b"aborted: x", ResultKind.FAILURE, "x", [F.OTHER_RESULT_WORD]),
        (b" failure: x", ResultKind.FAILURE, "x", [F.INDENTED_RESULT]),
        (b"failure: \xff", ResultKind.FAILURE, "\\xff", []),
        (b"OK", ResultKind.UNKNOWN, "OK", [F.UNKNOWN_LINE]),
        (b"error: x", ResultKind.UNKNOWN, "error: x", [F.UNKNOWN_LINE]),
        (b"HTTP/1.1 500 x", ResultKind.UNKNOWN, "HTTP/1.1 500 x", [F.EMBEDDED_RESPONSE]),
        (b"success: Created\r\n", ResultKind.SUCCESS, "Created", [F.CR_LF]),
    ],
)
def test_result_lines(line: bytes, kind: ResultKind, text: str, expected: list[Fault]) -> None:
    stream = parse_progress(SHORT + line)
    assert stream.result is not None
    assert (stream.result.kind, stream.result.text) == (kind, text)
    assert faults(stream) == expected
    assert len(stream.markers) == 1


@pytest.mark.parametrize("body", [b"", SHORT, b"OK\n" + SHORT, b"\n"])
def test_no_result(body: bytes) -> None:
    stream = parse_progress(body)
    assert stream.result is None
    assert not stream.succeeded


@pytest.mark.parametrize(
    ("body", "expected", "markers"),
    [
        (b"PERF marker\nTimestamp: 1\nEnd\n", [F.ODD_OPENING], 1),
        (b" Perf Marker\nTimestamp: 1\nEnd\n", [F.ODD_OPENING], 1),
        (b"Perf Marker\nTimestamp: 1\n End\n", [F.ODD_ENDING], 1),
        (b"Performance Marker\nEnd\n", [F.UNKNOWN_LINE, F.END_WITHOUT_MARKER], 0),
        (b"Perf Marker\nTimestamp: 1\n", [F.UNENDED_MARKER], 1),
        (b"Perf Marker\nTimestamp: 1\n" + SHORT, [F.NESTED_MARKER], 2),
        (b"\n" + SHORT, [F.BLANK_LINE], 1),
        (b"Perf Marker\n\nEnd\n", [F.BLANK_LINE], 1),
        (b"Perf Marker\nTimestamp=1\nEnd\n", [F.NO_SEPARATOR], 1),
        (b"Perf Marker\nTimestamp:1\nEnd\n", [F.ODD_SEPARATOR], 1),
        (b"Perf Marker\nTimestamp:  1\nEnd\n", [F.ODD_SEPARATOR], 1),
        (b"Perf Marker\nTimestamp : 1\nEnd\n", [F.ODD_SEPARATOR], 1),
        (b"Perf Marker\n: 1\nEnd\n", [F.ODD_SEPARATOR], 1),
        (b"Perf Marker\nRemoteConnections: \nEnd\n", [F.NO_VALUE], 1),
        (b"Perf Marker\ntimestamp: 1\nEnd\n", [F.ODD_KEY_CASE], 1),
        (b"Perf Marker\nTimestamp: 1\nTimestamp: 2\nEnd\n", [F.REPEATED_KEY], 1),
        (b"Perf Marker\nTimestamp: 2026-01-01\nEnd\n", [F.NOT_AN_INTEGER], 1),
        (b"Perf Marker\nStripe Index: -1\nEnd\n", [F.NOT_AN_INTEGER], 1),
        (b"Perf Marker\r\nEnd\n", [F.CR_LF], 1),
        (SHORT + b"success: Created\n" + SHORT, [F.MARKER_AFTER_RESULT], 2),
        (b"success: Created\nsuccess: Created", [F.SECOND_RESULT], 0),
        (b"failure: 404\n<html>\n", [F.TEXT_AFTER_RESULT], 0),
        (b"Perf Marker\nX-New: 1\nRemoteConnections: a \nEnd\n", [], 1),
    ],
)
def test_deviant_streams(body: bytes, expected: list[Fault], markers: int) -> None:
    stream = parse_progress(body)
    assert faults(stream) == expected
    assert len(stream.markers) == markers


def test_result_inside_a_marker_ends_both() -> None:
    stream = parse_progress(b"Perf Marker\nTimestamp: 1\nfailure: x\n")
    assert faults(stream) == [F.RESULT_INSIDE_MARKER]
    assert not stream.markers[0].ended
    assert stream.result is not None
    assert stream.result.text == "x"


def test_problems_belong_to_their_marker() -> None:
    stream = parse_progress(b"Perf Marker\r\nEnd\nPerf Marker\nPerf Marker\nTimestamp: x\nEnd\n")
    assert [[note.what for note in marker.problems] for marker in stream.markers] == [
        [F.CR_LF],
        [F.NESTED_MARKER],
        [F.NOT_AN_INTEGER],
    ]
    assert [note.where for note in stream.problems] == [0, 17, 41]


def test_unusable_values_are_none_and_kept() -> None:
    (marker,) = parse_progress(b"Perf Marker\nTimestamp: soon\nX-New: 1\nEnd\n").markers
    assert marker.timestamp is None
    assert marker.get("Timestamp") == "soon"
    assert marker.extra == (("X-New", "1"),)


def test_split_marker() -> None:
    stream = parse_progress([(XROOTD[:64], 1.0), (b"", 2.0), (XROOTD[64:], 3.0), (SUCCESS, 4.0)])
    assert faults(stream) == [F.SPLIT_MARKER]
    (marker,) = stream.markers
    assert (marker.chunk_index, marker.whole_chunk, marker.arrived) == (None, False, 3.0)


def test_several_markers_in_one_chunk() -> None:
    stream = parse_progress([(SHORT + SHORT, 1.0), (SHORT + SUCCESS, 2.0)])
    assert faults(stream) == [F.SHARED_CHUNK] * 3
    assert [marker.chunk_index for marker in stream.markers] == [0, 0, 1]
    assert stream.result is not None
    assert stream.result.own_chunk is False


def test_line_end_may_come_in_a_chunk_of_its_own() -> None:
    stream = parse_progress([(SHORT[:-1], 1.0), (b"\n", 2.0), (SUCCESS, 3.0), (b"\n", 4.0)])
    assert stream.problems == ()
    assert stream.markers[0].whole_chunk
    assert stream.result is not None
    assert stream.result.own_chunk


BODIES = (
    XROOTD + DCACHE + README + SUCCESS,
    XROOTD[:90] + DCACHE + b"failure: a\nmore\n" + SHORT,
    b"Perf Marker\r\nTimestamp: 1\r\nEnd\r\nSuccess\r\n",
)


def content(stream: ProgressStream) -> tuple[object, ...]:
    """What must not depend on the cuts."""
    return (
        [(m.values, m.raw, m.start, m.ended) for m in stream.markers],
        [(r.kind, r.word, r.text, r.start) for r in stream.results],
        [n for n in stream.problems if n.what not in (F.SPLIT_MARKER, F.SHARED_CHUNK)],
    )


@pytest.mark.parametrize("body", BODIES)
@given(data=st.data())
def test_any_cut_gives_the_same_markers(body: bytes, data: st.DataObject) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=12)))
    chunks = [
        (body[a:b], float(b)) for a, b in zip([0, *places], [*places, len(body)], strict=True)
    ]
    stream = parse_progress(chunks)
    assert content(stream) == content(parse_progress(body))
    edges = {0, len(body), *places}
    for marker in stream.markers:
        start, stop = marker.start, marker.start + len(marker.raw.encode())
        inner = [place for place in places if start < place < stop - 1]
        if any(place < stop - len("\r\n") for place in inner):
            assert marker.chunk_index is None
            assert marker.whole_chunk is False
        if not inner and start in edges and stop in edges:
            assert marker.whole_chunk
        assert marker.arrived == min(edge for edge in edges if edge >= stop)


@given(st.binary(max_size=300))
def test_nothing_makes_the_parser_raise(noise: bytes) -> None:
    stream = parse_progress([(XROOTD[:40] + noise, 0.0), (noise, 1.0)])
    assert stream.markers


KEYS = st.sampled_from(["Timestamp", "Stripe Index", "Stripe Bytes Transferred", "X-New", "State"])
PAIRS = st.lists(st.tuples(KEYS, st.integers(0, 10**12)), unique_by=lambda pair: pair[0])


@given(st.lists(PAIRS, max_size=5), st.sampled_from(["", " ", "\t", "    "]))
def test_written_markers_come_back(markers: list[list[tuple[str, int]]], indent: str) -> None:
    chunks = []
    for pairs in markers:
        lines = "".join(f"{indent}{key}: {value}\n" for key, value in pairs)
        chunks.append((f"Perf Marker\n{lines}End\n".encode(), 0.0))
    stream = parse_progress([*chunks, (SUCCESS, 1.0)])
    assert stream.problems == ()
    assert stream.succeeded
    assert [marker.values for marker in stream.markers] == [
        tuple((key, str(value)) for key, value in pairs) for pairs in markers
    ]

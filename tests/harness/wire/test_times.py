"""Instants and durations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import SyntaxProblem
from harness.wire.times import (
    format_duration,
    format_instant,
    parse_duration,
    parse_http_date,
    parse_instant,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT5M", 300),
        ("PT1H30M", 5400),
        ("P1DT12H", 129600),
        ("P2W", 1209600),
        ("P1Y2M", 31536000 + 2 * 2592000),
        ("PT0.5S", 0.5),
        ("PT1,5H", 5400),
        ("PT190M", 11400),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "5 minutes", "PT5", "P1H", "-PT5M", "PT5MX", "P" + "9" * 30 + "D"],
)
def test_bad_durations(text: str) -> None:
    with pytest.raises(SyntaxProblem, match="not an ISO 8601 duration"):
        parse_duration(text)


@given(st.integers(0, 10**9))
def test_written_durations_come_back(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))).total_seconds() == seconds


MOMENT = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31t12:00:00z",
        "2026-01-31T13:00:00+01:00",
        "2026-01-31T11:00:00-0100",
        "2026-01-31T12:00:00.000Z",
        "2026-01-31T12:00:00.0000000001Z",
    ],
)
def test_instants(text: str) -> None:
    assert parse_instant(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T12:00:00+99:00",
        "0001-01-01T00:00:00+23:00",
        "1769860800",
    ],
)
def test_bad_instants(text: str) -> None:
    with pytest.raises(SyntaxProblem, match="not a date-time with zone"):
        parse_instant(text)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))
def test_written_instants_come_back(moment: datetime) -> None:
    assert parse_instant(format_instant(moment)) == moment.replace(microsecond=0)


def test_http_date() -> None:
    assert parse_http_date("Sat, 31 Jan 2026 12:00:00 GMT") == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sat, 31 Jan 2026 12:00:00 UTC",
        "Saturday, 31-Jan-26 12:00:00 GMT",
        "Sat Jan 31 12:00:00 2026",
        "Sat, 31 Feb 2026 12:00:00 GMT",
    ],
)
def test_bad_http_dates(text: str) -> None:
    with pytest.raises(SyntaxProblem, match="not an IMF-fixdate"):
        parse_http_date(text)

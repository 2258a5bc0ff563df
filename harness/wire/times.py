"""Instants and durations as the specs write them.

ISO 8601 durations and instants of macaroon requests and caveats (dcache-webdav "Requesting a
macaroon with caveats"), date-times of WebDAV and SOAP (RFC 3339), and HTTP dates (RFC 9110 §5.6.7).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from harness.wire.problem import Fault, SyntaxProblem

_MACAROONS = "dcache-webdav Requesting a macaroon with caveats"


class TimeFault(Fault):
    """What can be wrong with a time."""

    BAD_DURATION = "not an ISO 8601 duration", _MACAROONS
    BAD_INSTANT = "not a date-time with zone", "rfc3339 §5.6"
    BAD_HTTP_DATE = "not an IMF-fixdate", "rfc9110 §5.6.7"


_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"P(?=.)(?:{_NUMBER}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)
# weeks, years, months, days, hours, minutes, seconds
_SECONDS = (604800, 31536000, 2592000, 86400, 3600, 60, 1)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT",
    re.ASCII,
)


def parse_duration(text: str) -> timedelta:
    """A duration such as `PT5M` or `P1DT12H`; a year counts 365 days and a month 30."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise SyntaxProblem(TimeFault.BAD_DURATION, 0, text)
    parts = (float((part or "0").replace(",", ".")) for part in match.groups())
    try:
        return timedelta(
            seconds=sum(part * unit for part, unit in zip(parts, _SECONDS, strict=True))
        )
    except OverflowError:
        raise SyntaxProblem(TimeFault.BAD_DURATION, 0, text) from None


def format_duration(duration: timedelta) -> str:
    """The duration in whole seconds, e.g. `PT300S`."""
    return f"PT{int(duration.total_seconds())}S"


def parse_instant(text: str) -> datetime:
    """A date-time with zone, any number of fraction digits; the result is in UTC."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise SyntaxProblem(TimeFault.BAD_INSTANT, 0, text)
    date, clock, fraction, zone = match.groups()
    micro = (fraction or "")[:6].ljust(6, "0")
    offset = "+00:00" if zone in "Zz" else zone
    try:
        return datetime.fromisoformat(f"{date}T{clock}.{micro}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise SyntaxProblem(TimeFault.BAD_INSTANT, 0, text) from None


def format_instant(moment: datetime) -> str:
    """The instant in UTC and whole seconds, e.g. `2026-01-31T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_http_date(text: str) -> datetime:
    """An IMF-fixdate, the only form that may be sent; the result is in UTC."""
    if not _HTTP_DATE.fullmatch(text):
        raise SyntaxProblem(TimeFault.BAD_HTTP_DATE, 0, text)
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        raise SyntaxProblem(TimeFault.BAD_HTTP_DATE, 0, text) from None

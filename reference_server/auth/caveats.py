"""The caveats of the dCache WebDAV chapter: reading one, and the durations of a request."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime

from reference_server.auth.identity import Activity
from reference_server.refusal import Refusal
from reference_server.wire.targets import decode_path

KEYS = frozenset({"iid", "id", "before", "path", "activity", "home", "ip", "root"})
RESERVED = frozenset({"iid", "id", "home"})
"""Caveats that only the server adds."""
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?"
)
_SECONDS = (365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadCaveat(Exception):
    """A caveat that is not in the table or whose value is malformed."""


def split(caveat: str) -> tuple[str, str]:
    """Key and value; raises BadCaveat without a colon."""
    key, colon, value = caveat.partition(":")
    if not colon:
        raise BadCaveat(f"caveat without a value: {key[:40]}")
    return key, value


def activities(value: str) -> frozenset[Activity]:
    """Value of `activity`; READ_METADATA comes with every other one. Raises BadCaveat."""
    try:
        return frozenset(Activity(name.strip()) for name in value.split(","))
    except ValueError:
        raise BadCaveat("unknown activity") from None


def instant(value: str) -> float:
    """Value of `before` as Unix time; raises BadCaveat."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise BadCaveat("not an ISO 8601 instant") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def instant_text(seconds: float) -> str:
    """Unix time as an ISO 8601 instant with milliseconds."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def absolute_path(value: str) -> str:
    """Value of `path` and `root`, which stand unencoded; raises BadCaveat. "/" becomes ""."""
    if not value.startswith("/"):
        raise BadCaveat("not an absolute path")
    try:
        return decode_path(value, _plain_element).rstrip("/")
    except Refusal as problem:
        raise BadCaveat(str(problem)) from None


def _plain_element(element: str) -> str:
    if element in (".", ".."):
        raise Refusal(400, "dot segment in a path")
    return element


def networks(value: str) -> list[Network]:
    """Value of `ip`: addresses and subnets; raises BadCaveat."""
    try:
        return [ipaddress.ip_network(item.strip(), strict=False) for item in value.split(",")]
    except ValueError:
        raise BadCaveat("not a list of addresses and subnets") from None


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """A client's address; IPv4-mapped ones count as IPv4 (AMB-G06)."""
    found = ipaddress.ip_address(text.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def duration(text: str) -> float:
    """An ISO 8601 duration in seconds; raises BadCaveat."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise BadCaveat("not an ISO 8601 duration")
    return float(sum(int(n) * s for n, s in zip(match.groups(), _SECONDS, strict=True) if n))


def check(caveat: str) -> None:
    """Raises BadCaveat for one that nobody could satisfy or that only the server may add."""
    key, value = split(caveat)
    if key not in KEYS or key in RESERVED:
        raise BadCaveat(f"caveat not permitted: {key[:40]}")
    checks = {
        "activity": activities,
        "before": instant,
        "path": absolute_path,
        "root": absolute_path,
        "ip": networks,
    }
    checks[key](value)

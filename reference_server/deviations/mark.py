"""Deviations of the progress stream."""

from __future__ import annotations

import ipaddress
import time

from reference_server.behaviour import Behaviour
from reference_server.behaviour.markers import Progress
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation

UNREADABLE = "what cannot be parsed cannot be judged either"


@deviation(
    "stream-without-chunks",
    breaks=("MARK-001",),
    also=along("there are no chunks to look at", "MARK-002", "MARK-029"),
)
class StreamWithoutChunks(Behaviour):
    """The progress stream ends with the connection instead of in chunks."""

    def is_chunked(self, *, http10: bool) -> bool:
        return False


@deviation("line-per-chunk", breaks=("MARK-002",), seen_in="DEV-D069")
class LinePerChunk(Behaviour):
    """Every line of a marker is a chunk of its own."""

    def marker_chunks(self, text: str) -> list[bytes]:
        return [line.encode() for line in text.splitlines(keepends=True)]


@deviation("marker-in-two-chunks", breaks=("MARK-002",), seen_in="DEV-D069")
class MarkerInTwoChunks(Behaviour):
    """A marker is cut after 64 bytes."""

    def marker_chunks(self, text: str) -> list[bytes]:
        return [piece for piece in (text[:64].encode(), text[64:].encode()) if piece]


@deviation(
    "stream-held-back",
    breaks=("MARK-003", "MARK-004", "TPC-014", "TPC-048"),
    seen_in="DEV-D047, DEV-D032 StoRM",
    also=along(
        "nothing arrives while a transfer runs",
        "CANCEL-001",
        "CANCEL-002",
        "CANCEL-003",
        "CANCEL-005",
        "CANCEL-009",
        "MARK-008",
        "MARK-009",
        "MARK-011",
        "MARK-015",
        "MARK-016",
    ),
)
class StreamHeldBack(Behaviour):
    """Status line, markers and result are sent together when the transfer is over."""

    def holds_stream_back(self, *, finished: bool) -> bool:
        return not finished


@deviation(
    "marker-every-minute",
    breaks=("MARK-004",),
    seen_in="DEV-D051",
    also=along(
        "hardly a marker comes after the first",
        "MARK-003",
        "MARK-008",
        "MARK-009",
        "MARK-011",
        "TPC-048",
        "MARK-015",
        "MARK-016",
    ),
)
class MarkerEveryMinute(Behaviour):
    """A minute passes between two markers."""

    def marker_period(self, seconds: float) -> float:
        return 60.0


@deviation(
    "performance-marker-spelt-out",
    breaks=("MARK-005",),
    also=along(
        UNREADABLE,
        "MARK-003",
        "MARK-004",
        "MARK-006",
        "MARK-007",
        "MARK-009",
        "MARK-011",
        "MARK-019",
    ),
)
class PerformanceMarkerSpeltOut(Behaviour):
    """A marker begins with "Performance Marker"."""

    def marker_first_line(self) -> str:
        return "Performance Marker"


@deviation(
    "marker-without-end",
    breaks=("MARK-005",),
    also=along(UNREADABLE, "MARK-002", "MARK-006", "MARK-007", "MARK-009", "MARK-011", "MARK-019"),
)
class MarkerWithoutEnd(Behaviour):
    """The last line of a marker is missing."""

    def marker_text(self, progress: Progress) -> str:
        lines = [self.marker_line(key, value) for key, value in self.marker_fields(progress)]
        return "\n".join([self.marker_first_line(), *lines]) + "\n"


@deviation(
    "equals-sign-in-marker",
    breaks=("MARK-006",),
    also=along(UNREADABLE, "MARK-007", "MARK-009", "MARK-011"),
)
class EqualsSignInMarker(Behaviour):
    """Keys and values of a marker are separated by an equals sign."""

    def marker_line(self, key: str, value: str) -> str:
        return f"{key}={value}"


@deviation("no-blank-after-colon", breaks=("MARK-006",), seen_in="DEV-D056")
class NoBlankAfterColon(Behaviour):
    """No blank follows the colon in a marker."""

    def marker_line(self, key: str, value: str) -> str:
        return f"{key}:{value}"


@deviation(
    "timestamp-in-milliseconds",
    breaks=("MARK-007",),
    also=along("the clock is a thousand times too late", "MARK-008"),
)
class TimestampInMilliseconds(Behaviour):
    """Timestamp counts milliseconds."""

    def marker_timestamp(self, progress: Progress) -> str:
        return str(progress.now * 1000)


@deviation(
    "timestamp-as-text", breaks=("MARK-007",), also=along("the time cannot be compared", "MARK-008")
)
class TimestampAsText(Behaviour):
    """Timestamp is an ISO 8601 text."""

    def marker_timestamp(self, progress: Progress) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(progress.now))


@deviation("timestamp-frozen", breaks=("MARK-008",), seen_in="DEV-D055")
class TimestampFrozen(Behaviour):
    """Every marker bears the time of acceptance."""

    def marker_timestamp(self, progress: Progress) -> str:
        return str(progress.accepted)


@deviation(
    "no-timestamp",
    breaks=("MARK-007",),
    seen_in="DEV-D054 Pelican",
    also=along("there is no time to follow", "MARK-008"),
)
class NoTimestamp(Behaviour):
    """Markers have no Timestamp."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        return self.stripe_fields(progress)


@deviation(
    "no-stripe-bytes",
    breaks=("MARK-009",),
    also=along("there is no progress to look at", "MARK-011"),
)
class NoStripeBytes(Behaviour):
    """Markers never tell how many bytes were transferred."""

    def stripe_fields(self, progress: Progress) -> list[tuple[str, str]]:
        return [("Stripe Index", "0"), ("Total Stripe Count", "1")]


@deviation("no-stripe-count", breaks=("MARK-009",), seen_in="DEV-D057")
class NoStripeCount(Behaviour):
    """Total Stripe Count is missing."""

    def stripe_fields(self, progress: Progress) -> list[tuple[str, str]]:
        return [("Stripe Index", "0"), ("Stripe Bytes Transferred", str(progress.moved))]


@deviation("stripe-one-of-one", breaks=("MARK-010",), seen_in="DEV-D058")
class StripeOneOfOne(Behaviour):
    """The only stripe has index 1."""

    def stripe_fields(self, progress: Progress) -> list[tuple[str, str]]:
        moved = ("Stripe Bytes Transferred", str(progress.moved))
        return [("Stripe Index", "1"), moved, ("Total Stripe Count", "1")]


@deviation("bytes-counted-twice", breaks=("MARK-011",), seen_in="DEV-D059")
class BytesCountedTwice(Behaviour):
    """Stripe Bytes Transferred counts every byte twice."""

    def reported_bytes(self, progress: Progress) -> int:
        return progress.moved * 2


@deviation("bytes-stay-zero", breaks=("MARK-011",), seen_in="catalogue mutant")
class BytesStayZero(Behaviour):
    """Stripe Bytes Transferred is always 0."""

    def reported_bytes(self, progress: Progress) -> int:
        return 0


@deviation(
    "connection-without-transport",
    breaks=("MARK-012",),
    also=along("an entry without transport cannot be read", "MARK-013", "MARK-014"),
)
class ConnectionWithoutTransport(Behaviour):
    """Entries of RemoteConnections have no transport."""

    def connection_entry(self, host: str, port: int) -> str:
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@deviation("ipv4-as-number", breaks=("MARK-013",), seen_in="catalogue mutant")
class Ipv4AsNumber(Behaviour):
    """An IPv4 address in RemoteConnections is one decimal number."""

    def connection_entry(self, host: str, port: int) -> str:
        if ":" in host:
            return f"tcp:[{host}]:{port}"
        return f"tcp:{int(ipaddress.IPv4Address(host))}:{port}"


@deviation(
    "ipv6-without-brackets",
    breaks=("MARK-014",),
    seen_in="DEV-D061",
    also=along("where the port begins cannot be told", "MARK-012"),
)
class Ipv6WithoutBrackets(Behaviour):
    """An IPv6 address in RemoteConnections has no brackets."""

    def connection_entry(self, host: str, port: int) -> str:
        return f"tcp:{host}:{port}"


@deviation("closed-connections-listed", breaks=("MARK-015",), seen_in="DEV-D063")
class ClosedConnectionsListed(Behaviour):
    """RemoteConnections lists every connection there ever was."""

    def reported_connections(self, progress: Progress) -> str:
        return ",".join(progress.past)


@deviation("connections-only-with-data", breaks=("MARK-016",), seen_in="catalogue mutant")
class ConnectionsOnlyWithData(Behaviour):
    """RemoteConnections is left out until the first byte has moved."""

    def reported_connections(self, progress: Progress) -> str:
        return ",".join(progress.connections) if progress.moved else ""


@deviation("short-copy-without-marker", breaks=("MARK-037",), seen_in="xrootd #1785")
class ShortCopyWithoutMarker(Behaviour):
    """The first marker comes after a whole period."""

    def first_marker_after(self, seconds: float) -> float:
        return seconds

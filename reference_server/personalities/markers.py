"""What markers look like."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.behaviour.markers import Progress
from reference_server.personalities.registry import difference


@difference("markers-indented-by-blanks", of=("dcache",), source="MARK-006")
class MarkersIndentedByBlanks(Behaviour):
    """Inner lines of a marker are indented by four blanks."""

    def marker_line(self, key: str, value: str) -> str:
        return f"    {key}: {value}"


@difference("markers-indented-by-a-tab", of=("dpm",), source="MARK-006: the form of xrootd-tpc")
class MarkersIndentedByATab(Behaviour):
    """Inner lines of a marker are indented by a tab."""

    def marker_line(self, key: str, value: str) -> str:
        return f"\t{key}: {value}"


@difference("markers-tell-states", of=("dcache",), source="MARK-033")
class MarkersTellStates(Behaviour):
    """Markers tell State and times of the stripe; before the first byte they have no count."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        connections = self.reported_connections(progress)
        where = [("RemoteConnections", connections)] if connections else []
        started = progress.last_moved is not None
        words = "transfer has started" if started else "querying created file metadata"
        return [
            ("Timestamp", self.marker_timestamp(progress)),
            ("State", "10" if started else "3"),
            ("State description", words),
            ("Stripe Index", "0"),
            *(_running(progress) if started else ()),
            ("Total Stripe Count", "1"),
            *where,
        ]


def _running(progress: Progress) -> list[tuple[str, str]]:
    moved = progress.last_moved or progress.now
    return [
        ("Stripe Start Time", str(progress.accepted)),
        ("Stripe Last Transferred", str(max(moved, progress.accepted))),
        ("Stripe Transfer Time", str(progress.now - progress.accepted)),
        ("Stripe Bytes Transferred", str(progress.moved)),
        ("Stripe Status", "RUNNING"),
    ]


@difference("markers-without-connections", of=("dpm", "storm"), source="MARK-016")
class MarkersWithoutConnections(Behaviour):
    """Markers never have RemoteConnections."""

    def reported_connections(self, progress: Progress) -> str:
        return ""


@difference("no-count-before-the-first-byte", of=("dpm", "storm"), source="MARK-009")
class NoCountBeforeTheFirstByte(Behaviour):
    """The stripe fields are left out until bytes have moved."""

    def stripe_fields(self, progress: Progress) -> list[tuple[str, str]]:
        return Behaviour().stripe_fields(progress) if progress.moved else []

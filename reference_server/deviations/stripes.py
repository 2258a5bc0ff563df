"""Deviations of what markers count, of dCache's own fields, and of the last line."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.behaviour.markers import Progress
from reference_server.deviations.along import WORKING_PULL, WORKING_PUSH, along
from reference_server.deviations.registry import deviation


@deviation("bytes-in-percent", breaks=("MARK-011",))
class BytesInPercent(Behaviour):
    """Stripe Bytes Transferred is the percentage of the file."""

    def reported_bytes(self, progress: Progress) -> int:
        return progress.moved * 100 // (progress.size or progress.moved or 1)


@deviation("bytes-are-the-size", breaks=("MARK-011",))
class BytesAreTheSize(Behaviour):
    """Stripe Bytes Transferred is the size of the file from the beginning."""

    def reported_bytes(self, progress: Progress) -> int:
        return progress.size or progress.moved


@deviation("timestamp-counts-down", breaks=("MARK-008",))
class TimestampCountsDown(Behaviour):
    """Timestamp goes back by as much as the clock goes on."""

    def marker_timestamp(self, progress: Progress) -> str:
        return str(2 * progress.accepted - progress.now)


@deviation("stripe-of-none", breaks=("MARK-010",))
class StripeOfNone(Behaviour):
    """Total Stripe Count is 0."""

    def stripe_fields(self, progress: Progress) -> list[tuple[str, str]]:
        return [*super().stripe_fields(progress)[:2], ("Total Stripe Count", "0")]


@deviation(
    "success-called-ok",
    breaks=("MARK-019",),
    also=along("no client knows the line for success", WORKING_PULL, WORKING_PUSH, "MARK-021")
    | along("no copy says success", "TPC-001", "DELEG-013", "CRED-013"),
)
class SuccessCalledOk(Behaviour):
    """The success line reads "OK"."""

    def success_line(self) -> str:
        return "OK\n"


@deviation(
    "timeout-without-result-line",
    breaks=("MARK-023",),
    also=along("no line at all ends the stream", "MARK-019", "MARK-021"),
)
class TimeoutWithoutResultLine(Behaviour):
    """A transfer that the server gives up has no result line."""

    def result_lines(self, problem: str | None, progress: Progress) -> list[str]:
        given_up = problem is not None and problem.startswith("timeout")
        return [] if given_up else super().result_lines(problem, progress)


@deviation("state-as-text", breaks=("MARK-032",), seen_in="DEV-D065 dCache")
class StateAsText(Behaviour):
    """State of a marker is a word."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        state = [("State", "WAITING"), ("State description", "waiting")]
        return [*super().marker_fields(progress), *state]


@deviation("state-without-description", breaks=("MARK-032",))
class StateWithoutDescription(Behaviour):
    """Markers have a State and no State description."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        return [*super().marker_fields(progress), ("State", "10" if progress.moved else "3")]


@deviation("state-stays-three", breaks=("MARK-033",))
class StateStaysThree(Behaviour):
    """State is 3 for as long as a transfer lasts."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        state = [("State", "3"), ("State description", "querying file size")]
        return [*super().marker_fields(progress), *state]


@deviation("stripe-time-in-milliseconds", breaks=("MARK-033",))
class StripeTimeInMilliseconds(Behaviour):
    """Stripe Transfer Time counts milliseconds."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        passed = (progress.now - progress.accepted) * 1000
        return [*super().marker_fields(progress), ("Stripe Transfer Time", str(passed))]


@deviation("stripe-status-active", breaks=("MARK-034",))
class StripeStatusActive(Behaviour):
    """Stripe Status is a sixth word."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        return [*super().marker_fields(progress), ("Stripe Status", "ACTIVE")]


@deviation("last-transferred-is-now", breaks=("MARK-035",))
class LastTransferredIsNow(Behaviour):
    """Stripe Last Transferred is the time of the marker."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        times = [
            ("Stripe Start Time", str(progress.accepted)),
            ("Stripe Last Transferred", str(progress.now)),
        ]
        return [*super().marker_fields(progress), *times]


@deviation("last-transferred-before-start", breaks=("MARK-035",))
class LastTransferredBeforeStart(Behaviour):
    """Stripe Last Transferred is earlier than Stripe Start Time."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        times = [
            ("Stripe Start Time", str(progress.now)),
            ("Stripe Last Transferred", str(progress.accepted - 1)),
        ]
        return [*super().marker_fields(progress), *times]


@deviation("marker-only-on-progress", breaks=("MARK-004",), seen_in="DEV-D053 Pelican")
class MarkerOnlyOnProgress(Behaviour):
    """No marker is sent while nothing moves."""

    def marker_is_worth_it(self, *, moved: int, before: int) -> bool:
        return moved != before


@deviation("connection-with-another-port", breaks=("MARK-015",), seen_in="DEV-D063")
class ConnectionWithAnotherPort(Behaviour):
    """RemoteConnections names a port to which there is no connection."""

    def connection_entry(self, host: str, port: int) -> str:
        return super().connection_entry(host, port % 65535 + 1)


@deviation("bytes-still-to-come", breaks=("MARK-011",), seen_in="DEV-D060")
class BytesStillToCome(Behaviour):
    """Stripe Bytes Transferred counts what is still to be moved."""

    def reported_bytes(self, progress: Progress) -> int:
        return (progress.size or progress.moved) - progress.moved

"""Seams of the progress stream: markers, chunks and the result line."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.wire.responses import LAST_CHUNK, chunk


@dataclass(frozen=True, slots=True)
class Progress:
    """What a marker tells: bytes moved, connections open now and before, Unix times.

    `last_moved` is when bytes moved last, None before the first.
    """

    moved: int
    size: int | None
    connections: tuple[str, ...]
    past: tuple[str, ...]
    now: int
    accepted: int
    last_moved: int | None = None


class MarkerSeams:
    """Decisions about the body of a 202 (HTTP-TPC, section "Monitoring copy progress")."""

    def marker_period(self, seconds: float) -> float:
        """Seconds between two markers, from the configured period."""
        return seconds

    def first_marker_after(self, seconds: float) -> float:
        """Seconds until the first marker, from the period: none, so a short copy has one too."""
        return 0.0

    def marker_is_worth_it(self, *, moved: int, before: int) -> bool:
        """Whether a marker that is due is sent; `before` is what the last one knew of."""
        return True

    def marker_first_line(self) -> str:
        return "Perf Marker"

    def marker_last_line(self) -> str:
        return "End"

    def marker_timestamp(self, progress: Progress) -> str:
        """Unix time of the marker itself, not of the acceptance."""
        return str(progress.now)

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        """Keys and values between the first and the last line."""
        fields = [("Timestamp", self.marker_timestamp(progress)), *self.stripe_fields(progress)]
        connections = self.reported_connections(progress)
        return [*fields, ("RemoteConnections", connections)] if connections else fields

    def marker_line(self, key: str, value: str) -> str:
        return f"{key}: {value}"

    def marker_text(self, progress: Progress) -> str:
        """One marker as text."""
        inner = [self.marker_line(key, value) for key, value in self.marker_fields(progress)]
        lines = [self.marker_first_line(), *inner, self.marker_last_line()]
        return "\n".join(lines) + "\n"

    def marker_chunks(self, text: str) -> list[bytes]:
        """How a marker is cut into chunks: it is one chunk, sent in one piece."""
        return [text.encode()]

    def frame(self, data: bytes, *, chunked: bool) -> bytes:
        """A piece of the stream as it goes onto the wire."""
        return chunk(data) if chunked else data

    def success_line(self) -> str:
        return "success: Created\n"

    def failure_line(self, problem: str) -> str:
        return f"failure: {problem}\n"

    def tells_result(self, *, beside: int) -> bool:
        """Whether a transfer tells its end, that began beside so many others: each one does."""
        return True

    def result_lines(self, problem: str | None, progress: Progress) -> list[str]:
        """What ends the stream: one line, each item a chunk; `problem` None means success."""
        return [self.success_line() if problem is None else self.failure_line(problem)]

    def is_chunked(self, *, http10: bool) -> bool:
        """Whether the stream is in chunked coding, which HTTP/1.0 does not know."""
        return not http10

    def holds_stream_back(self, *, finished: bool) -> bool:
        """Whether bytes for the client wait although they could be sent."""
        return False

    def connection_entry(self, host: str, port: int) -> str:
        """One entry of RemoteConnections: transport, address, port; IPv6 in brackets."""
        return f"tcp:[{host}]:{port}" if ":" in host else f"tcp:{host}:{port}"

    def reported_connections(self, progress: Progress) -> str:
        """Value of RemoteConnections: those open now; empty leaves the line out."""
        return ",".join(progress.connections)

    def stripe_fields(self, progress: Progress) -> list[tuple[str, str]]:
        """The three fields that tell how far the transfer is."""
        return [
            ("Stripe Index", "0"),
            ("Stripe Bytes Transferred", str(self.reported_bytes(progress))),
            ("Total Stripe Count", "1"),
        ]

    def reported_bytes(self, progress: Progress) -> int:
        return progress.moved

    def end_of_stream(self, *, chunked: bool) -> bytes:
        """What ends the body."""
        return LAST_CHUNK if chunked else b""

"""Seams of the progress stream: markers, chunks and the result line."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.wire.responses import LAST_CHUNK, chunk


@dataclass(frozen=True, slots=True)
class Progress:
    """What a marker tells: bytes moved, connections open now, times in seconds since the epoch."""

    moved: int
    size: int | None
    connections: tuple[str, ...]
    now: int
    accepted: int


class MarkerSeams:
    """Decisions about the body of a 202 (HTTP-TPC, section "Monitoring copy progress")."""

    def marker_period(self, seconds: float) -> float:
        """Seconds between two markers, from the configured period."""
        return seconds

    def marker_first_line(self) -> str:
        return "Perf Marker"

    def marker_last_line(self) -> str:
        return "End"

    def marker_timestamp(self, progress: Progress) -> str:
        """Unix time of the marker itself, not of the acceptance."""
        return str(progress.now)

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        """Keys and values between the first and the last line."""
        fields = [
            ("Timestamp", self.marker_timestamp(progress)),
            ("Stripe Index", "0"),
            ("Stripe Bytes Transferred", str(progress.moved)),
            ("Total Stripe Count", "1"),
        ]
        if progress.connections:
            fields.append(("RemoteConnections", ",".join(progress.connections)))
        return fields

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

    def result_line(self, problem: str | None) -> str:
        """The last line: `problem` None means success."""
        return "success: Created\n" if problem is None else f"failure: {problem}\n"

    def end_of_stream(self, *, chunked: bool) -> bytes:
        """What ends the body."""
        return LAST_CHUNK if chunked else b""

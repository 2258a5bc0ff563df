"""Seams of HTTP/1.1 itself: where messages begin and end, and what must never be echoed."""

from __future__ import annotations

from reference_server.refusal import Headers, Refusal


class FramingSeams:
    """Decisions below the methods (RFC 9112; RFC 9110 sections 8.6, 9.3.8 and 14.5)."""

    def head_as_read(self, raw: bytes) -> bytes:
        """The request head that is parsed: just what was received."""
        return raw

    def target_as_read(self, target: str) -> str:
        """The request target: whole URLs are as good as paths (RFC 9112 section 3.2.2)."""
        return target

    def framing_problem(self, codings: list[str], lengths: list[str]) -> str | None:
        """What could be framed in two ways is refused (RFC 9112 section 6.3)."""
        both = codings and lengths
        return "both Transfer-Encoding and Content-Length" if both else None

    def bad_chunk_ends_the_body(self) -> bool:
        """Whether a chunk that cannot be read counts as the last one."""
        return False

    def length_fields(self, size: int) -> Headers:
        """What tells the length of an answer, once."""
        return (("Content-Length", str(size)),)

    def put_of_a_part(self) -> None:
        """A PUT with Content-Range; returning means to store the part as the whole."""
        raise Refusal(400, "Content-Range in a PUT")  # RFC 9110 section 14.5

    def answers_trace(self) -> bool:
        """Whether TRACE echoes the request, its credentials included."""
        return False

    def fields_for_origin(self, origin: str) -> Headers:
        """What a page of another origin may do with our answers: nothing is said, so nothing."""
        return ()

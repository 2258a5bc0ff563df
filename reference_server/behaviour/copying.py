"""Seams of the COPY request: what is checked before a transfer is accepted."""

from __future__ import annotations


class CopySeams:
    """Decisions about a COPY before its first byte moves."""

    def overwrite_allowed(self, value: str) -> bool:
        """Whether an existing target may be replaced, by the value of Overwrite (T or F)."""
        return value != "F"

"""Deviations of the COPY request and of what is sent to the far side."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.deviations.registry import deviation


@deviation("overwrite-f-ignored", breaks=("TPC-021", "TPC-022"), seen_in="catalogue mutant")
class OverwriteFIgnored(Behaviour):
    """A pull with Overwrite: F replaces an existing file."""

    def overwrite_conflict(self, value: str, *, exists: bool) -> bool:
        return False

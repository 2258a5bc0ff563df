"""Named ways of being wrong, each exactly one seam away from right."""

from __future__ import annotations

from reference_server.deviations import tpc
from reference_server.deviations.registry import Deviation, all_deviations, behaviour_with

__all__ = ["Deviation", "all_deviations", "behaviour_with", "tpc"]

"""Named ways of being wrong, each exactly one seam away from right."""

from __future__ import annotations

from reference_server.deviations import (  # noqa: F401  (importing registers them)
    auth,
    cancel_cred,
    caveats,
    cksum,
    dav,
    far_side,
    integ,
    mac,
    mark,
    redir,
    result,
    rights,
    tpc,
)
from reference_server.deviations.registry import Deviation, all_deviations, behaviour_with

__all__ = ["Deviation", "all_deviations", "behaviour_with"]

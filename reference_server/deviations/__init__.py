"""Named ways of being wrong, each exactly one seam away from right."""

from __future__ import annotations

from reference_server.deviations import (  # noqa: F401  (importing registers them)
    auth,
    cancel_cred,
    caveats,
    cksum,
    dav,
    deleg,
    deleg_service,
    dir,
    far_side,
    framing,
    integ,
    mac,
    manners,
    mark,
    meta,
    prop,
    redir,
    result,
    rights,
    site,
    tpc,
    xattr,
)
from reference_server.deviations.registry import Deviation, all_deviations, behaviour_with

__all__ = ["Deviation", "all_deviations", "behaviour_with"]

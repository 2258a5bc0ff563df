"""Named ways of being wrong, each exactly one seam away from right."""

from __future__ import annotations

from reference_server.deviations import (  # noqa: F401  (importing registers them)
    acceptance,
    auth,
    cancel_cred,
    caveats,
    cksum,
    dav,
    deleg,
    deleg_service,
    digests,
    dir,
    far_side,
    far_ways,
    framing,
    habits,
    integ,
    issuing,
    mac,
    manners,
    mark,
    meta,
    odd_peers,
    prop,
    redir,
    repr_digest,
    requesting,
    result,
    rights,
    s3,
    scopes,
    site,
    stripes,
    tpc,
    tree,
    xattr,
)
from reference_server.deviations.registry import Deviation, all_deviations, behaviour_with

__all__ = ["Deviation", "all_deviations", "behaviour_with"]

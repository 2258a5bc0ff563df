"""Every decision that a deviation may want to change, one small method each.

A method of these groups is a seam: right as written, overridden by at most one deviation at a
time. Seams get what they decide about and nothing that could name a test: no user agent, and no
path except where the path itself is the matter.
"""

from __future__ import annotations

from reference_server.behaviour.access import AccessSeams
from reference_server.behaviour.copying import CopySeams
from reference_server.behaviour.markers import MarkerSeams


class Behaviour(CopySeams, MarkerSeams, AccessSeams):
    """The right behaviour: the composition of all seam groups."""

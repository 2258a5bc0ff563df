"""Every decision that a deviation may want to change, one small method each.

A method of these groups is a seam: right as written, overridden by at most one deviation at a
time. Seams get what they decide about and nothing that could name a test: no user agent, and no
path except where the path itself is the matter.
"""

from __future__ import annotations

from reference_server.behaviour.access import AccessSeams
from reference_server.behaviour.attributes import AttributeSeams
from reference_server.behaviour.cancelling import CancelSeams
from reference_server.behaviour.checksums import ChecksumSeams
from reference_server.behaviour.copying import CopySeams
from reference_server.behaviour.dav import DavSeams
from reference_server.behaviour.delegation import DelegationSeams
from reference_server.behaviour.framing import FramingSeams
from reference_server.behaviour.macaroons import MacaroonSeams
from reference_server.behaviour.markers import MarkerSeams
from reference_server.behaviour.outgoing import OutgoingSeams
from reference_server.behaviour.pages import MetalinkSeams, PageSeams
from reference_server.behaviour.properties import PropertySeams
from reference_server.behaviour.redirecting import RedirectSeams
from reference_server.behaviour.requesting import RequestingSeams
from reference_server.behaviour.scopes import ScopeSeams
from reference_server.behaviour.site import SiteSeams
from reference_server.behaviour.storage import StorageSeams
from reference_server.behaviour.verification import VerificationSeams


class Behaviour(
    CopySeams,
    RequestingSeams,
    MarkerSeams,
    CancelSeams,
    OutgoingSeams,
    VerificationSeams,
    AccessSeams,
    ScopeSeams,
    DelegationSeams,
    MacaroonSeams,
    DavSeams,
    FramingSeams,
    ChecksumSeams,
    RedirectSeams,
    PropertySeams,
    AttributeSeams,
    PageSeams,
    MetalinkSeams,
    SiteSeams,
    StorageSeams,
):
    """The right behaviour: the composition of all seam groups."""

"""The scripted far side of a transfer: it misbehaves as its URLs ask and records all.

``ListeningParty`` runs it here; ``DistantParty`` asks one that somebody runs on another host.
Checks see a ``RemoteParty`` and do not notice the difference.
"""

from harness.remote_party.access import Access
from harness.remote_party.distant import DistantParty
from harness.remote_party.doors import Door
from harness.remote_party.far import FarFile, RemoteParty
from harness.remote_party.party import ListeningParty
from harness.remote_party.scenario import Scenario
from harness.remote_party.seen import Seen

__all__ = [
    "Access",
    "DistantParty",
    "Door",
    "FarFile",
    "ListeningParty",
    "RemoteParty",
    "Scenario",
    "Seen",
]

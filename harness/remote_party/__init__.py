"""The scripted far side of a transfer: it misbehaves as its URLs ask and records all."""

from harness.remote_party.party import Door, FarFile, RemoteParty
from harness.remote_party.scenario import Scenario
from harness.remote_party.seen import Seen

__all__ = ["Door", "FarFile", "RemoteParty", "Scenario", "Seen"]

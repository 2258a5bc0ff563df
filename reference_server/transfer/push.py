"""Push: PUT an object to the far side, verify."""

from __future__ import annotations

from reference_server.server import Parts
from reference_server.transfer.order import Order
from reference_server.transfer.problems import TransferFailed
from reference_server.transfer.pulse import Pulse


def push(order: Order, parts: Parts, pulse: Pulse) -> None:
    """Send the object at the order's path; raises TransferFailed."""
    raise TransferFailed("push is not built yet")

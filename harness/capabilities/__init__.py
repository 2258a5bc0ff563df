"""What an endpoint can do, and what the tester has: the gate before every check."""

from harness.capabilities.common import Common
from harness.capabilities.probes import Ground
from harness.capabilities.survey import Survey

__all__ = ["Common", "Ground", "Survey"]

"""What an endpoint can do, and what the tester has: the gate before every check."""

from harness.capabilities.notebook import Notebook
from harness.capabilities.probes import Ground
from harness.capabilities.survey import Survey

__all__ = ["Ground", "Notebook", "Survey"]

"""What is tested: endpoints.yaml, read strictly."""

from harness.endpoints.endpoint import Endpoint, Limits
from harness.endpoints.load import load_endpoints

__all__ = ["Endpoint", "Limits", "load_endpoints"]

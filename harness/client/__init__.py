"""The only part of the harness that opens connections towards an endpoint."""

from harness.client.client import PLAINLY, Client
from harness.client.connection import Ask, Live
from harness.client.transfer import Transfer

__all__ = ["PLAINLY", "Ask", "Client", "Live", "Transfer"]

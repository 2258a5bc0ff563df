"""The body of a 202: runs the transfer in the thread of its COPY and reports on it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from reference_server.server import Parts
from reference_server.store import StoreProblem
from reference_server.transfer.order import Direction, Order
from reference_server.transfer.problems import Cancelled, TransferFailed
from reference_server.transfer.pull import pull
from reference_server.transfer.pulse import Pulse
from reference_server.transfer.push import push
from reference_server.wire.channel import Channel


@dataclass(frozen=True, slots=True)
class TransferStream:
    """A transfer that has been accepted."""

    order: Order
    parts: Parts

    @property
    def length(self) -> None:
        return None

    def send(self, channel: Channel) -> None:
        """Carry out the order; its end is told by the result line."""
        pulse = Pulse(channel, self.parts.behaviour, self.parts.limits.marker_period)
        with contextlib.suppress(Cancelled):
            pulse.start()
            pulse.finish(self._problem(pulse))
            return
        raise ConnectionAbortedError("the client cancelled the transfer")

    def _problem(self, pulse: Pulse) -> str | None:
        """Why the transfer failed, None when it did not."""
        act = pull if self.order.direction is Direction.PULL else push
        try:
            act(self.order, self.parts, pulse)
        except (TransferFailed, StoreProblem) as problem:
            return one_line(str(problem))
        return None


def one_line(text: str) -> str:
    """Text of the far side made fit for a result line."""
    return " ".join(text.split())[:500]

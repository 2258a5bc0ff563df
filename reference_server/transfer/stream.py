"""The body of a 202: runs the transfer in the thread of its COPY and reports on it."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.refusal import Refusal
from reference_server.server import Parts
from reference_server.store import StoreProblem
from reference_server.transfer.order import Direction, Order
from reference_server.transfer.problems import Cancelled, TransferFailed
from reference_server.transfer.pull import pull
from reference_server.transfer.pulse import Pulse
from reference_server.transfer.push import push
from reference_server.wire.channel import Channel


class ClientGone(OSError):
    """The client left during a transfer: the connection is over."""


@dataclass(frozen=True, slots=True)
class TransferStream:
    """A transfer that has been accepted. `doom` is why it is known to fail already."""

    order: Order | None
    parts: Parts
    doom: str | None = None

    @property
    def length(self) -> None:
        return None

    def send(self, channel: Channel) -> None:
        """Carry out the order; its end is told by the result line."""
        pulse = Pulse(channel, self.parts.behaviour, self.parts.limits.marker_period)
        try:
            pulse.start()
            pulse.finish(self.doom if self.order is None else self._run(self.order, pulse))
        except Cancelled:
            raise ClientGone("the client cancelled the transfer") from None

    def close(self) -> None:
        """Nothing is held before `send`."""

    def _run(self, order: Order, pulse: Pulse) -> str | None:
        """Why the transfer failed, None when it did not."""
        behaviour, running = self.parts.behaviour, self.parts.running
        ticket = pulse.ticket = running.enter(order.owner, order.path)
        pulse.direction = order.direction
        try:
            (pull if order.direction is Direction.PULL else push)(order, self.parts, pulse)
        except (TransferFailed, StoreProblem, Refusal) as problem:
            told = behaviour.failure_with_fields(str(problem), order.transfer_headers)
            return behaviour.failure_text(told)
        except OSError as problem:  # of the store: the far side's have become TransferFailed
            return behaviour.failure_text(f"local storage: {problem.strerror}")
        except Cancelled:
            if behaviour.cancels_others_of_owner():
                running.doom(order.owner)
            if not behaviour.frees_target_on_cancel():
                running.stuck.add(order.path)
            raise
        finally:
            running.leave(ticket)
        return None

"""Seams of cancellation: what a departing client means."""

from __future__ import annotations

import enum

from reference_server.transfer.order import Direction


class Departure(enum.Enum):
    """How the client left: an orderly close, or a reset."""

    CLOSE = "close"
    RESET = "reset"


class CancelSeams:
    """Decisions when the client of a COPY goes away (HTTP-TPC, section on cancellation)."""

    def cancels(self, direction: Direction, departure: Departure, *, moved: int) -> bool:
        """Whether the transfer stops: it does, however and whenever the client leaves."""
        return True

    def ends_cancelled_push(self) -> bool:
        """Whether the body of a push ends as if it were whole when the client has left.

        A body of announced length cannot, so that it goes in chunks then.
        """
        return False

    def closes_far_side_on_cancel(self) -> bool:
        return True

    def frees_target_on_cancel(self) -> bool:
        """Whether the target can be written again after a cancelled pull."""
        return True

    def cancels_others_of_owner(self) -> bool:
        """Whether one cancellation ends the requester's other transfers, too."""
        return False

    def fills_up_cancelled_pull(self) -> bool:
        """Whether what a cancelled pull received is shown, filled up to the source's size."""
        return False

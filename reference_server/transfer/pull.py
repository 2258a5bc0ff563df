"""Pull: GET from the far side into a draft, verify, publish."""

from __future__ import annotations

from reference_server.digests import ADLER32, Hasher
from reference_server.server import Parts
from reference_server.store import Draft, Record
from reference_server.transfer.conversation import Conversation, FarResponse
from reference_server.transfer.far_side import FarSide
from reference_server.transfer.order import Order
from reference_server.transfer.problems import TransferFailed
from reference_server.transfer.pulse import Pulse


def pull(order: Order, parts: Parts, pulse: Pulse) -> None:
    """Fetch the source and make it the object at the order's path; raises TransferFailed."""
    with FarSide(order.remote, parts, pulse) as far:
        far.open()
        talk = Conversation(far)
        talk.send_head("GET", order.transfer_headers)
        response = talk.response("GET")
        if response.status != 200:
            raise TransferFailed(f"rejected GET: {response.says}")
        draft = parts.store.draft()
        try:
            hasher = _receive(talk, response, draft, pulse)
            record = Record(hasher.values(), owner=order.owner)
            draft.publish(order.path, record, replace=order.overwrite)
        finally:
            draft.discard()


def _receive(talk: Conversation, response: FarResponse, draft: Draft, pulse: Pulse) -> Hasher:
    hasher = Hasher([ADLER32])
    for block in talk.blocks(response):
        hasher.update(block)
        draft.write(block)
        pulse.meter.moved += len(block)
        pulse.tick()
    return hasher

"""Push: PUT an object to the far side, verify what it has become there."""

from __future__ import annotations

import contextlib
import itertools

from reference_server.behaviour.verification import NOT_YET
from reference_server.digests import digests_of
from reference_server.refusal import Headers
from reference_server.server import Parts
from reference_server.store import Missing, Reader
from reference_server.transfer.conversation import Conversation, FarResponse
from reference_server.transfer.order import Order
from reference_server.transfer.problems import TransferFailed
from reference_server.transfer.pulse import Pulse
from reference_server.transfer.remote import Remote
from reference_server.transfer.verification import check_size, contradiction, digests_in, wishes
from reference_server.wire.bodies import BLOCK
from reference_server.wire.responses import LAST_CHUNK, chunk

CHUNK = 1 << 14
"""Bytes in a chunk of a push whose length is not announced."""
PAUSE = 0.5
"""Seconds between two looks at what is not to be seen yet."""
SENT = FarResponse(status=0, reason="sent, and not answered yet", headers=(), has_body=False)
"""Stands for an answer that only a deviation does not wait for."""


def push(order: Order, parts: Parts, pulse: Pulse) -> None:
    """Send the object at the order's path; raises TransferFailed."""
    try:
        reader: Reader | None = parts.store.open(order.path)
    except Missing:
        parts.behaviour.missing_push_source()
        reader = None
    try:
        with Remote(order, parts, pulse) as remote:
            Push(parts, pulse, remote, reader).deliver()
    finally:
        if reader is not None:
            reader.close()


class Push:
    """One push under way. `reader` is None only where a deviation pushes what is not there."""

    def __init__(self, parts: Parts, pulse: Pulse, remote: Remote, reader: Reader | None) -> None:
        self._order = remote.order
        self._parts = parts
        self._behaviour = parts.behaviour
        self._pulse = pulse
        self._remote = remote
        self._reader = reader
        size = reader.entry.size if reader is not None else 0
        self._size = pulse.meter.size = self._behaviour.size_to_push(size)

    def deliver(self) -> None:
        """Send and verify."""
        problem = self._behaviour.empty_file_problem()
        if problem is not None and not self._size:
            raise TransferFailed(problem)
        self._compare_with_client()
        guarded = self._behaviour.checks_far_target(may_overwrite=self._order.overwrite)
        if guarded:
            self._look_first()
        method = self._behaviour.method_of_push()
        talk, response = self._remote.ask(method, self._fields(guarded=guarded), self._upload)
        if response is SENT:
            return
        if not self._behaviour.is_uploaded(response.status):
            raise TransferFailed(f"rejected PUT: {response.says}")
        self._remote.settle(talk, response)
        if self._behaviour.verifies_push(required=self._order.require_checksum):
            self._verify_or_delete(response)

    def _compare_with_client(self) -> None:
        """Nothing is sent that is not what the client means."""
        if self._reader is None:
            return
        ours = digests_of(self._reader, self._order.expected)
        wrong = contradiction(ours, self._order.expected, self._behaviour)
        if wrong is not None:
            raise TransferFailed(f"checksum mismatch: {wrong} is not what the client told")

    def _look_first(self) -> None:
        """Overwrite: F on a push asks that nothing at the far side is replaced."""
        talk, response = self._remote.ask("HEAD")
        self._remote.settle(talk, response)
        if response.status == 200:
            raise TransferFailed("destination exists and Overwrite is F")

    def _fields(self, *, guarded: bool) -> Headers:
        fields = [self._framing()]
        if guarded:
            fields.append(("If-None-Match", "*"))
        told = self._order.repr_digest
        digest = self._behaviour.digest_on_put(told, self._size) if told is not None else None
        if digest is not None:
            fields.append(("Repr-Digest", digest))
        if self._behaviour.expects_continue(self._size):
            fields.append(("Expect", "100-continue"))
        return tuple(fields)

    def _framing(self) -> tuple[str, str]:
        in_chunks = self._behaviour.ends_cancelled_push()
        length = ("Content-Length", str(self._size))
        return ("Transfer-Encoding", "chunked") if in_chunks else length

    def _upload(self, talk: Conversation) -> FarResponse | None:
        """Send the body; an early answer ends it and the connection's use."""
        self._pulse.meter.moved = 0
        if self._behaviour.expects_continue(self._size):
            early = talk.early_response("PUT", self._parts.limits.expect)
            if early is not None:
                talk.reusable = False
                if self._behaviour.is_uploaded(early.status):
                    raise TransferFailed(f"far side answered before the data: {early.says}")
                return early
            if not talk.invited:
                self._behaviour.no_continue_came()
        try:
            complete = self._send_body(talk)
        except TransferFailed:
            talk.reusable = False
            with contextlib.suppress(TransferFailed):  # why it hung up may be there to read
                return talk.response("PUT")
            raise
        talk.reusable = complete
        return SENT if self._behaviour.takes_sent_for_stored() else None

    def _send_body(self, talk: Conversation) -> bool:
        """Whether all was sent before the far side answered."""
        if self._behaviour.ends_cancelled_push():
            return self._send_chunks(talk)
        buffer = memoryview(bytearray(min(BLOCK, self._size)))
        while self._pulse.meter.moved < self._size:
            offset = self._pulse.meter.moved
            assert self._reader is not None
            count = self._reader.read_into(buffer[: self._size - offset], offset)
            if not count:
                raise TransferFailed("file became shorter while it was sent")
            if not talk.far.upload(buffer[:count]):
                return False
            self._pulse.meter.moved += count
            self._pulse.tick()
        return True

    def _send_chunks(self, talk: Conversation) -> bool:
        """The same in chunks: what there is when the client leaves is the whole body."""
        while self._pulse.meter.moved < self._size and not self._pulse.is_deserted:
            assert self._reader is not None
            block = memoryview(bytearray(min(CHUNK, self._size - self._pulse.meter.moved)))
            count = self._reader.read_into(block, self._pulse.meter.moved)
            if not count or not talk.far.upload(chunk(bytes(block[:count]))):
                return False
            self._pulse.meter.moved += count
            self._pulse.tick()
        return talk.far.upload(LAST_CHUNK)

    def _verify_or_delete(self, put_response: FarResponse) -> None:
        try:
            self._verify(put_response)
        except TransferFailed:
            if self._behaviour.deletes_unverified_push():
                with contextlib.suppress(TransferFailed):
                    self._remote.ask("DELETE")
            raise

    def _verify(self, put_response: FarResponse) -> None:
        required = self._order.require_checksum
        told = digests_in(put_response)
        answer = self._look_after()
        if answer.status == 200:
            check_size(self._size, answer, self._behaviour)
            told = told.joined(digests_in(answer))
        elif self._behaviour.head_after_push_is_fatal(answer.status, required=required):
            raise TransferFailed(f"cannot verify: rejected HEAD: {answer.says}")
        elif not told.digests:
            return
        missing = told.is_missing(self._behaviour)
        if missing and self._behaviour.push_without_digest_is_fatal(required=required):
            raise TransferFailed("far side gave no usable checksum")
        if self._reader is None:
            return
        wrong = contradiction(digests_of(self._reader, told.digests), told.digests, self._behaviour)
        if wrong is not None and self._behaviour.push_mismatch_is_fatal(required=required):
            raise TransferFailed(f"checksum mismatch: {wrong}")

    def _look_after(self) -> FarResponse:
        """HEAD with Want-Digest, some times if the object is not to be seen yet."""
        for looks in itertools.count(1):  # the seam ends it
            talk, answer = self._remote.ask("HEAD", wishes(self._behaviour))
            self._remote.settle(talk, answer)
            has_length = answer.get("content-length") is not None
            if not self._behaviour.looks_again(answer.status, has_length=has_length, looks=looks):
                return answer
            if answer.status in NOT_YET:
                self._pulse.pause(PAUSE)
        raise AssertionError("the loop returns")

"""Pull: GET from the far side into a draft, verify, publish."""

from __future__ import annotations

import contextlib

from reference_server.digests import ADLER32, Hasher, compute
from reference_server.server import Parts
from reference_server.store import Draft, Missing, Record, Store
from reference_server.store.late import EarlyDraft, publish_late
from reference_server.transfer.conversation import Conversation, FarResponse
from reference_server.transfer.order import Order
from reference_server.transfer.problems import Cancelled, TransferFailed, Unreachable
from reference_server.transfer.pulse import Pulse
from reference_server.transfer.remote import Remote
from reference_server.transfer.verification import (
    NOTHING,
    Told,
    contradiction,
    digests_in,
    wishes,
)


def pull(order: Order, parts: Parts, pulse: Pulse) -> None:
    """Fetch the source and make it the object at the order's path; raises TransferFailed."""
    problem = parts.behaviour.write_pool_problem()
    if problem is not None:
        raise TransferFailed(problem)
    draft = _draft(order, parts)
    try:
        with Remote(order, parts, pulse) as remote:
            found = Pull(parts, pulse, remote, draft).fetch()
        if parts.behaviour.keeps_old_tail():
            found = _with_old_tail(parts.store, order.path, draft)
        record = Record(found, owner=order.owner)
        if parts.behaviour.publishes_pull_late():
            draft, done = parts.store.draft(), draft
            publish_late(done, order.path, record, replace=order.may_replace)
        else:
            draft.publish(order.path, record, replace=order.may_replace, tick=pulse.tick)
    except Cancelled:
        if parts.behaviour.fills_up_cancelled_pull():
            draft.write(bytes(max(0, (pulse.meter.size or 0) - draft.size)))
            draft.publish(order.path, Record(owner=order.owner), replace=True)
        raise
    except TransferFailed:
        if parts.behaviour.failed_pull_removes_file():
            with contextlib.suppress(Missing):
                parts.store.delete(order.path)
        raise
    finally:
        parts.running.drafts.forget(order.path)
        draft.discard()


def _draft(order: Order, parts: Parts) -> Draft:
    """A draft of our own; only deviations share it with another copy, or show it too early."""
    if parts.behaviour.copies_share_a_draft():
        return parts.running.drafts.shared(order.path, parts.store.draft)
    if parts.behaviour.shows_unfinished():
        return EarlyDraft(parts.store, order.path)
    return parts.store.draft()


def _with_old_tail(store: Store, path: str, draft: Draft) -> dict[str, str]:
    """Put the end of an older file behind what was received; its digests are not known then."""
    try:
        reader = store.open(path)
    except Missing:
        return {}
    try:
        tail = bytearray(max(0, reader.entry.size - draft.size))
        reader.read_into(memoryview(tail), draft.size)
        draft.write(tail)
    finally:
        reader.close()
    return {}


class Pull:
    """One pull under way: everything between the draft and its publication."""

    def __init__(self, parts: Parts, pulse: Pulse, remote: Remote, draft: Draft) -> None:
        self._order = remote.order
        self._room = parts.room
        self._behaviour = parts.behaviour
        self._pulse = pulse
        self._remote = remote
        self._draft = draft
        self._wishes = wishes(parts.behaviour, self._order.expected)

    def fetch(self) -> dict[str, str]:
        """Receive and verify; returns our own digests. Raises TransferFailed, NoSpace."""
        if not self._behaviour.contacts_source():
            return {}
        try:
            talk, response = self._remote.ask(self._behaviour.method_of_pull(), self._wishes)
        except Unreachable:
            if self._behaviour.tolerates_unreachable():
                return {}
            self._pulse.pause(self._behaviour.waits_for_unreachable())
            raise
        if not self._behaviour.is_delivered(response.status):
            raise TransferFailed(f"rejected GET: {response.says}")
        if (response.get("content-encoding") or "identity").lower() != "identity":
            raise TransferFailed("far side sent a coded representation")
        if self._room is not None:
            self._room.check(response.length or 0)
        return self._take(talk, response)

    def _take(self, talk: Conversation, response: FarResponse) -> dict[str, str]:
        told = digests_in(response)
        self._compare_early(told)
        hasher = Hasher([ADLER32, *told.digests, *self._order.expected])
        self._pulse.meter.size = response.length
        self._receive(talk, response, hasher)
        problem = self._behaviour.empty_file_problem()
        if problem is not None and not self._draft.size:
            raise TransferFailed(problem)
        self._remote.finished(talk, response)
        ours = hasher.values()
        if not told.digests and self._behaviour.asks_digest_by_head():
            told, ours = self._ask_by_head(talk, response, ours)
        self._judge(ours, told)
        return ours

    def _receive(self, talk: Conversation, response: FarResponse, hasher: Hasher) -> None:
        try:
            for block in talk.blocks(response):
                hasher.update(block)
                stored = self._draft.size
                self._draft.write(self._behaviour.block_to_store(block, stored=stored))
                self._pulse.meter.moved += len(block)
                self._pulse.tick()
        except TransferFailed:
            if not self._behaviour.incomplete_body_is_fine():
                raise

    def _ask_by_head(
        self, talk: Conversation, response: FarResponse, ours: dict[str, str]
    ) -> tuple[Told, dict[str, str]]:
        """Ask for a digest once more; digests we have not counted are made from the draft."""
        wanted = self._wishes
        if not wanted:
            return NOTHING, ours
        if not response.keeps_alive:
            self._remote.close()
        try:
            again, answer = self._remote.ask("HEAD", wanted)
            self._remote.settle(again, answer)
        except TransferFailed:
            return NOTHING, ours  # the data are here: a HEAD that breaks is a missing digest
        usable = answer.status == 200 and self._behaviour.takes_digest_of_head()
        told = digests_in(answer) if usable else NOTHING
        missing = [name for name in told.digests if name not in ours]
        if not missing:
            return told, ours
        return told, {**ours, **compute(self._draft, self._draft.size, missing)}

    def _compare_early(self, told: Told) -> None:
        """Rule a: where the source tells another digest than the client, no byte need move."""
        expected = self._order.expected
        common = {name: value for name, value in told.digests.items() if name in expected}
        wrong = contradiction(expected, common, self._behaviour)
        if wrong is not None:
            raise TransferFailed(f"checksum mismatch: the source tells another {wrong}")

    def _judge(self, ours: dict[str, str], told: Told) -> None:
        expected, required = self._order.expected, self._order.require_checksum
        agreed = any(name in expected for name in told.digests)
        if agreed and not self._behaviour.verifies_agreed_digest():
            return
        if self._behaviour.compares_with_client(source_told=bool(told.digests)):
            wrong = contradiction(ours, expected, self._behaviour)
            if wrong is not None:
                raise TransferFailed(f"checksum mismatch: {wrong} is not what the client told")
        missing = told.is_missing(self._behaviour) and not expected
        if missing and self._behaviour.pull_without_digest_is_fatal(required=required):
            raise TransferFailed("far side gave no usable checksum")
        wrong = contradiction(ours, told.digests, self._behaviour)
        if wrong is not None and self._behaviour.pull_mismatch_is_fatal(required=required):
            raise TransferFailed(f"checksum mismatch: {wrong}")

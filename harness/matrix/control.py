"""The golden peer: each endpoint is first tried against our own side, in both roles.

A cell between two endpoints that fails can then be laid at the door of the one whose control
failed; only where both controls pass is it the two together.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from harness.client import Client, Transfer
from harness.matrix.cell import Mode, Plan, Scope
from harness.remote_party import RemoteParty


@dataclass(frozen=True, slots=True)
class Control:
    """What an endpoint can do with a perfect partner; each entry is empty or says what failed."""

    active: dict[Mode, str] = field(default_factory=dict)
    passive: dict[Mode, str] = field(default_factory=dict)
    evidence: dict[Mode, str] = field(default_factory=dict)


def control(client: Client, place: str, party: RemoteParty | None, size: int) -> Control:
    """Try the endpoint as passive party from our client, and as active party to our far side."""
    content = secrets.token_bytes(size)
    path = f"{place}/control-{secrets.token_hex(4)}"
    put = client.put(path, content)
    got = client.get(path)
    stored = "" if put.status in (200, 201, 204) else f"PUT answered {put.status}"
    read = (
        "" if got.body.content == content else f"GET answered {got.status}, {got.body.size} bytes"
    )
    passive = {Mode.PUSH: stored, Mode.PULL: read}
    if party is None:
        return Control(passive=passive)
    active, evidence = {}, {}
    for mode in Mode:
        transfer, fault = _active(client, path, party, mode)
        active[mode], evidence[mode] = fault, transfer.exchange.id
    return Control(active, passive, evidence)


def _active(client: Client, path: str, party: RemoteParty, mode: Mode) -> tuple[Transfer, str]:
    """One transfer with our far side; the fault is empty if the bytes arrived."""
    options = {"credential": "none", "require_checksum_verification": "false"}
    if mode is Mode.PULL:
        far = party.source(size=4096, seed=secrets.randbelow(2**31))
        target = f"{path}-pulled"
        transfer = client.pull(far.url, target, **options)
        arrived = client.get(target).body.content
        wanted: bytes | None = far.content
    else:
        far = party.destination()
        transfer = client.push(path, far.url, **options)
        arrived, wanted = far.received, client.get(path).body.content
    good = transfer.succeeded and arrived == wanted
    return transfer, "" if good else f"{mode} with the golden peer: {transfer}"


def blame(plan: Plan, active: Control, passive: Control) -> tuple[Scope, str]:
    """Whose fault a failed cell is, and what speaks for it."""
    ends = {plan.source: Scope.SOURCE, plan.destination: Scope.DESTINATION}
    if fault := passive.passive.get(plan.mode, ""):
        return ends[plan.passive], fault
    if fault := active.active.get(plan.mode, ""):
        return ends[plan.active], fault
    return Scope.TRANSFER, ""

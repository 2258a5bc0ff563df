"""One cell: a third-party copy between two endpoints, judged by the bytes that arrived."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass

from harness.client import Client, Transfer
from harness.matrix.cell import Cell, Mode, Phase, Plan, Result
from harness.matrix.control import Control, blame
from harness.redact import Redactor, Secret

MACAROON = b'{"caveats": ["activity:DOWNLOAD,UPLOAD,LIST,DELETE,MANAGE"], "validity": "PT1H"}'


@dataclass(frozen=True, slots=True)
class Site:
    """An endpoint made ready for the matrix: a directory of ours, a file in it, its control.

    ``transfer_token`` is what the other party shows here; None if there is nothing to show.
    """

    client: Client
    place: str
    path: str
    content: bytes
    control: Control
    transfer_token: Secret | None

    @property
    def name(self) -> str:
        return self.client.endpoint.name


def run_cell(plan: Plan, sites: dict[str, Site]) -> Cell:
    """Copy, read back, compare, remove; the cell says what came of it."""
    source, destination = sites[plan.source], sites[plan.destination]
    target = f"{destination.place}/{plan.mode}-{plan.source}-{secrets.token_hex(4)}"
    began = time.monotonic()
    transfer = _copy(plan, sites, target)
    seconds = round(time.monotonic() - began, 4)
    arrived = destination.client.get(target) if transfer.succeeded else None
    good = arrived is not None and arrived.body.content == source.content
    destination.client.delete(target)
    evidence = (transfer.exchange.id, *((arrived.id,) if arrived else ()))
    auth = "token" if sites[plan.passive].transfer_token else "none"
    if good:
        size = len(source.content)
        return Cell(
            plan.source,
            plan.destination,
            plan.mode,
            auth,
            Result.PASS,
            bytes=size,
            seconds=seconds,
            evidence=evidence,
        )
    scope, why = blame(plan, sites[plan.active].control, sites[plan.passive].control)
    size = arrived.body.size if arrived else 0
    said = f"reported {transfer}" if arrived is None else f"success, but {size} other bytes arrived"
    return Cell(
        plan.source,
        plan.destination,
        plan.mode,
        auth,
        Result.FAIL,
        scope,
        _phase(transfer),
        "; ".join(t for t in (said, why) if t),
        size,
        seconds,
        evidence,
    )


def _copy(plan: Plan, sites: dict[str, Site], target: str) -> Transfer:
    source, destination = sites[plan.source], sites[plan.destination]
    options = {"credential": "none", "require_checksum_verification": "false", "overwrite": "T"}
    token = sites[plan.passive].transfer_token
    if token is not None:
        options["transfer_header_authorization"] = f"Bearer {token}"
    if plan.mode is Mode.PULL:
        return destination.client.pull(source.client.url(source.path), target, **options)
    return source.client.push(source.path, destination.client.url(target), **options)


def _phase(transfer: Transfer) -> Phase:
    if transfer.succeeded:
        return Phase.FINALIZATION
    return Phase.TRANSFER if transfer.streamed else Phase.PREPARATION


def transfer_token(client: Client, place: str, redactor: Redactor) -> Secret | None:
    """What the other party may show at this endpoint: its token, else a macaroon asked for."""
    if client.identity.token is not None:
        return client.identity.token
    headers = (("Content-Type", "application/macaroon-request"),)
    answer = client.request("POST", place, headers=headers, body=MACAROON)
    try:
        found = json.loads(answer.body.content or b"")["macaroon"]
    except (ValueError, KeyError, TypeError):
        return None
    return redactor.register(str(found), "macaroon")

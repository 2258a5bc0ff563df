"""Every endpoint to every other, push and pull, with the party to blame where it fails."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.client import Client
from harness.endpoints import Endpoint
from harness.matrix.cell import Cell, Mode, Plan, Result, Scope, plan
from harness.matrix.control import control
from harness.matrix.journal import JOURNAL, MATRIX, Journal, document
from harness.matrix.schedule import run_all
from harness.matrix.transfer import Site, run_cell, transfer_token
from harness.problems import Blocked
from harness.recorder import Recorder
from harness.redact import Redactor
from harness.remote_party import RemoteParty

SIZE = 1_048_576
"""Bytes of the file that goes round."""

Said = Callable[[str], None]


@dataclass
class Matrix:
    """A matrix being run: what it needs, and what it has found so far."""

    recorder: Recorder
    redactor: Redactor
    reaching: Callable[[Endpoint], RemoteParty | None]
    cleanup: Callable[[Client, str], bool]
    size: int = SIZE
    say: Said = field(default=lambda text: None)

    def run(
        self, endpoints: list[Endpoint], modes: list[Mode], directory: Path, *, resume: bool = False
    ) -> dict[str, Any]:
        """Run every missing cell; matrix.json as a value. Our directories are removed again."""
        journal = Journal(directory)
        if resume:
            journal.resume()
        plans = journal.missing(plan([e.name for e in endpoints], modes))
        needed = {name for p in plans for name in (p.source, p.destination)}
        limits = {e.name: e.limits.parallel for e in endpoints}
        sites: dict[str, Site] = {}
        try:
            blocked = self._prepare([e for e in endpoints if e.name in needed], sites)
            ready = self._block(plans, blocked, journal)
            done = self._noting(journal, len(plans) + len(journal.cells))
            schedule = run_all(ready, limits, lambda p: run_cell(p, sites), done)
        finally:
            for site in sites.values():
                self.cleanup(site.client, site.place)
        return document(journal.cells, schedule)

    def _prepare(self, endpoints: list[Endpoint], sites: dict[str, Site]) -> dict[str, str]:
        """Make every endpoint ready; those that cannot be, with the reason."""
        blocked: dict[str, str] = {}
        for endpoint in endpoints:
            self.say(f"matrix: trying {endpoint.name} with the golden peer")
            try:
                sites[endpoint.name] = self._site(endpoint)
            except Blocked as fault:
                blocked[endpoint.name] = str(fault)
        return blocked

    def _block(self, plans: list[Plan], blocked: dict[str, str], journal: Journal) -> list[Plan]:
        """Note the cells that cannot be tried; the others are returned."""
        hindered = [p for p in plans if {p.source, p.destination} & set(blocked)]
        for one in hindered:
            journal.add(_blocked(one, blocked))
        return [p for p in plans if p not in hindered]

    def _noting(self, journal: Journal, total: int) -> Callable[[Cell], None]:
        def done(cell: Cell) -> None:
            journal.add(cell)
            self.say(_line(cell, len(journal.cells), total))

        return done

    def _site(self, endpoint: Endpoint) -> Site:
        client = Client(endpoint, endpoint.identity, self.recorder)
        place = f"{endpoint.base_path}/httptpc-{secrets.token_hex(6)}"
        made = client.make_home(place)
        if made.status not in (200, 201):
            raise Blocked(f"{endpoint.name}: MKCOL answered {made.status or made.fault}", (made,))
        content = secrets.token_bytes(min(self.size, endpoint.limits.max_file))
        path = f"{place}/source"
        put = client.put(path, content)
        if put.status not in (200, 201, 204):
            self.cleanup(client, place)
            raise Blocked(f"{endpoint.name}: PUT answered {put.status or put.fault}", (put,))
        found = control(client, place, self.reaching(endpoint), 65536)
        token = transfer_token(client, place, self.redactor)
        return Site(client, place, path, content, found, token)


def _blocked(one: Plan, blocked: dict[str, str]) -> Cell:
    at_source = one.source in blocked
    scope = Scope.SOURCE if at_source else Scope.DESTINATION
    reason = blocked[one.source if at_source else one.destination]
    return Cell(one.source, one.destination, one.mode, "none", Result.BLOCKED, scope, reason=reason)


def _line(cell: Cell, number: int, total: int) -> str:
    glyph = "✔" if cell.result is Result.PASS else "✖"
    text = f"matrix [{number}/{total}] {glyph} {cell.mode} {cell.source} → {cell.destination}"
    return text if cell.result is Result.PASS else f"{text}: {cell.scope}: {cell.reason}"


def exit_code(found: dict[str, Any]) -> int:
    """1 if a cell failed, 3 if one could not be tried, 5 if there was none, else 0."""
    results = {cell["result"] for cell in found["cells"]}
    if Result.FAIL in results:
        return 1
    return 3 if Result.BLOCKED in results else (0 if results else 5)


__all__ = ["JOURNAL", "MATRIX", "SIZE", "Cell", "Matrix", "Mode", "exit_code"]

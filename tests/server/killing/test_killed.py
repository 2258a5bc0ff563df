"""`kill -9` at seeded moments: what was acknowledged is whole, what was not is old or new."""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.server.killing.clients import Worker, contents
from tests.server.server_kit import ROOT, Server, start

SHORT, LONG = 20, 200
SEED = int(os.environ.get("HTTPTPC_KILL_SEED", "20261122"))
WORKERS = 3
LATEST = 0.4
"""Seconds from the first request within which the kill comes."""


@dataclass
class Rounds:
    """Servers that start on one store and are killed, one after the other."""

    store: Path
    peer: Server
    workers: list[Worker] = field(default_factory=list)
    under_way: Counter[str] = field(default_factory=Counter)

    def prepare(self) -> None:
        """The peer's objects and everybody's folders."""
        pool = contents(SEED)
        rng = random.Random(SEED)  # noqa: S311
        process, [victim] = self._start()
        with victim.client() as here, self.peer.client() as there:
            there.ask("MKCOL", "/pool")
            for number, content in enumerate(pool):
                there.ask("PUT", f"/pool/{number}", body=content)
            for number in range(WORKERS):
                own = random.Random(rng.random())  # noqa: S311
                self.workers.append(Worker(number, victim, self.peer, pool, own))
                for client in (here, there):
                    client.ask("MKCOL", f"/w{number}")
        _kill(process)

    def run(self, kills: int) -> None:
        """Work, kill, look; as often as that."""
        moments = random.Random(SEED + 1)  # noqa: S311
        process, [victim] = self._start()
        try:
            for _ in range(kills):
                self._work(victim, process, moments.uniform(0.01, LATEST))
                process, [victim] = self._start()
                self._check(victim)
        finally:
            _kill(process)

    def _work(self, victim: Server, process: subprocess.Popen[str], until: float) -> None:
        over = threading.Event()
        for worker in self.workers:
            worker.victim, worker.under_way = victim, ""
        threads = [threading.Thread(target=w.work, args=(over,)) for w in self.workers]
        for thread in threads:
            thread.start()
        over.wait(until)
        over.set()
        _kill(process)
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive(), "a client hangs"
        self.under_way.update(w.under_way for w in self.workers if len(w.allowed) > 1)

    def _check(self, victim: Server) -> None:
        for worker in self.workers:
            assert worker.problem == ""
            worker.victim = victim
            worker.check()
        staged = [p for p in (self.store / ".httptpc").rglob("*") if p.is_file()]
        assert [p for p in staged if not p.name.startswith(".httptpc.claim")] == []

    def _start(self) -> tuple[subprocess.Popen[str], list[Server]]:
        """The victim; it shares the PKI of its peer, so that they trust each other."""
        ca = Path(self.peer.ready["ca"])
        tls = ["--cert", str(ca.with_name("host.pem")), "--key", str(ca.with_name("host.key"))]
        return start(["--store", str(self.store), *tls, "--ca", str(ca)], 1)


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def killed(tmp_path: Path, peer: Server, kills: int) -> dict[str, object]:
    """Carry out so many kills; what is kept of them."""
    store = tmp_path / "store"
    store.mkdir()
    rounds, began = Rounds(store, peer), time.monotonic()
    rounds.prepare()
    rounds.run(kills)
    done = sum((worker.done for worker in rounds.workers), Counter[str]())
    assert rounds.under_way, "no kill ever met a request"
    return {
        "seed": SEED,
        "kills": kills,
        "clients": WORKERS,
        "answered": dict(sorted(done.items())),
        "interrupted": dict(sorted(rounds.under_way.items())),
        "problems": 0,
        "seconds": round(time.monotonic() - began, 1),
    }


def test_a_killed_server_keeps_what_it_acknowledged(tmp_path: Path, server: Server) -> None:
    killed(tmp_path, server, SHORT)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_two_hundred_kills(tmp_path: Path, server: Server) -> None:
    """Writes what is kept in docs/results."""
    found = killed(tmp_path, server, LONG)
    (ROOT / "docs/results/kill-9.json").write_text(json.dumps(found, indent=1) + "\n")

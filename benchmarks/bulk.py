"""1 GiB by curl: GET, PUT, pull and push over TLS.

Whatever writes does so to a new name, as transfers do, and the file is removed before the next
run: a server that truncates an old file in place would be spared the first touch of fresh memory.
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.measure import Figure, alternate, seconds
from benchmarks.servers import Field, base, token
from fixtures.kinds import Started

SIZE = 1 << 30
TARGETS = {"xrootd": 1.2, "nginx": 1.0}
NUMBERS = count(1)


def figures(field: Field, runs: int) -> list[Figure]:
    """The four figures, each against XRootD, GET and PUT also against nginx."""
    payload = _payload(field.folder / "payload")
    a, b = field.reference
    x, y = field.xrootd
    plain = {"reference": a, "xrootd": x, "nginx": field.nginx}
    for server in plain.values():
        upload(field, server, payload, "payload")
    once: dict[str, dict[str, Callable[[], float]]] = {
        "GET": {n: partial(seconds, partial(get, field, s)) for n, s in plain.items()},
        "PUT": {n: partial(put, field, s, payload) for n, s in plain.items()},
        "pull": {"reference": partial(pull, field, a, b), "xrootd": partial(pull, field, x, y)},
        "push": {"reference": partial(push, field, a, b), "xrootd": partial(push, field, x, y)},
    }
    found = []
    for name, contenders in once.items():
        targets = {n: t for n, t in TARGETS.items() if n in contenders}
        found.append(Figure(f"{name} 1 GiB", "s", targets))
        alternate(found[-1], contenders, runs)
    return found


def get(field: Field, server: Started) -> None:
    curl(field, server, f"{base(server)}/payload", "-o", "/dev/null")


def upload(field: Field, server: Started, payload: Path, name: str) -> None:
    curl(field, server, f"{base(server)}/{name}", "-T", str(payload))


def put(field: Field, server: Started, payload: Path) -> float:
    """Seconds of one upload to a new name."""
    return afresh(field, server, lambda name: upload(field, server, payload, name))


def pull(field: Field, source: Started, destination: Started) -> float:
    """Seconds of one pull to a new name."""
    way = f"Source: {base(source)}/payload"
    return afresh(field, destination, lambda name: copy(field, (destination, source), name, way))


def push(field: Field, source: Started, destination: Started) -> float:
    """Seconds of one push to a new name."""

    def act(name: str) -> None:
        copy(field, (source, destination), "payload", f"Destination: {base(destination)}/{name}")

    return afresh(field, destination, act)


def copy(field: Field, parties: tuple[Started, Started], name: str, way: str) -> None:
    """A COPY of ``name`` at the first party, the active one."""
    active, passive = parties
    url = f"{base(active)}/{name}"
    said = curl(field, active, url, "-X", "COPY", "-H", way, other=passive)
    assert "success" in said, said


def afresh(field: Field, server: Started, act: Callable[[str], None]) -> float:
    """Seconds of ``act`` on a name that ``server`` has never had and has no longer afterwards."""
    name = f"copied-{next(NUMBERS)}"
    taken = seconds(partial(act, name))
    curl(field, server, f"{base(server)}/{name}", "-X", "DELETE")
    return taken


def curl(field: Field, server: Started, url: str, *words: str, other: Started | None = None) -> str:
    """One curl; the tokens go through its standard input."""
    lines = [f'header = "Authorization: Bearer {token(server)}"']
    if other is not None:
        lines += [f'header = "TransferHeaderAuthorization: Bearer {token(other)}"']
        lines += ['header = "Credential: none"', 'header = "RequireChecksumVerification: false"']
    command = ["curl", "-sS", "--fail-with-body", "--cacert", str(field.ca), "-K", "-"]
    done = subprocess.run(
        [*command, *words, url],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
    )
    return done.stdout


def _payload(path: Path) -> Path:
    block = secrets.token_bytes(1 << 20)
    with path.open("wb") as file:
        for _ in range(SIZE >> 20):
            file.write(block)
    return path

"""1 GiB by curl: GET, PUT, pull and push over TLS."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.measure import Figure, alternate, seconds
from benchmarks.servers import Field, base, token
from fixtures.kinds import Started

SIZE = 1 << 30
TARGETS = {"xrootd": 1.2}
PLAIN_TARGETS = {**TARGETS, "nginx": 1.0}
Curl = Callable[..., str]


def figures(field: Field, runs: int) -> list[Figure]:
    """The four figures, each against XRootD, GET and PUT also against nginx."""
    payload = _payload(field.folder / "payload")
    a, b = field.reference
    x, y = field.xrootd
    plain = {"reference": a, "xrootd": x, "nginx": field.nginx}
    for server in plain.values():
        put(field, server, payload)
    found = []
    for name, act in (("GET 1 GiB", get), ("PUT 1 GiB", partial(put, payload=payload))):
        figure = Figure(name, "s", PLAIN_TARGETS)
        contenders = {n: partial(seconds, partial(act, field, s)) for n, s in plain.items()}
        alternate(figure, contenders, runs)
        found.append(figure)
    for name, copy in (("pull 1 GiB", pull), ("push 1 GiB", push)):
        figure = Figure(name, "s", TARGETS)
        pairs = {"reference": (a, b), "xrootd": (x, y)}
        contenders = {n: partial(seconds, partial(copy, field, *p)) for n, p in pairs.items()}
        alternate(figure, contenders, runs)
        found.append(figure)
    return found


def get(field: Field, server: Started) -> None:
    curl(field, server, f"{base(server)}/payload", "-o", "/dev/null")


def put(field: Field, server: Started, payload: Path) -> None:
    curl(field, server, f"{base(server)}/payload", "-T", str(payload))


def pull(field: Field, source: Started, destination: Started) -> None:
    said = curl(
        field,
        destination,
        f"{base(destination)}/copied",
        "-X",
        "COPY",
        "-H",
        f"Source: {base(source)}/payload",
        other=source,
    )
    assert "success" in said, said


def push(field: Field, source: Started, destination: Started) -> None:
    said = curl(
        field,
        source,
        f"{base(source)}/payload",
        "-X",
        "COPY",
        "-H",
        f"Destination: {base(destination)}/copied",
        other=destination,
    )
    assert "success" in said, said


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

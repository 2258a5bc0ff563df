"""Pulls of 1 KiB per second, one after another and sixteen at a time."""

from __future__ import annotations

import http.client
import itertools
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

from benchmarks.measure import Figure, alternate
from benchmarks.servers import Field, base, token
from fixtures.kinds import Started

PULLS = 200
_numbers = itertools.count()


def figures(field: Field, runs: int) -> list[Figure]:
    pairs = {"reference": field.reference, "xrootd": field.xrootd}
    for source, _ in pairs.values():
        _put(field, source)
    found = []
    for side_by_side in (1, 16):
        figure = Figure(f"1 KiB pulls, {side_by_side} at a time", "/s", {"xrootd": 1.2})
        contenders = {n: partial(rate, field, *p, side_by_side) for n, p in pairs.items()}
        alternate(figure, contenders, runs)
        found.append(figure)
    return found


def rate(field: Field, source: Started, destination: Started, side_by_side: int) -> float:
    """Pulls per second over connections that stay open."""
    share = PULLS // side_by_side
    began = time.perf_counter()
    with ThreadPoolExecutor(side_by_side) as pool:
        work = [pool.submit(_pulls, field, source, destination, share) for _ in range(side_by_side)]
        done = sum(future.result() for future in work)
    return done / (time.perf_counter() - began)


def _pulls(field: Field, source: Started, destination: Started, count: int) -> int:
    connection = _connection(field, destination)
    headers = {
        "Authorization": f"Bearer {token(destination)}",
        "TransferHeaderAuthorization": f"Bearer {token(source)}",
        "Source": f"{base(source)}/small",
        "Credential": "none",
        "RequireChecksumVerification": "false",
    }
    path = urlsplit(base(destination)).path
    for _ in range(count):
        connection.request("COPY", f"{path}/small-{next(_numbers) % 64}", headers=headers)
        body = connection.getresponse().read()
        assert b"success" in body, body
    connection.close()
    return count


def _put(field: Field, server: Started) -> None:
    connection = _connection(field, server)
    path = urlsplit(base(server)).path
    connection.request(
        "PUT", f"{path}/small", b"s" * 1024, {"Authorization": f"Bearer {token(server)}"}
    )
    assert connection.getresponse().status in (200, 201, 204)
    connection.close()


def _connection(field: Field, server: Started) -> http.client.HTTPSConnection:
    parts = urlsplit(server.url)
    context = ssl.create_default_context(cafile=str(field.ca))
    return http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context)

"""What a worker is told through the pipe is what the controller knows."""

from __future__ import annotations

from pathlib import Path

from harness.endpoints import Endpoint
from harness.identity import X509, Identity
from harness.model import Expectation
from harness.model.codec import plain, restored
from harness.redact import Secret


def test_an_endpoint_survives_the_way_to_a_worker() -> None:
    sent = Endpoint(
        name="site",
        url="https://se.example.org/",
        ca=Path("/etc/ca"),
        identity=Identity(Secret("tok"), X509(Path("/c"), Path("/k")), "env"),
        doors={"issuer": {"url": "https://i.example.org"}},
        expectations=(Expectation("TPC-001", "known"),),
        start={"deviation": ["x"]},
    )
    got = restored(Endpoint, plain(sent))
    assert got == sent
    assert isinstance(got.ca, Path)
    assert isinstance(got.identity.token, Secret)

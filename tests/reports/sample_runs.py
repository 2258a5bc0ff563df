"""Small runs made of the record's own values, one requirement or one endpoint at a time."""

from __future__ import annotations

from dataclasses import replace

from harness.model import (
    Body,
    EndpointRecord,
    Exchange,
    Expectation,
    Footer,
    Header,
    Level,
    Observation,
    Outcome,
    Piece,
    Requirement,
    Run,
    Tls,
)

HEADER = Header(
    id="run-1",
    tool="httptpc 0.1.0",
    commit="0123456789abcdef",
    started="2026-11-21T22:30:00+00:00",
    seed=7,
)
FOOTER = Footer(finished="2026-11-21T22:32:05+00:00", exit_code=0)
TLS = Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", "CN=se.example.org")


def requirement(name: str = "TPC-021", level: Level = Level.MUST, **more: object) -> Requirement:
    base = Requirement(
        id=name,
        family=name.split("-")[0],
        level=level,
        role="active server",
        origin=("rfc4918 §9.8.4", "a document"),
        text=f"What {name} asks for.",
        probe=f"How {name} is probed.",
    )
    return replace(base, **more)  # type: ignore[arg-type]


def exchange(name: str = "x-000001", **more: object) -> Exchange:
    base = Exchange(
        id=name,
        endpoint="site-a",
        by="client",
        started="2026-11-21T22:30:05+00:00",
        method="GET",
        url="https://se.example.org:2880/vo/dir/file",
        request_headers=(("Host", "se.example.org:2880"), ("Authorization", "Bearer secret-1")),
        status=200,
        reason="OK",
        version="HTTP/1.1",
        headers=(("Content-Length", "5"),),
        body=Body.of(b"hello"),
        framing="content-length",
        complete=True,
        seconds=0.25,
        first_byte=0.1,
        tls=TLS,
        peer="192.0.2.7:2880",
    )
    return replace(base, **more)  # type: ignore[arg-type]


def marked(name: str, texts: list[tuple[float, str]], **more: object) -> Exchange:
    """An answer to a COPY whose body came in the given pieces."""
    pieces = tuple(Piece(at, len(text), text) for at, text in texts)
    return exchange(name, method="COPY", status=202, reason="Accepted", pieces=pieces, **more)


def marker(moved: object, *, stripe: int = 0, stripes: int = 1) -> str:
    return (
        f"Perf Marker\nTimestamp: 1795293583\nStripe Index: {stripe}\n"
        f"Stripe Bytes Transferred: {moved}\nTotal Stripe Count: {stripes}\nEnd\n"
    )


def observation(outcome: Outcome, name: str = "TPC-021", **more: object) -> Observation:
    base = Observation(
        endpoint="site-a",
        requirement=name,
        check=f"suites/test_topic.py::test_{name.lower().replace('-', '_')}",
        outcome=outcome,
        seconds=0.5,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def failure(name: str = "TPC-021", **more: object) -> Observation:
    base = observation(
        Outcome.FAIL,
        name,
        expected=("a failure", "the old content kept"),
        actual="202, success: Created, content replaced",
        evidence=("x-000001",),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def endpoint(name: str = "site-a", *, bound: tuple[str, ...], **more: object) -> EndpointRecord:
    base = EndpointRecord(
        name=name,
        url=f"https://{name}.example.org:2880/vo/dir",
        kind="dcache",
        profiles=("http-tpc",),
        bound=bound,
        software="dCache/9.2.21",
    )
    return replace(base, **more)  # type: ignore[arg-type]


def run_of(
    *observations: Observation,
    requirements: tuple[Requirement, ...] = (),
    exchanges: tuple[Exchange, ...] | None = None,
    expectations: tuple[Expectation, ...] = (),
    footer: Footer | None = FOOTER,
) -> Run:
    """A run in which every requirement named binds every endpoint named."""
    asked = requirements or tuple(
        requirement(name) for name in dict.fromkeys(o.requirement for o in observations)
    )
    bound = tuple(r.id for r in asked)
    names = dict.fromkeys(o.endpoint for o in observations) or {"site-a": None}
    ends = [endpoint(name, bound=bound) for name in names]
    ends[0] = replace(ends[0], expectations=expectations)
    seen = (exchange(),) if exchanges is None else exchanges
    return Run(HEADER, asked, tuple(ends), seen, observations, footer)


OUTCOMES = run_of(
    failure("TPC-001"),
    observation(Outcome.ERROR, "TPC-002", reason="the harness erred"),
    observation(Outcome.BLOCKED, "TPC-003", reason="the control failed"),
    observation(Outcome.WARN, "TPC-004", actual="text/plain", expected=("a marker type",)),
    observation(Outcome.INFO, "TPC-005", actual="Server: x"),
    observation(Outcome.PASS, "TPC-006", evidence=("x-000001",)),
    observation(Outcome.NA, "TPC-007", reason="no macaroons"),
    observation(Outcome.UNTESTED, "TPC-008", reason="no second identity"),
    requirements=tuple(requirement(f"TPC-00{i}") for i in range(1, 10)),
)
"""Every outcome once, each for a requirement of its own, and TPC-009 for which nothing ran."""

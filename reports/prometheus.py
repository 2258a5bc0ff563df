"""httptpc.prom: gauges for the textfile collector (text exposition format 0.0.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from harness.model import Level, Run, Verdict
from reports.matrix import Matrix
from reports.reading import NO_EXTRAS, Extras, Reading, read

Sample = tuple[dict[str, str], float]


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """All gauges of a run; the caller puts the file in place by a rename."""
    reading = read(run)
    header = run.header
    run_labels = {"id": header.id, "tool": header.tool, "commit": header.commit}
    lines = [
        *_gauge("httptpc_run_info", "The run this file tells of.", [(run_labels, 1)]),
        *_gauge("httptpc_run_exit_code", "Exit code of the run.", [({}, reading.exit_code)]),
        *_finished(run),
        *_gauge("httptpc_requirements", "Requirements by verdict.", _totals(reading)),
        *_gauge("httptpc_requirement_violated", "Violated requirements.", _violated(reading)),
    ]
    if extras.matrix is not None:
        told = "Transfers of the matrix: 1 passed, 0 not."
        lines += _gauge("httptpc_matrix_cell", told, _cells(Matrix.of(extras.matrix)))
    return "\n".join(lines) + "\n"


def _gauge(name: str, told: str, samples: list[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{inner}}} {value:.15g}" if inner else f"{name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _finished(run: Run) -> Iterator[str]:
    if run.footer:
        at = datetime.fromisoformat(run.footer.finished).timestamp()
        told = "When the run ended, in seconds since 1970."
        yield from _gauge("httptpc_run_finished_timestamp_seconds", told, [({}, at)])


def _totals(reading: Reading) -> list[Sample]:
    """Also zeros: a series that vanishes is not the same as one that falls to nothing."""
    counts = Counter((j.endpoint, j.level, j.verdict) for j in reading.judgements)
    return [
        ({"endpoint": name, "level": level, "verdict": verdict}, counts[name, level, verdict])
        for name in reading.endpoints
        for level in Level
        for verdict in Verdict
    ]


def _violated(reading: Reading) -> list[Sample]:
    return [
        (
            {
                "endpoint": j.endpoint,
                "requirement": j.requirement,
                "level": j.level,
                "expected": str(j.expectation is not None).lower(),
            },
            1,
        )
        for j in reading.having(Verdict.VIOLATED)
    ]


def _cells(matrix: Matrix) -> list[Sample]:
    return [
        (
            {"source": c.source, "destination": c.destination, "mode": c.mode, "auth": c.auth},
            float(c.result == "PASS"),
        )
        for ways in matrix.cells.values()
        for c in ways.values()
        if c.result != "NOT_ALLOWED"
    ]

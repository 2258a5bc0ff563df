"""A report of very many verdicts (how long it takes is measured in benchmarks)."""

from __future__ import annotations

from harness.model import (
    Body,
    Outcome,
    Run,
)
from reports.html import render
from reports.html.evidence import BUDGET
from tests.reports.html_reading import held_in
from tests.reports.sample_runs import (
    exchange,
    failure,
    observation,
    requirement,
    run_of,
)


def crowd(endpoints: int, requirements: int) -> Run:
    """A run of many endpoints in which every verdict rests on an exchange of its own."""
    names = [f"site-{i:03d}" for i in range(endpoints)]
    asked = tuple(requirement(f"TPC-{i:03d}") for i in range(requirements))
    seen, made = [], []
    for number, (name, r) in enumerate((n, r) for n in names for r in asked):
        made.append(exchange(f"x-{number:06d}", endpoint=name, body=Body.of(b"x" * 300)))
        maker = failure if number % 7 == 0 else None
        evidence = (f"x-{number:06d}",)
        if maker:
            seen.append(
                maker(r.id, endpoint=name, actual=f"answer {number % 5}", evidence=evidence)
            )
        else:
            seen.append(observation(Outcome.PASS, r.id, endpoint=name, evidence=evidence))
    return run_of(*seen, requirements=asked, exchanges=tuple(made))


def test_a_hundred_endpoints_stay_small():
    run = crowd(100, 400)
    text = render(run)
    assert len(text.encode()) < 15_000_000
    assert "Evidence of" in text
    assert "are only in run.jsonl, to keep this page small" not in text


def test_beyond_its_budget_the_page_says_what_it_leaves_out():
    text = render(crowd(16, 400))
    assert len(text.encode()) < 10_000_000
    assert sum(map(len, held_in(text).values())) < BUDGET + 10_000
    assert "are only in run.jsonl, to keep this page small" in text
    assert 'class="unheld"' in text

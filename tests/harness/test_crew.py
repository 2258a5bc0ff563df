"""What the controller makes of a worker that ends before its checks do."""

from __future__ import annotations

from pathlib import Path

from harness.plugin.conduct import Conduct
from harness.plugin.crew import Crew
from harness.plugin.settings import Settings
from harness.redact import Redactor


def problems_after(tmp_path: Path, error: object) -> list[str]:
    conduct = Conduct(Settings((), Redactor(), tmp_path), tmp_path)
    Crew(conduct).pytest_testnodedown(node=None, error=error)
    conduct.recorder.close()
    return conduct.problems


def test_worker_that_breaks_down_is_a_problem_of_the_run(tmp_path: Path) -> None:
    (said,) = problems_after(tmp_path, "Not properly terminated")
    assert "Not properly terminated" in said


def test_worker_that_ends_in_order_is_none(tmp_path: Path) -> None:
    assert problems_after(tmp_path, None) == []

"""What other suites check is covered here, or left out for a reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.checks import catalogue
from harness.cli.listing import prior, requirements
from harness.cli.pages import prior_page
from harness.requirements.prior import load_prior
from harness.requirements.problem import CatalogueProblem

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "prior-suites.md"
CHECKED_SOMEWHERE, CHECKED_NOWHERE = 225, 84
"""The rows that were collected; none may get lost."""


def test_every_row_is_there() -> None:
    ids = [row.id for row in load_prior().rows]
    nowhere = [i for i in ids if "-" in i]
    assert (len(ids) - len(nowhere), len(nowhere)) == (CHECKED_SOMEWHERE, CHECKED_NOWHERE)


def test_every_requirement_that_a_row_names_has_a_check() -> None:
    checks = {row["id"]: row["checks"] for row in requirements()}
    bare = {
        row.id: [i for i in row.by if not checks[catalogue().get(i).id] and not _of_client(i)]
        for row in load_prior().rows
    }
    assert {i: lacking for i, lacking in bare.items() if lacking} == {}


def _of_client(identifier: str) -> bool:
    """The checks of clients are run by another command than those of endpoints."""
    return catalogue().get(identifier).role == "client"


def test_what_the_tool_does_itself_is_where_the_table_says() -> None:
    made = {row.made for row in load_prior().rows if row.made}
    assert {path for path in made if not (ROOT / path).exists()} == set()


def test_what_is_left_out_has_a_reason_of_a_sentence() -> None:
    short = [row.id for row in load_prior().rows if row.out and len(row.out.split()) < 6]
    assert short == []


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == prior_page(prior()), "run make docs"


def test_the_command_writes_the_page() -> None:
    command = [sys.executable, "-m", "harness.cli", "list", "prior", "--markdown"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert told == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{id: A01, text: twice, out: so}\n- {id: A01, text: twice, out: so}", "stands twice"),
        ("{id: A01, text: nothing}", "exactly one"),
        ("{id: A01, text: both, out: so, made: it}", "exactly one"),
        ("{id: A01, text: odd, in: [NOBODY], out: so}", "unknown suites"),
        ("{id: A01, text: odd, out: so, why: so}", "unknown"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(tmp_path: Path, row: str, words: str) -> None:
    file = tmp_path / "prior.yaml"
    file.write_text(f"suites: {{}}\nrows:\n- {row}\n")
    with pytest.raises(CatalogueProblem, match=words):
        load_prior(file)

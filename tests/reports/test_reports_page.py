"""docs/reports.md tells of every format, every line of a record and every key of verdicts.json."""

from __future__ import annotations

import json
import re
from pathlib import Path

from harness.model import Outcome, Verdict
from harness.model.codec import to_line
from reports import FORMATS
from reports.verdicts import render
from tests.reports.sample_runs import OUTCOMES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reports.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"[\w.-]+", PAGE))


def test_every_format_and_its_file():
    written = {"html", "junit", "verdicts"}
    assert {FORMATS[name].file for name in written} | (set(FORMATS) - written) <= NAMED


def test_every_line_of_a_record():
    run = OUTCOMES
    lines = [run.header, *run.requirements, *run.endpoints, *run.exchanges, *run.observations]
    kinds = {json.loads(to_line(line))["type"] for line in [*lines, run.footer]}
    assert {"header", "footer"} < kinds <= NAMED


def test_every_key_of_a_verdict():
    document = json.loads(render(OUTCOMES))
    assert set(document["verdicts"][0]) | set(document["run"]) <= NAMED


def test_every_outcome_and_verdict():
    assert {o.value for o in Outcome} | {v.value for v in Verdict} <= NAMED

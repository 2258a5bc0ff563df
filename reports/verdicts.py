"""verdicts.json: one object for each endpoint and requirement; other tools read it."""

from __future__ import annotations

import json
from typing import Any

from harness.model import Judgement, Requirement, Run
from harness.model.codec import plain
from reports.reading import NO_EXTRAS, Extras, Reading, read

SCHEMA = 1


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """The contract's JSON with a newline at its end."""
    return json.dumps(document(read(run)), ensure_ascii=False, indent=1) + "\n"


def document(reading: Reading) -> dict[str, Any]:
    """The same as a dictionary, for comparing two runs without a file."""
    return {
        "schema": SCHEMA,
        "run": _run(reading.run),
        "verdicts": [_verdict(j, reading.requirements[j.requirement]) for j in reading.judgements],
    }


def _run(run: Run) -> dict[str, Any]:
    header, footer = run.header, run.footer
    return {
        "id": header.id,
        "tool": header.tool,
        "commit": header.commit,
        "started": header.started,
        "finished": footer.finished if footer else None,
        "interrupted": footer is None or footer.interrupted,
    }


def _verdict(judgement: Judgement, requirement: Requirement) -> dict[str, Any]:
    return {**plain(judgement), "text": requirement.text}

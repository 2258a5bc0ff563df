"""Every deviation turns what it says, and of all other MUSTs only those with a written reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.meta.kill import listed
from tests.meta.product import KEPT, renewed, unexplained


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
def test_nothing_turns_without_a_reason(tmp_path: Path) -> None:
    """Keeps its result in docs/results; HTTPTPC_PRODUCT names the folder of an interrupted one."""
    found = renewed(Path(os.environ.get("HTTPTPC_PRODUCT", tmp_path)))
    assert unexplained(found) == {}


def test_kept_result_is_of_this_server() -> None:
    """Nothing in it lacks a reason, and what it does not know is little and new."""
    found = json.loads(KEPT.read_text(encoding="utf-8"))
    assert unexplained(found) == {}
    now = {d.name for d in listed()}
    assert len(now & found["deviations"].keys()) >= 0.95 * len(now)

"""Every deviation turns what it says, and of all other MUSTs only those with a written reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.meta.product import product, unexplained


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
def test_nothing_turns_without_a_reason(tmp_path: Path) -> None:
    """About an hour; HTTPTPC_PRODUCT names a folder in which an interrupted one goes on."""
    found = product(Path(os.environ.get("HTTPTPC_PRODUCT", tmp_path)))
    assert unexplained(found) == {}

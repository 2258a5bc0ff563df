"""Hooks of this plugin that others fill in: the fixtures start servers, the CLI hands settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.endpoints import Endpoint
from harness.plugin.conduct import Conduct
from harness.plugin.settings import Settings


@pytest.hookspec(firstresult=True)
def pytest_httptpc_settings(config: pytest.Config) -> Settings | None:
    """The settings of the run; the first who knows them answers."""


@pytest.hookspec(firstresult=True)
def pytest_httptpc_stand_up(
    endpoints: tuple[Endpoint, ...], directory: Path
) -> tuple[Endpoint, ...] | None:
    """Start every endpoint that has no URL of its own, and return all of them with one."""


@pytest.hookspec
def pytest_httptpc_take_down() -> None:
    """End whatever ``pytest_httptpc_stand_up`` started."""


@pytest.hookspec(firstresult=True)
def pytest_httptpc_matrix(conduct: Conduct) -> dict[str, Any] | None:
    """Run the matrix between the endpoints of the run; matrix.json as a value."""

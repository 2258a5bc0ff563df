"""What the marks of ``harness.checks`` say of a collected check."""

from __future__ import annotations

import pytest


def requirements_of(item: pytest.Item) -> tuple[str, ...]:
    """The ids that ``@requirement`` gave the check; empty for any other test."""
    function = getattr(item, "function", None)
    return getattr(function, "requirements", ())


def is_slow(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "function", None), "slow", False))


def is_last(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "function", None), "last", False))


def is_recorded(item: pytest.Item) -> bool:
    """Whether it judges recordings, which are made once for all checks of an endpoint."""
    return bool(getattr(getattr(item, "function", None), "recordings", ()))


def endpoint_of(item: pytest.Item) -> str:
    """The name of the endpoint a check is to judge."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("endpoint", "")) if callspec else ""

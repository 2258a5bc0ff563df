"""Which checks run, on which endpoints, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from harness.plugin.conduct import KEY, Conduct


def requirements_of(item: pytest.Item) -> tuple[str, ...]:
    """The ids that ``@requirement`` gave the check; empty for any other test."""
    function = getattr(item, "function", None)
    return getattr(function, "requirements", ())


def is_slow(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "function", None), "slow", False))


def is_last(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "function", None), "last", False))


def endpoint_of(item: pytest.Item) -> str:
    """The name of the endpoint a check is to judge."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("endpoint", "")) if callspec else ""


def generate(metafunc: pytest.Metafunc) -> None:
    """One instance of every check for every endpoint that it has something to say of."""
    conduct = metafunc.config.stash.get(KEY, None)
    if conduct is None or "endpoint" not in metafunc.fixturenames:
        return
    requirements = getattr(metafunc.function, "requirements", None)
    if requirements is None:
        return
    marks = pytest.mark.xdist_group
    names = [
        pytest.param(name, marks=marks(name), id=name)
        for name in conduct.endpoints
        if _concerns(conduct, name, requirements)
    ]
    metafunc.parametrize("endpoint", names, indirect=True, scope="session")


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not bind its endpoint or was not asked for; put slow checks late."""
    conduct = config.stash.get(KEY, None)
    if conduct is None:
        return
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        is_kept = not requirements_of(item) or _wanted(conduct, item)
        (kept if is_kept else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    items[:] = sorted(kept, key=lambda item: (endpoint_of(item), is_last(item), is_slow(item)))


def _wanted(conduct: Conduct, item: pytest.Item) -> bool:
    if is_slow(item) and conduct.settings.quick:
        return False
    return _concerns(conduct, endpoint_of(item), requirements_of(item))


def _concerns(conduct: Conduct, endpoint: str, identifiers: Iterable[str]) -> bool:
    """Whether any of the requirements binds the endpoint and was asked for."""
    binding = conduct.bound.get(endpoint, frozenset())
    return any(i in binding and conduct.wants(endpoint, i) for i in identifiers)

"""Which checks run, on which endpoints, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from harness.checks import catalogue
from harness.model import Level
from harness.plugin.conduct import KEY, Conduct
from harness.plugin.marks import endpoint_of, is_last, is_slow, requirements_of
from harness.plugin.sharing import group, share_of, spread


def generate(metafunc: pytest.Metafunc) -> None:
    """One instance of every check for every endpoint that it has something to say of.

    What comes last judges what the others left behind, so every share of an endpoint has its own.
    """
    conduct = metafunc.config.stash.get(KEY, None)
    if conduct is None or "endpoint" not in metafunc.fixturenames:
        return
    requirements = getattr(metafunc.function, "requirements", None)
    if requirements is None:
        return
    is_put_off = conduct.settings.quick and not _is_quick(metafunc.function)
    last = getattr(metafunc.function, "last", False)
    names = [
        _instance(name, share)
        for name in conduct.endpoints
        if not is_put_off and _concerns(conduct, name, requirements)
        for share in range(1, conduct.shares.get(name, 1) + 1 if last else 2)
    ]
    metafunc.parametrize("endpoint", names, indirect=True, scope="session")


def _instance(name: str, share: int) -> Any:
    shown = group(name, share)
    marks = (pytest.mark.xdist_group(shown),) if share > 1 else ()
    return pytest.param(name, marks=marks, id=shown)


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has something to say of no endpoint; the rest gets its share."""
    conduct = config.stash.get(KEY, None)
    if conduct is None:
        return
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        # pytest makes one instance, of no endpoint, of a check that has none
        is_kept = not requirements_of(item) or endpoint_of(item) in conduct.endpoints
        (kept if is_kept else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    spread(kept, conduct.shares)
    items[:] = kept


def order(items: list[pytest.Item]) -> None:
    """Share after share; in each what is slow comes late, and what judges all the others last."""
    items.sort(key=lambda i: (endpoint_of(i), share_of(i), is_last(i), is_slow(i)))


def _is_quick(check: object) -> bool:
    """Whether a first look has room for a check: it judges a MUST and need not wait for it."""
    judged: tuple[str, ...] = getattr(check, "requirements", ())
    is_must = any(catalogue().get(i).level is Level.MUST for i in judged)
    return is_must and not getattr(check, "slow", False)


def _concerns(conduct: Conduct, endpoint: str, identifiers: Iterable[str]) -> bool:
    """Whether any of the requirements binds the endpoint and was asked for."""
    binding = conduct.bound.get(endpoint, frozenset())
    return any(i in binding and conduct.wants(endpoint, i) for i in identifiers)

"""Several workers judge one endpoint: which of its checks stay together, and what each may ask.

A share is what one worker does at an endpoint. Checks that may touch the same thing on the server
(a delegation, a macaroon, a property) are in one share: those of a family of the catalogue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from harness.endpoints import Endpoint
from harness.plugin.marks import endpoint_of, is_last, is_recorded, is_slow, requirements_of

SHARE = pytest.StashKey[int]()
LEAST = 2
"""Transfers side by side that a share needs: some checks judge two transfers at once."""
TOGETHER = {"CRED": "DELEG"}
"""Families that look at what another one leaves: who has delegated is not asked to delegate."""
TRANSFERS = "TPC"
"""Its checks have many transfers at once. The first share has them, and all recordings too."""
USUAL = 33
"""Milliseconds that a check of the reference server takes."""
WEIGHT = {"CANCEL": 200, "DELEG": 100, "SITE": 80, "DIR": 70, "REDIR": 55, "TPC": 45}
"""The same for families that clearly take longer."""
SLOW = 1800
"""The same for a slow check."""


def shares_of(endpoint: Endpoint, places: int) -> int:
    """How many shares there are for so many free workers; never more than its limits allow."""
    return max(1, min(places, endpoint.limits.parallel // LEAST))


def portion(endpoint: Endpoint, share: int, shares: int) -> Endpoint:
    """The endpoint with the part of its limits that one share may use; the first has the rest."""
    rest = endpoint.limits.parallel - LEAST * (shares - 1)
    parallel = rest if share == 1 else LEAST
    return replace(endpoint, limits=replace(endpoint.limits, parallel=parallel))


def group(endpoint: str, share: int) -> str:
    """The name of a share, which xdist puts behind the id of a check."""
    return endpoint if share == 1 else f"{endpoint}~{share}"


def ungrouped(name: str) -> tuple[str, int]:
    """The endpoint and the number of a share; names of endpoints hold no ``~``."""
    endpoint, _, number = name.partition("~")
    return endpoint, int(number or 1)


def share_of(item: pytest.Item) -> int:
    return item.stash.get(SHARE, 1)


def unit_of(item: pytest.Item) -> str:
    """What a check must not be parted from."""
    if is_recorded(item):
        return TRANSFERS
    family = requirements_of(item)[0].partition("-")[0]
    return TOGETHER.get(family, family)


def weight_of(item: pytest.Item) -> int:
    if is_slow(item) and not is_recorded(item):  # recordings are made while other checks run
        return SLOW
    return WEIGHT.get(requirements_of(item)[0].partition("-")[0], USUAL)


def spread(items: list[pytest.Item], shares: dict[str, int]) -> None:
    """Give every check its share; what comes last is in all of them, unless they are empty."""
    checks = [item for item in items if requirements_of(item)]
    for name in {endpoint_of(item) for item in checks}:
        here = [item for item in checks if endpoint_of(item) == name]
        used = _dealt([i for i in here if not is_last(i)], shares.get(name, 1))
        _keep(items, [i for i in here if is_last(i)], used)
    for item in checks:
        item.add_marker(pytest.mark.xdist_group(group(endpoint_of(item), share_of(item))))


def _dealt(checks: list[pytest.Item], shares: int) -> set[int]:
    """Deal the units out, the heaviest first, each to the share with least; the shares used."""
    weights: Counter[str] = Counter()
    for item in checks:
        weights[unit_of(item)] += weight_of(item)
    order = sorted(weights, key=lambda unit: (unit != TRANSFERS, -weights[unit], unit))
    chosen = balanced([weights[unit] for unit in order], shares)
    place = dict(zip(order, chosen, strict=True))
    for item in checks:
        item.stash[SHARE] = place[unit_of(item)]
    return set(chosen) or {1}


def balanced(weights: Iterable[int], shares: int) -> list[int]:
    """For each weight the number of the share, from 1, that had the least so far."""
    loads = dict.fromkeys(range(1, shares + 1), 0)
    chosen = []
    for weight in weights:
        chosen.append(min(loads, key=lambda share: loads[share]))
        loads[chosen[-1]] += weight
    return chosen


def _keep(items: list[pytest.Item], last: list[pytest.Item], used: set[int]) -> None:
    """Leave out what would come last in a share that has nothing before it."""
    for item in last:
        mark = item.get_closest_marker("xdist_group")
        item.stash[SHARE] = ungrouped(mark.args[0])[1] if mark else 1
        if share_of(item) not in used:
            items.remove(item)

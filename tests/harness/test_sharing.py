"""How the checks of an endpoint are dealt out, and what each share may ask of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from harness.checks import last, recorded, requirement, slow
from harness.cli import check
from harness.endpoints import Endpoint
from harness.endpoints.endpoint import Limits
from harness.plugin.conduct import Conduct, packed, unpacked
from harness.plugin.settings import Settings
from harness.plugin.sharing import (
    LEAST,
    balanced,
    group,
    portion,
    share_of,
    shares_of,
    spread,
    ungrouped,
    unit_of,
)
from harness.redact import Redactor


class Item:
    """As much of a collected check as is looked at."""

    def __init__(self, check: Any, share: int = 1) -> None:
        self.function = check
        self.callspec = argparse.Namespace(params={"endpoint": "site"})
        self.stash = pytest.Stash()
        self.marks = [pytest.mark.xdist_group(group("site", share))] if share > 1 else []

    def add_marker(self, mark: Any) -> None:
        self.marks.append(mark)

    def get_closest_marker(self, name: str) -> Any:
        return next((mark for mark in self.marks if mark.name == name), None)


def item(*identifiers: str, share: int = 1, by: Any = lambda check: check) -> Any:
    def check() -> None: ...

    return Item(by(requirement(*identifiers)(check)), share)


def endpoint(parallel: int = 8, **more: Any) -> Endpoint:
    url = "https://se.example.org/vo"
    return Endpoint("site", url=url, limits=Limits(parallel=parallel), **more)


@pytest.mark.parametrize(
    ("parallel", "places", "shares"),
    [(8, 0, 1), (8, 1, 1), (8, 2, 2), (8, 9, 4), (4, 9, 2), (3, 9, 1), (1, 9, 1)],
)
def test_shares_by_places_and_limits(parallel: int, places: int, shares: int) -> None:
    assert shares_of(endpoint(parallel), places) == shares


@pytest.mark.parametrize(("parallel", "shares"), [(8, 2), (8, 4), (5, 2), (1, 1)])
def test_portions_are_the_whole_limit_together(parallel: int, shares: int) -> None:
    parts = [portion(endpoint(parallel), n, shares) for n in range(1, shares + 1)]
    assert sum(part.limits.parallel for part in parts) == parallel
    assert all(part.limits.parallel >= min(LEAST, parallel) for part in parts)


def test_a_worker_keeps_to_its_portion(tmp_path: Path) -> None:
    chief = Conduct(Settings((endpoint(),), Redactor(), tmp_path), tmp_path)
    chief.share(3)
    worker = unpacked(packed(chief), 1)
    worker.take("site", 2)
    worker.take("site", 2)
    for conduct in (chief, worker):
        conduct.recorder.close()
    assert chief.shares == worker.shares == {"site": 3}
    assert worker.endpoints["site"].limits.parallel == LEAST
    assert chief.endpoints["site"].limits.parallel == 8  # the matrix has it for itself


def test_group_names_are_read_back() -> None:
    assert [ungrouped(group("site-a", n)) for n in (1, 2)] == [("site-a", 1), ("site-a", 2)]


def test_the_lightest_share_gets_the_next_unit() -> None:
    assert balanced([9, 5, 4, 3], 2) == [1, 2, 2, 1]
    assert balanced([9, 5], 1) == [1, 1]
    assert balanced([1], 3) == [1]


def test_units_are_families_but_recordings_are_with_the_transfers() -> None:
    assert unit_of(item("MARK-001", "TPC-001")) == "MARK"
    assert unit_of(item("MARK-001", by=recorded("slow-pull"))) == "TPC"
    assert unit_of(item("CRED-001")) == unit_of(item("DELEG-001"))


def test_a_family_stays_in_one_share_and_what_is_last_is_in_each() -> None:
    checks = [item(i) for i in ("TPC-001", "TPC-002", "MAC-001", "MAC-002", "DAV-010")]
    ends = [item("AUTH-016", share=n, by=last) for n in (1, 2, 3, 4)]
    items = [*checks, *ends]
    spread(items, {"site": 4})
    assert [share_of(i) for i in checks] == [1, 1, 2, 2, 3]
    assert items == [*checks, *ends[:3]]  # nothing is in the fourth
    assert {i.marks[-1].args for i in checks} == {("site",), ("site~2",), ("site~3",)}


def test_what_is_last_runs_also_where_it_is_alone() -> None:
    items = [item("AUTH-016", share=n, by=last) for n in (1, 2)]
    spread(items, {"site": 2})
    assert [share_of(i) for i in items] == [1]


def test_slow_checks_are_spread_by_their_time() -> None:
    late = [item("MAC-001", by=slow)]
    quick = [item("DAV-010") for _ in range(9)]
    others = [item("REDIR-001") for _ in range(9)]
    spread([*quick, *others, *late], {"site": 2})
    assert {share_of(i) for i in late} == {1}
    assert {share_of(i) for i in (*quick, *others)} == {2}


@pytest.mark.parametrize(
    ("changed", "cores", "workers"),
    [
        ({}, 2, 2),
        ({}, 16, 4),
        ({"parallel": 1}, 2, 1),
        ({"select": ("MARK-*",)}, 2, 0),
        ({"profiles": ("site",)}, 2, 0),
    ],
)
def test_workers_where_they_help(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    changed: dict[str, Any],
    cores: int,
    workers: int,
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(cores)), raising=False)
    settings = Settings((endpoint(**changed),), Redactor(), tmp_path)
    assert check.fitting(settings) == workers
    few = Settings((endpoint(**changed),), Redactor(), tmp_path, select=("TPC-021",))
    assert check.fitting(few) == 0

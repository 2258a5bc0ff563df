"""The registry of deviations keeps its promises."""

from __future__ import annotations

import pytest

from reference_server.behaviour import Behaviour
from reference_server.deviations import all_deviations, behaviour_with
from reference_server.deviations.registry import UnknownDeviation, deviation


def test_every_deviation_changes_exactly_one_seam() -> None:
    for item in all_deviations():
        changed = [key for key, value in vars(item.behaviour).items() if callable(value)]
        assert len(changed) == 1
        assert hasattr(Behaviour, changed[0])
        assert item.breaks
        assert not set(item.breaks) & set(item.also)
        assert item.summary.endswith(".")
        assert all(item.also.values())


def test_a_class_with_two_seams_is_refused() -> None:
    class Two(Behaviour):
        """Changes two."""

        def accepted_status(self) -> int:
            return 200

        def success_line(self) -> str:
            return "ok"

    with pytest.raises(TypeError, match="exactly one seam"):
        deviation("changes-two", breaks=("TPC-001",))(Two)


def test_a_class_without_a_seam_is_refused() -> None:
    class Other(Behaviour):
        """Adds a method that nobody calls."""

        def nosuch(self) -> int:
            return 1

    with pytest.raises(TypeError, match="exactly one seam"):
        deviation("changes-none", breaks=("TPC-001",))(Other)


def test_deviations_combine() -> None:
    both = behaviour_with(["accepted-with-200", "success-spelt-otherwise"])
    assert both.accepted_status() == 200
    assert both.success_line() == "success: done\n"
    assert behaviour_with([]).accepted_status() == 202
    with pytest.raises(UnknownDeviation):
        behaviour_with(["nosuch"])

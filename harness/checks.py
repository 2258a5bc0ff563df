"""What marks a function as a check: the requirements it judges, and what it needs beyond them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from harness.requirements import Catalogue, load

Check = TypeVar("Check", bound=Callable[..., object])


@cache
def catalogue() -> Catalogue:
    """The catalogue, read once in a process."""
    return load()


def requirement(*identifiers: str) -> Callable[[Check], Check]:
    """``@requirement("TPC-021")``: the check judges these entries of the catalogue.

    Raises LookupError at import for an id that is not there: a clean collection error.
    """
    for identifier in identifiers:
        catalogue().get(identifier)

    def mark(check: Check) -> Check:
        check.requirements = identifiers  # type: ignore[attr-defined]
        return check

    return mark


def needs(*capabilities: str) -> Callable[[Check], Check]:
    """``@needs("tpc-push")``: capabilities beyond those in the catalogue."""

    def mark(check: Check) -> Check:
        check.needs = capabilities  # type: ignore[attr-defined]
        return check

    return mark


def without(*capabilities: str) -> Callable[[Check], Check]:
    """``@without("peer")``: needs of the catalogue that this way of probing does not have."""

    def mark(check: Check) -> Check:
        check.without = capabilities  # type: ignore[attr-defined]
        return check

    return mark


def recorded(*names: str) -> Callable[[Check], Check]:
    """``@recorded("slow-pull")``: the check judges these recordings, so it is slow (see `slow`).

    They are started when the run begins; the names are those of ``fixtures.recordings``.
    """

    def mark(check: Check) -> Check:
        check.recordings = names  # type: ignore[attr-defined]
        return slow(check)

    return mark


def slow(check: Check) -> Check:
    """The check waits for a slow transfer or for an expiry; ``--quick`` leaves it out.

    It leaves out as well whatever judges no MUST.
    """
    check.slow = True  # type: ignore[attr-defined]
    return check


def last(check: Check) -> Check:
    """The check judges what all the others left behind: it runs after them on its endpoint."""
    check.last = True  # type: ignore[attr-defined]
    return check

"""The registry of differences and personalities; a difference changes one seam, with a source."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from reference_server.behaviour import Behaviour
from reference_server.deviations.registry import REQUIREMENT

PRODUCTS = {
    "dcache": "dCache with a WebDAV door and pools",
    "xrootd5": "XRootD 5 as a standalone server",
    "storm": "StoRM WebDAV",
    "dpm": "DPM with a head node and disk nodes",
}
"""Personality -> whose legitimate habits it shows."""
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SOURCE = re.compile(r"([A-Z0-9]+-\d{3}|DEV-D\d{3}|seen in XRootD 5\.5\.3)(: .+)?")


class UnknownPersonality(Exception):
    """There is no personality of that name."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A legitimate difference from the plain reference server.

    `source` names the catalogue's entry whose variant it is, or where it was seen. `warns` is the
    requirement that the catalogue lets it only warn about; empty for all but the oldest habits.
    """

    name: str
    of: tuple[str, ...]
    source: str
    warns: str
    summary: str
    behaviour: type[Behaviour]

    @property
    def seam(self) -> str:
        """The method of Behaviour that it changes."""
        return next(key for key, value in vars(self.behaviour).items() if callable(value))


@dataclass(frozen=True, slots=True)
class Personality:
    """All that is different about one product, one seam each."""

    name: str
    product: str
    differences: tuple[Difference, ...]

    @property
    def behaviours(self) -> tuple[type[Behaviour], ...]:
        return tuple(item.behaviour for item in self.differences)


_REGISTRY: dict[str, Difference] = {}


def difference(
    name: str, *, of: tuple[str, ...], source: str, warns: str = ""
) -> Callable[[type[Behaviour]], type[Behaviour]]:
    """Register a subclass of Behaviour as a difference; raises TypeError for a bad one."""

    def register(cls: type[Behaviour]) -> type[Behaviour]:
        summary = " ".join((cls.__doc__ or "").split())
        made = Difference(name, of, source, warns, summary, cls)
        _check(made)
        _REGISTRY[name] = made
        return cls

    return register


def _check(made: Difference) -> None:
    cls, others = made.behaviour, set(made.of) - set(PRODUCTS)
    changed = [key for key, value in vars(cls).items() if callable(value)]
    if cls.__bases__ != (Behaviour,) or len(changed) != 1 or not hasattr(Behaviour, changed[0]):
        raise TypeError(f"{made.name}: overrides {changed}, must override exactly one seam")
    if made.name in _REGISTRY or not NAME.fullmatch(made.name) or not made.of or others:
        raise TypeError(f"{made.name}: bad or repeated name, or of unknown {sorted(others)}")
    if not made.summary or not SOURCE.fullmatch(made.source):
        raise TypeError(f"{made.name}: needs one sentence and a source, has {made.source!r}")
    if made.warns and not REQUIREMENT.fullmatch(made.warns):
        raise TypeError(f"{made.name}: bad requirement id")


def all_personalities() -> list[Personality]:
    """Every personality, by name. Raises TypeError when two differences of one share a seam."""
    return [_personality(name) for name in sorted(PRODUCTS)]


def personality(name: str) -> Personality:
    """Raises UnknownPersonality."""
    if name not in PRODUCTS:
        raise UnknownPersonality(f"unknown personality {name!r}; known: {', '.join(PRODUCTS)}")
    return _personality(name)


def _personality(name: str) -> Personality:
    found = sorted((d for d in _REGISTRY.values() if name in d.of), key=lambda d: d.name)
    seams = [item.seam for item in found]
    twice = sorted({seam for seam in seams if seams.count(seam) > 1})
    if twice:
        raise TypeError(f"{name}: more than one difference changes {twice}")
    return Personality(name, PRODUCTS[name], tuple(found))

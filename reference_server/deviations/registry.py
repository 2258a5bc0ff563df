"""The registry of deviations; it refuses a class that changes more or less than one seam."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reference_server.behaviour import Behaviour

REQUIREMENT = re.compile(r"[A-Z0-9]+-\d{3}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class UnknownDeviation(Exception):
    """There is no deviation of that name."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A deviation and what it must break.

    `also` are requirements that unavoidably break along, each with a reason. `seen_in` names the
    software or issue it was seen in, or says that it is a mutant of the catalogue.
    """

    name: str
    breaks: tuple[str, ...]
    also: Mapping[str, str]
    seen_in: str
    summary: str
    behaviour: type[Behaviour]

    @property
    def seam(self) -> str:
        """The name of the one decision that is taken otherwise."""
        return next(key for key, value in vars(self.behaviour).items() if callable(value))


_REGISTRY: dict[str, Deviation] = {}
_MANNERS: dict[str, type[Behaviour]] = {}


def deviation(
    name: str,
    *,
    breaks: tuple[str, ...],
    also: Mapping[str, str] | None = None,
    seen_in: str = "catalogue mutant",
) -> Callable[[type[Behaviour]], type[Behaviour]]:
    """Register a subclass of Behaviour under a name; raises TypeError for a bad one."""

    def register(cls: type[Behaviour]) -> type[Behaviour]:
        _check(name, cls, (*breaks, *(also or {})))
        summary = " ".join((cls.__doc__ or "").split())
        along = {key: why for key, why in (also or {}).items() if key not in breaks}
        _REGISTRY[name] = Deviation(name, breaks, along, seen_in, summary, cls)
        return cls

    return register


def _check(name: str, cls: type[Behaviour], requirements: tuple[str, ...]) -> None:
    changed = [key for key, value in vars(cls).items() if callable(value)]
    if cls.__bases__ != (Behaviour,) or len(changed) != 1 or not hasattr(Behaviour, changed[0]):
        raise TypeError(f"{name}: overrides {changed}, must override exactly one seam")
    others = [key for key in vars(cls) if not key.startswith("__") and key not in changed]
    if others or not cls.__doc__:
        raise TypeError(f"{name}: needs one sentence and nothing but one method, has {others}")
    if name in _REGISTRY or name in _MANNERS or not NAME.fullmatch(name) or not requirements:
        raise TypeError(f"{name}: bad or repeated name, or nothing that it breaks")
    if not all(REQUIREMENT.fullmatch(item) for item in requirements):
        raise TypeError(f"{name}: bad requirement id")


def all_deviations() -> list[Deviation]:
    """Every deviation, by name."""
    return [_REGISTRY[name] for name in sorted(_REGISTRY)]


def manner(name: str) -> Callable[[type[Behaviour]], type[Behaviour]]:
    """Register a way of some product that breaks no rule, and that clients have to live with."""

    def register(cls: type[Behaviour]) -> type[Behaviour]:
        _check(name, cls, ("MANNER-000",))
        _MANNERS[name] = cls
        return cls

    return register


def behaviour_with(
    names: list[str], manners: Sequence[str] = (), habits: Sequence[type[Behaviour]] = ()
) -> Behaviour:
    """The behaviour with the named deviations and manners; raises UnknownDeviation.

    `habits` are legitimate differences; they come last.
    """
    unknown = [name for name in names if name not in _REGISTRY]
    unknown += [name for name in manners if name not in _MANNERS]
    if unknown:
        raise UnknownDeviation(f"unknown deviation: {', '.join(unknown)}")
    chosen = [_REGISTRY[name].behaviour for name in names]
    bases = tuple(dict.fromkeys([*chosen, *(_MANNERS[name] for name in manners), *habits]))
    return type("DeviatingBehaviour", bases, {})() if bases else Behaviour()

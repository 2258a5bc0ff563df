"""One numbered sentence of the specifications, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.model.words import Level


class VariantKind(StrEnum):
    """How a known way of behaving counts: fine, tolerated with a warning, or a known fault."""

    LEGITIMATE = "legitimate"
    WARN = "warn"
    DEVIATION = "deviation"


@dataclass(frozen=True, slots=True)
class Variant:
    """What some software is known to do where the requirement leaves room, or violates it."""

    kind: VariantKind
    text: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """An entry of the catalogue.

    ``needs`` names capabilities that must be there for a probe to be possible; ``untestable``
    says why a black box cannot see the behaviour, ``unproven`` why no server of ours can break it.
    """

    id: str
    family: str
    level: Level
    role: str
    origin: tuple[str, ...]
    text: str
    probe: str
    needs: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    mutants: tuple[str, ...] = ()
    untestable: str | None = None
    unproven: str | None = None

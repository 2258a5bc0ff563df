"""Legitimate differences between products: right servers that are not all alike.

A personality is a set of differences, each one seam away from the plain reference server and each
allowed by the catalogue. What violates a requirement is a deviation and does not belong here.
"""

from __future__ import annotations

from reference_server.personalities import (  # noqa: F401  (importing registers them)
    access,
    checksums,
    copying,
    files,
    markers,
    redirecting,
    results,
)
from reference_server.personalities.registry import (
    Difference,
    Personality,
    UnknownPersonality,
    all_personalities,
    personality,
)

__all__ = [
    "Difference",
    "Personality",
    "UnknownPersonality",
    "all_personalities",
    "personality",
]

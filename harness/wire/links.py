"""The Link field (RFC 8288 section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VALUE = re.compile(r"\s*<([^>]*)>((?:[^,\"]|\"(?:[^\"\\]|\\.)*\")*)(?:,|$)")
_PARAMETER = re.compile(r"\s*;\s*([^\s=;,\"]+)\s*(?:=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s;,\"]*))?")


@dataclass(frozen=True, slots=True)
class Link:
    """One link: where it leads, as written, its relations and its other parameters."""

    target: str
    relations: frozenset[str]
    parameters: dict[str, str]


def parse_links(text: str) -> tuple[Link, ...]:
    """The links of a field, those that can be read; of a repeated parameter the first counts."""
    return tuple(_link(target, rest) for target, rest in _VALUE.findall(text))


def _link(target: str, rest: str) -> Link:
    parameters: dict[str, str] = {}
    for name, value in _PARAMETER.findall(rest):
        parameters.setdefault(name.lower(), _unquoted(value))
    relations = frozenset(parameters.get("rel", "").lower().split())
    return Link(target.strip(), relations, parameters)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value

"""Frozen dataclasses to JSON and back, driven by their own annotations."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from harness.model.exchange import Exchange
from harness.model.record import EndpointRecord, Footer, Header, Observation, Run
from harness.model.requirement import Requirement

LINE_TYPES: dict[str, type] = {
    "header": Header,
    "requirement": Requirement,
    "endpoint": EndpointRecord,
    "exchange": Exchange,
    "observation": Observation,
    "footer": Footer,
}
"""The word in ``type`` of each line of run.jsonl, and what the line holds."""


class RecordProblem(ValueError):
    """A line of a record that cannot be understood: file position and what is wrong."""


def plain(value: object) -> Any:
    """``value`` as JSON types; fields marked as not recorded are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (f for f in dataclasses.fields(value) if f.metadata.get("recorded", True))
        return {f.name: plain(getattr(value, f.name)) for f in fields}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, str | Path) else value


def restored(kind: Any, value: Any) -> Any:
    """The inverse of :func:`plain` for the annotation ``kind``."""
    return _restorer(kind)(value)


@cache
def _restorer(kind: Any) -> Callable[[Any], Any]:
    """How values of ``kind`` are restored, worked out once: a run may have 100,000 lines."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = _restorer(next(a for a in arguments if a is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_restorer(arguments)
    if origin is dict:
        inner = _restorer(arguments[1])
        return lambda value: {key: inner(item) for key, item in value.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _dataclass_restorer(kind)
    remade = kind is not str and isinstance(kind, type) and issubclass(kind, Enum | Path | str)
    return kind if remade else _as_it_is


def _tuple_restorer(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    if arguments[-1] is Ellipsis:
        inner = _restorer(arguments[0])
        return lambda value: tuple(map(inner, value)) if inner is not _as_it_is else tuple(value)
    inners = tuple(map(_restorer, arguments))
    return lambda value: tuple(inner(v) for inner, v in zip(inners, value, strict=True))


def _dataclass_restorer(kind: type) -> Callable[[Any], Any]:
    inners = {name: _restorer(hint) for name, hint in get_type_hints(kind).items()}
    return lambda value: kind(**{k: inners[k](v) for k, v in value.items() if k in inners})


def _as_it_is(value: Any) -> Any:
    return value


def to_line(value: object) -> str:
    """One line of run.jsonl, without its newline."""
    word = next(word for word, kind in LINE_TYPES.items() if isinstance(value, kind))
    return json.dumps({"type": word, **plain(value)}, ensure_ascii=False)


def from_line(line: str) -> object:
    """The value of one line; raises RecordProblem with the reason."""
    try:
        data = json.loads(line)
        return restored(LINE_TYPES[data.pop("type")], data)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise RecordProblem(f"not a line of a run: {problem}") from problem


def read_run(lines: Iterable[str]) -> Run:
    """A run from its lines. A last line cut in the middle (a killed run) is passed over."""
    found: dict[type, list[Any]] = {kind: [] for kind in LINE_TYPES.values()}
    for value in _values(lines):
        found[type(value)].append(value)
    if not found[Header]:
        raise RecordProblem("no header line: this is not the record of a run")
    return Run(
        header=found[Header][0],
        requirements=tuple({r.id: r for r in found[Requirement]}.values()),
        endpoints=tuple({e.name: e for e in found[EndpointRecord]}.values()),
        exchanges=tuple(found[Exchange]),
        observations=tuple(found[Observation]),
        footer=found[Footer][-1] if found[Footer] else None,
    )


def _values(lines: Iterable[str]) -> Iterator[object]:
    texts = [line for line in lines if line.strip()]
    for number, line in enumerate(texts, start=1):
        try:
            yield from_line(line)
        except RecordProblem as problem:
            if number < len(texts):
                raise RecordProblem(f"line {number}: {problem}") from problem

"""Frozen dataclasses to JSON and back, driven by their own annotations."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any

import msgspec

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


class _Typed(msgspec.Struct):
    type: str


_WORD = msgspec.json.Decoder(_Typed)
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    word: msgspec.json.Decoder(kind) for word, kind in LINE_TYPES.items()
}
"""A compiled reader of each kind of line: a run of 100 endpoints has 300,000."""
_FIRST = re.compile(rb'\{"type": "(\w+)", ')
"""The word of a line as we write it, found without reading the line to its end."""


_AS_THEY_ARE = frozenset({str, int, float, bool, NoneType})


class RecordProblem(ValueError):
    """A line of a record that cannot be understood: file position and what is wrong."""


def plain(value: object) -> Any:
    """``value`` as JSON types; fields marked as not recorded are left out."""
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    names = _recorded(kind)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, str | Path) else value


@cache
def _recorded(kind: type[Any]) -> tuple[str, ...] | None:
    """The fields of a dataclass that are recorded; None for any other type."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(f.name for f in dataclasses.fields(kind) if f.metadata.get("recorded", True))


def restored(kind: Any, value: Any) -> Any:
    """The inverse of :func:`plain` for the annotation ``kind``; raises RecordProblem."""
    try:
        return msgspec.convert(value, kind, dec_hook=_of_text)
    except msgspec.ValidationError as problem:
        raise RecordProblem(str(problem)) from problem


def _of_text(kind: type, value: str) -> object:
    """A path, or a word of ours, from its text."""
    return kind(value)


def to_line(value: object) -> str:
    """One line of run.jsonl, without its newline."""
    word = next(word for word, kind in LINE_TYPES.items() if isinstance(value, kind))
    return json.dumps({"type": word, **plain(value)}, ensure_ascii=False)


def from_line(line: str | bytes) -> object:
    """The value of one line; raises RecordProblem with the reason."""
    try:
        raw = line.encode() if isinstance(line, str) else line
        first = _FIRST.match(raw)
        word = first[1].decode() if first else _WORD.decode(raw).type
        return _DECODERS[word].decode(raw)
    except KeyError as problem:
        raise RecordProblem(f"not a line of a run: no type {problem}") from problem
    except (msgspec.DecodeError, UnicodeEncodeError) as problem:
        raise RecordProblem(f"not a line of a run: {problem}") from problem


def read_run(lines: Iterable[str | bytes]) -> Run:
    """A run from its lines. A last line cut in the middle (a killed run) is passed over."""
    found: dict[type, list[Any]] = {kind: [] for kind in LINE_TYPES.values()}
    for value in _values(lines):
        found[type(value)].append(value)
    if not found[Header]:
        raise RecordProblem("no header line: this is not the record of a run")
    return Run(
        header=found[Header][0],
        requirements=tuple({r.id: r for r in found[Requirement]}.values()),
        endpoints=_joined(found[EndpointRecord]),
        exchanges=tuple(found[Exchange]),
        observations=tuple(found[Observation]),
        footer=found[Footer][-1] if found[Footer] else None,
    )


def _joined(records: Iterable[EndpointRecord]) -> tuple[EndpointRecord, ...]:
    """Each endpoint once: workers that shared one each tell what they found out about it.

    A capability that one of them lacked is lacking: its checks were not made everywhere.
    """
    whole: dict[str, EndpointRecord] = {}
    for told in records:
        before = whole.get(told.name, told)
        lacking = {n: c for n, c in before.capabilities.items() if not c.present}
        found = {**before.capabilities, **told.capabilities, **lacking}
        software = told.software or before.software
        whole[told.name] = dataclasses.replace(told, capabilities=found, software=software)
    return tuple(whole.values())


def _values(lines: Iterable[str | bytes]) -> Iterator[object]:
    cut: RecordProblem | None = None
    for number, line in enumerate((line for line in lines if line.strip()), start=1):
        if cut is not None:  # and it is not the last one
            raise RecordProblem(f"line {number - 1}: {cut}") from cut
        try:
            yield from_line(line)
        except RecordProblem as problem:
            cut = problem

"""YAML read the strict way: no duplicate keys, no ``NO`` that turns into false, and line numbers.

PyYAML lets the last of two equal keys win and reads YAML 1.1 words such as ``NO`` (a site's
name!) or ``1:30`` as something else; both have broken endpoint files before.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from harness.problems import UsageError

Path = tuple[str | int, ...]


class StrictLoader(yaml.SafeLoader):
    """A SafeLoader that refuses surprises and remembers on which line each value stands."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.lines: dict[int, dict[Hashable, int]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            key = key_node.value
            line = key_node.start_mark.line + 1
            if key_node.tag != "tag:yaml.org,2002:str":
                raise UsageError(f"line {line}: the key {key!r} is not a text; put it in quotes")
            if key in lines:
                raise UsageError(f"line {line}: the key {key!r} stands twice (line {lines[key]})")
            lines[key] = line
        mapping = super().construct_mapping(node, deep=deep)
        self.lines[id(mapping)] = lines
        return mapping

    def construct_yaml_map(self, node: yaml.MappingNode) -> Any:
        data: dict[Hashable, Any] = {}
        yield data
        data.update(self.construct_mapping(node))
        self.lines[id(data)] = {k.value: k.start_mark.line + 1 for k, _ in node.value}


StrictLoader.add_constructor("tag:yaml.org,2002:map", StrictLoader.construct_yaml_map)


def _plain_words_only(loader: StrictLoader, node: yaml.ScalarNode) -> bool:
    if node.value not in ("true", "false"):
        line = node.start_mark.line + 1
        raise UsageError(f"line {line}: {node.value!r} reads as a boolean; quote it, or say true")
    return bool(node.value == "true")


StrictLoader.add_constructor("tag:yaml.org,2002:bool", _plain_words_only)


def _as_written(loader: StrictLoader, node: yaml.ScalarNode) -> str:
    """A date stays a text: what it must look like, its reader says."""
    return str(node.value)


StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


class Document:
    """A parsed YAML text whose values know the line they stand on."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        loader = StrictLoader(text)
        try:
            self.data: Any = loader.get_single_data()
        except UsageError as problem:
            raise UsageError(f"{name}, {problem}") from None
        except yaml.YAMLError as problem:
            raise UsageError(
                f"{name}{_where(problem)}: not valid YAML ({_what(problem)})"
            ) from None
        self._lines = loader.lines

    def line(self, path: Path) -> int:
        """The line of the value at ``path``, or of the nearest thing around it that has one."""
        value, line = self.data, 1
        for step in path:
            line = self._lines.get(id(value), {}).get(step, line)
            try:
                value = value[step]
            except (LookupError, TypeError):
                break
        return line


def _where(problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _what(problem: yaml.YAMLError) -> str:
    return str(getattr(problem, "problem", None) or problem)

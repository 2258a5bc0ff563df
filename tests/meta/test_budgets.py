"""The house's budgets: what CONTRIBUTING.md promises about size and names, counted."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("harness", "fixtures", "suites", "reports", "reference_server", "benchmarks")
FORBIDDEN = {"utils", "helpers", "common", "manager"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield f"{path.relative_to(ROOT)}::{node.name}", node


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def parameters(node: Function) -> int:
    found = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([a for a in found if a.arg not in ("self", "cls")])


def takes_fixtures(name: str) -> bool:
    """Checks, and what they are written with, take fixtures: no parameters in the rule's sense."""
    return name.startswith(("suites/", "fixtures/"))


def test_no_module_is_over_400_lines() -> None:
    sizes = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in modules()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_functions_are_short(room: str) -> None:
    found = [
        (name, length(node))
        for path in sorted((ROOT / room).rglob("*.py"))
        for name, node in functions(path)
    ]
    if not found:
        pytest.skip(f"{room} is not there yet")
    assert [(name, size) for name, size in found if size > 60] == []
    assert statistics.median(size for _, size in found) <= 10


def test_no_function_takes_more_than_four_parameters() -> None:
    many = {
        name: parameters(node)
        for path in modules()
        for name, node in functions(path)
        if parameters(node) > 4 and not takes_fixtures(name)
    }
    assert many == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(p) for p in modules() if p.stem in FORBIDDEN or p.parent.name in FORBIDDEN] == []

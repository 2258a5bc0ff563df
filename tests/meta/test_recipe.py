"""CONTRIBUTING.md's recipe for a new check works as written: followed on a copy of the tree."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("harness", "fixtures", "suites", "reports", "reference_server", "conftest.py")
PATIENCE = 240.0
STEP = re.compile(r"Append to `([^`]+)`.*?```\w+\n(.*?)```", re.DOTALL)
ENDPOINTS = re.compile(r"With this in `([^`]+)`\s*```yaml\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"```sh\nhttptpc (.*?)\n```", re.DOTALL)


@pytest.fixture(scope="module")
def recipe() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition("## Add a check")[2].partition("\n## ")[0]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the product is made of."""
    for name in PARTS:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def follow(recipe: str, tree: Path) -> list[str]:
    """Do what the recipe says, and return the command that it ends in."""
    steps = STEP.findall(recipe)
    assert [path.split("/")[0] for path, _ in steps] == ["harness", "suites", "reference_server"]
    for path, block in steps:
        old = (tree / path).read_text(encoding="utf-8")
        (tree / path).write_text(f"{old.rstrip()}\n\n\n{textwrap.dedent(block)}", encoding="utf-8")
    ((name, endpoints),) = ENDPOINTS.findall(recipe)
    (tree / name).write_text(endpoints, encoding="utf-8")
    (command,) = COMMAND.findall(recipe)
    return shlex.split(command)


def test_the_recipe_is_met_by_the_right_server_and_violated_by_the_wrong_one(
    recipe: str, tree: Path
) -> None:
    words = follow(recipe, tree)
    command = [sys.executable, "-m", "harness.cli", *words]
    there = {**os.environ, "PYTHONPATH": str(tree)}
    ended = subprocess.run(
        command, cwd=tree, env=there, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    out = tree / words[words.index("--out") + 1]
    rows = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))["verdicts"]
    chosen = words[words.index("--select") + 1]
    seen = {row["endpoint"]: row["verdict"] for row in rows if row["requirement"] == chosen}
    assert seen == {"right": "MET", "wrong": "VIOLATED"}


def test_the_example_is_not_taken_for_a_real_entry(recipe: str) -> None:
    """Who copies it has to take the next free number: the example's stays free."""
    listed = (ROOT / "harness" / "requirements" / "dav.yaml").read_text(encoding="utf-8")
    assert "DAV-099" in recipe
    assert "DAV-099" not in listed

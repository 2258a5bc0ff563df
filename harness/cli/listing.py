"""``httptpc list``: what there is, from requirements to endpoints."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from harness.checks import catalogue
from harness.cli.pages import deviations_page, prior_page, requirements_page
from harness.credentials import Discovery
from harness.plugin.settings import DEFAULT_FILE, choose
from harness.problems import UsageError
from harness.redact import Redactor
from harness.requirements.prior import load_prior

Row = dict[str, Any]


def add(commands: Any) -> None:
    made = commands.add_parser(
        "list", help="show what there is", description="Show what there is, a line for each."
    )
    made.add_argument("what", choices=sorted(LISTS), metavar="WHAT", help=", ".join(sorted(LISTS)))
    made.add_argument("--json", action="store_true", help="everything known of each")
    made.add_argument("--markdown", action="store_true", help="as a page of the documentation")
    made.add_argument(
        "--endpoints", metavar="FILE", default=DEFAULT_FILE, help="default: endpoints.yaml"
    )
    made.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    rows = LISTS[options.what](options)
    if options.markdown:
        if options.what not in PAGES:
            raise UsageError(f"list {options.what}: has no page; there are {', '.join(PAGES)}")
        print(PAGES[options.what](rows), end="")  # noqa: T201
    else:
        print(json.dumps(rows, indent=1) if options.json else "\n".join(map(_line, rows)))  # noqa: T201
    return 0


def _line(row: Row) -> str:
    words = (", ".join(v) if isinstance(v, list) else str(v) for v in row.values() if v)
    return "  ".join(words)


def checks() -> list[Row]:
    """Every check with the requirements it judges, read from the suites without running them."""
    found = importlib.util.find_spec("suites")
    folder = Path(next(iter((found and found.submodule_search_locations) or ["suites"])))
    return [row for path in sorted(folder.rglob("test_*.py")) for row in _checks_in(path, folder)]


def _checks_in(path: Path, folder: Path) -> Iterator[Row]:
    name = path.relative_to(folder.parent).as_posix()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "requirement":
                    ids = [a.value for a in mark.args if isinstance(a, ast.Constant)]
                    yield {"check": f"{name}::{node.name}", "requirements": ids}


def deviations() -> list[Row]:
    """What the reference server can do wrong, asked of itself: we share no code with it."""
    return _told_by_the_server("--list-deviations")


def personalities() -> list[Row]:
    """The products whose legitimate habits the reference server can show, asked of itself."""
    return _told_by_the_server("--list-personalities")


def habits(options: argparse.Namespace) -> list[Row]:
    """Personalities; as text, a line for each of their differences."""
    if options.json:
        return personalities()
    return [
        {"personality": row["name"], "difference": d["name"], "of": d["source"], "is": d["summary"]}
        for row in personalities()
        for d in row["differences"]
    ]


def profiles() -> list[Row]:
    """What an endpoint can be judged as, and how many requirements that binds it to."""
    return [
        {"name": name, "requirements": len(profile.members), "about": profile.about}
        for name, profile in catalogue().profiles.items()
    ]


def capabilities() -> list[Row]:
    """What a check can need of an endpoint or of the tester."""
    return [{"name": name, "about": about} for name, about in catalogue().needs.items()]


def _told_by_the_server(question: str) -> list[Row]:
    asked = subprocess.run(
        [sys.executable, "-m", "reference_server", question],
        capture_output=True,
        text=True,
        check=True,
    )
    rows: list[Row] = json.loads(asked.stdout)
    return rows


def requirements() -> list[Row]:
    """The catalogue, each entry with the checks that judge it and the deviations that break it."""
    judged, broken = defaultdict(list), defaultdict(list)
    for row in checks():
        for identifier in row["requirements"]:
            judged[identifier].append(row["check"])
    for row in deviations():
        for identifier in row["breaks"]:
            broken[identifier].append(row["name"])
    return [
        {
            "id": r.id,
            "family": r.family,
            "level": r.level.value,
            "role": r.role,
            "text": r.text,
            "origin": list(r.origin),
            "checks": judged[r.id],
            "deviations": broken[r.id],
            "untestable": r.untestable,
            "unproven": r.unproven,
        }
        for r in catalogue()
    ]


def prior() -> list[Row]:
    """What other suites check, each row with the checks of ours that cover it."""
    judged = {row["id"]: row["checks"] for row in requirements()}
    return [
        {
            "id": row.id,
            "text": row.text,
            "in": list(row.suites),
            "partly": list(row.partly),
            "by": list(row.by),
            "made": row.made,
            "out": row.out,
            "checks": list(dict.fromkeys(c for i in row.by for c in judged.get(i, []))),
        }
        for row in load_prior().rows
    ]


def endpoints(options: argparse.Namespace) -> list[Row]:
    chosen = choose([], options.endpoints, Discovery(Redactor()))
    return [
        {
            "name": e.name,
            "kind": e.kind,
            "url": e.url,
            "profiles": list(e.profiles),
            "groups": list(e.groups),
        }
        for e in chosen
    ]


PAGES = {
    "requirements": requirements_page,
    "deviations": deviations_page,
    "prior": prior_page,
}

LISTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "requirements": lambda options: requirements(),
    "capabilities": lambda options: capabilities(),
    "checks": lambda options: checks(),
    "deviations": lambda options: deviations(),
    "endpoints": endpoints,
    "personalities": habits,
    "prior": lambda options: prior(),
    "profiles": lambda options: profiles(),
}

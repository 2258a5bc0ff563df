"""docs/endpoints.md and the schema: nothing an entry may say is left out, and examples work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures import kinds
from harness.endpoints.validation import schema, validate, validate_expectations
from harness.endpoints.yaml import Document

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "endpoints.md").read_text(encoding="utf-8")
GATEWAY = (DOCS / "s3.md").read_text(encoding="utf-8")
"""The page that documents the object store behind a gateway."""

EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE + GATEWAY, re.DOTALL)
HEAD = "version: 1\nendpoints:\n"


def members(rules: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that the schema knows, with what it says of it."""
    for name, value in rules.items() if isinstance(rules, dict) else ():
        if name == "properties":
            yield from value.items()
        yield from members(value)


def test_the_schema_points_nowhere_in_vain() -> None:
    named = re.findall(r"'#/\$defs/(\w+)'", str(schema()))
    assert {*named, "expectations"} == set(schema()["$defs"])


def test_every_key_is_described_in_the_schema() -> None:
    assert [name for name, rules in members(schema()) if not described(rules)] == []


def described(rules: dict[str, Any]) -> str:
    """What the schema says of a key, or of the rules that it refers to."""
    elsewhere = schema()["$defs"].get(rules.get("$ref", "").rpartition("/")[2], {})
    return str(rules.get("description") or elsewhere.get("description", ""))


def test_every_key_is_on_the_page() -> None:
    words = set(re.findall(r"[\w-]+", PAGE + GATEWAY))
    assert {name for name, _ in members(schema())} - words == set()


def test_every_kind_and_what_it_takes_is_on_the_page() -> None:
    named = set(re.findall(r"`([\w-]+)`", PAGE))
    assert set(kinds.KINDS) <= named
    assert {key for kind in kinds.KINDS for key in getattr(kinds.load(kind), "WISHES", ())} <= named


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_right(text: str) -> None:
    if text.startswith("-"):
        validate_expectations(Document(text, "example"))
    else:
        validate(Document(text if text.startswith("version:") else HEAD + text, "example"))


def test_the_file_that_comes_along_is_right() -> None:
    """Also what stands there behind a comment sign, to be taken over."""
    text = (ROOT / "endpoints.yaml").read_text(encoding="utf-8")
    document = Document(re.sub(r"(?m)^#(?=  )", "", text), "endpoints.yaml")
    validate(document)
    assert {"reference-a", "site-a", "gateway-a"} <= set(document.data["endpoints"])

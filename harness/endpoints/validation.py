"""What is wrong in a YAML file of ours: the first mistake as one sentence with file and line."""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from harness.endpoints.yaml import Document, Path
from harness.problems import UsageError

if TYPE_CHECKING:
    from jsonschema import FormatChecker, ValidationError

_INLINE = re.compile(r"^(eyJ[\w-]+\.|MD[A-Z][\w-]{40,}|-----BEGIN|\w+://[^/]*@)|[?&]authz=")
"""A token, a macaroon, a key, or a URL that holds a password or a token."""

TYPES = {
    "array": "a list",
    "object": "a mapping",
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}
FORMATS = {
    "date": "a date such as 2027-01-31",
    "IP address": "an IP address",
    "network": "a network such as 192.0.2.0/24",
}
_ROOT = re.compile(r"^x?roots?://")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of endpoints.yaml, for validation and for editors."""
    text = files("harness.endpoints").joinpath("schema.json").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text))


def validate(document: Document) -> None:
    """Raise UsageError for the first thing in an endpoints.yaml that is not as it should be."""
    _refuse_secrets(document)
    _compare(document, schema())
    for name, entry in document.data["endpoints"].items():
        if said := _root_problem(entry):
            raise mistake(document, ("endpoints", name), f"{name}: {said}")


def validate_expectations(document: Document) -> None:
    """The same for a file of expectations."""
    _refuse_secrets(document)
    _compare(document, {"$ref": "#/$defs/expectations", "$defs": schema()["$defs"]})


def mistake(document: Document, where: Path, said: str) -> UsageError:
    """The error that says what is wrong on the line of ``where``."""
    return UsageError(f"{document.name}, line {document.line(where)}: {said}")


def _compare(document: Document, rules: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator  # slow to import, and no worker wants it

    found = Draft202012Validator(rules, format_checker=_formats()).iter_errors(document.data)
    for problem in sorted(found, key=lambda p: document.line(tuple(p.absolute_path))):
        where, unknown = tuple(problem.absolute_path), _unknown(problem)
        raise mistake(document, (*where, *unknown[:1]), _say(problem, where))


def _formats() -> FormatChecker:
    from jsonschema import FormatChecker

    made = FormatChecker(formats=["date"])
    made.checks("IP address", ValueError)(lambda text: bool(ipaddress.ip_address(text)))
    made.checks("network", ValueError)(lambda text: bool(ipaddress.ip_network(text)))
    return made


def _refuse_secrets(document: Document) -> None:
    for where, value in _texts(document.data, ()):
        if _INLINE.search(value):
            said = "this looks like a secret; write it to a file and say {file: PATH}"
            raise mistake(document, where, f"{said}, or {{env: NAME}}")


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for key, item in items:
        yield from _texts(item, (*path, key))


def _root_problem(entry: dict[str, Any]) -> str:
    """What is wrong about how an entry names its root:// door; empty if nothing is."""
    url = entry.get("url", "")
    if _ROOT.match(url):
        return "url is the https door; write the root:// address as xroot-url"
    wanted = url and "xrootd-tpc" in entry.get("profiles", ())
    missing = wanted and "xroot-url" not in entry
    return "the profile xrootd-tpc needs an xroot-url: root://HOST:PORT//PATH" if missing else ""


def _say(problem: ValidationError, where: Path) -> str:
    place = ".".join(map(str, where)) or "the file"
    if unknown := _unknown(problem):
        known = list(_rules(problem)["properties"])
        near = difflib.get_close_matches(unknown[0], known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        return f"{place}: unknown key {unknown[0]!r}; {hint}"
    return f"{place}: {_reason(problem)}"


def _reason(problem: ValidationError) -> str:
    """The rule that was broken, in words; the validator's own where we have none."""
    rules, given = _rules(problem), repr(problem.instance)
    told = {
        "anyOf": "give a url, or the kind of a server that the harness can start",
        "oneOf": "give either proxy, or both cert and key",
        "format": f"{given} is not {FORMATS.get(str(problem.validator_value), 'right')}",
        "required": f"needs {' and '.join(map(str, rules.get('required', ())))}",
        "type": f"has to be {_types(rules.get('type', ()))}",
    }
    if problem.validator == "pattern" and "examples" in rules:
        return f"{given} is not of the form {rules['examples'][0]}"
    return told.get(str(problem.validator), problem.message)


def _rules(problem: ValidationError) -> dict[str, Any]:
    return problem.schema if isinstance(problem.schema, dict) else {}


def _types(names: str | list[str]) -> str:
    return " or ".join(TYPES[name] for name in ([names] if isinstance(names, str) else names))


def _unknown(problem: ValidationError) -> list[str]:
    known = _rules(problem).get("properties")
    if problem.validator != "additionalProperties" or known is None:
        return []
    return [key for key in cast(dict[str, Any], problem.instance) if key not in known]

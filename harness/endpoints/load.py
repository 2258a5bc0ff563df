"""endpoints.yaml to endpoints: every mistake is one sentence with file and line."""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from harness.credentials import Discovery
from harness.endpoints.endpoint import DOORS, Endpoint, Limits
from harness.endpoints.yaml import Document
from harness.model import Expectation
from harness.problems import UsageError

if TYPE_CHECKING:
    from jsonschema import ValidationError

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
OURS = Limits(parallel=32)
"""What a server may be asked that we start ourselves: it has nobody else to serve."""
_ROOT = re.compile(r"^x?roots?://")
_INLINE = re.compile(r"^(eyJ[\w-]+\.|MD[A-Z][\w-]{40,}|-----BEGIN)")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of endpoints.yaml, for validation and for editors."""
    text = files("harness.endpoints").joinpath("schema.json").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text))


def load_endpoints(path: Path, discovery: Discovery) -> dict[str, Endpoint]:
    """All endpoints of ``path`` by name. Raises UsageError with file, line and what to do."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}: cannot be read ({problem})") from None
    document = Document(text, str(path))
    validate(document)
    reader = _Reader(path.parent, discovery)
    for name, entry in document.data["endpoints"].items():
        if said := _root_problem(entry):
            raise UsageError(f"{path}, line {document.line(('endpoints', name))}: {name}: {said}")
    return {
        name: reader.endpoint(name, entry) for name, entry in document.data["endpoints"].items()
    }


def _root_problem(entry: dict[str, Any]) -> str:
    """What is wrong about how an entry names its root:// door; empty if nothing is."""
    url = entry.get("url", "")
    if _ROOT.match(url):
        return "url is the https door; write the root:// address as xroot-url"
    wanted = url and "xrootd-tpc" in entry.get("profiles", ())
    missing = wanted and "xroot-url" not in entry
    return "the profile xrootd-tpc needs an xroot-url: root://HOST:PORT//PATH" if missing else ""


def validate(document: Document) -> None:
    """Raise UsageError for the first thing in ``document`` that is not as the schema says."""
    from jsonschema import Draft202012Validator  # slow to import, and no worker wants it

    for where, value in _texts(document.data, ()):
        if _INLINE.match(value):
            raise UsageError(
                f"{document.name}, line {document.line(where)}: this looks like a secret; write it "
                "to a file and say {file: PATH}, or {env: NAME}"
            )
    found = Draft202012Validator(schema()).iter_errors(document.data)
    for problem in sorted(found, key=lambda p: document.line(tuple(p.absolute_path))):
        where = tuple(problem.absolute_path)
        raise UsageError(
            f"{document.name}, line {_line(document, problem)}: {_say(problem, where)}"
        )


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for key, item in items:
        yield from _texts(item, (*path, key))


def _line(document: Document, problem: ValidationError) -> int:
    where = tuple(problem.absolute_path)
    unknown = _unknown(problem)
    return document.line((*where, unknown[0]) if unknown else where)


def _say(problem: ValidationError, where: tuple[str | int, ...]) -> str:
    place = ".".join(map(str, where)) or "the file"
    unknown = _unknown(problem)
    if unknown:
        known = _known(problem)
        near = difflib.get_close_matches(unknown[0], known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        return f"{place}: unknown key {unknown[0]!r}; {hint}"
    if problem.validator == "anyOf":
        return f"{place}: give a url, or the kind of a server that the harness can start"
    return f"{place}: {problem.message}"


def _known(problem: ValidationError) -> list[str]:
    rules = problem.schema if isinstance(problem.schema, dict) else {}
    return list(rules.get("properties", ()))


def _unknown(problem: ValidationError) -> list[str]:
    known = _known(problem)
    if problem.validator != "additionalProperties" or not known:
        return []
    return [key for key in cast(dict[str, Any], problem.instance) if key not in known]


class _Reader:
    """Turns validated entries into endpoints; paths in them are relative to their file."""

    def __init__(self, folder: Path, discovery: Discovery) -> None:
        self._folder = folder
        self._discovery = discovery

    def endpoint(self, name: str, entry: dict[str, Any]) -> Endpoint:
        credentials = entry.get("credentials", {})
        url = re.sub(r"^davs?://", lambda m: m[0].replace("dav", "http"), entry.get("url", ""))
        plain = Endpoint(
            name=name,
            kind=entry.get("kind", "other"),
            url=url,
            ca=self._path(entry.get("ca")),
            capabilities=entry.get("capabilities", {}),
            profiles=tuple(entry.get("profiles", ["http-tpc"])),
            select=tuple(entry.get("select", [])),
            limits=_limits(entry.get("limits", {}), Limits() if url else OURS),
            read_only=entry.get("read-only", False),
            groups=tuple(entry.get("groups", [])),
            opt_in=entry.get("opt-in", False),
            doors={key: self._door(entry[key]) for key in DOORS if key in entry},
            expectations=self._expectations(entry.get("expectations")),
            start=entry.get("start", {}),
        )
        return replace(
            plain,
            identity=self._discovery.identity(credentials, self._folder, f"endpoint {name}"),
            second=self._discovery.given(credentials.get("second", {}), self._folder),
        )

    def _door(self, given: Any) -> Any:
        """What an entry says of another way in, its files found from the folder of the entry."""
        if not isinstance(given, dict):
            return given
        found = {**given}
        for member in {"file", "key"} & given.keys():
            found[member] = str(self._existing(given[member]))
        return found

    def _existing(self, text: str) -> Path:
        path = (self._folder / Path(text).expanduser()).absolute()
        if not path.is_file():
            raise UsageError(f"{path} does not exist")
        return path

    def _path(self, text: str | None) -> Path | None:
        if text is None:
            return None
        path = self._folder / Path(text).expanduser()
        if not path.exists():
            raise UsageError(f"ca: {path} does not exist")
        return path

    def _expectations(self, text: str | None) -> tuple[Expectation, ...]:
        if text is None:
            return ()
        path = self._folder / text
        try:
            document = Document(path.read_text(encoding="utf-8"), str(path))
        except OSError as problem:
            raise UsageError(f"expectations: {path} cannot be read ({problem})") from None
        if not isinstance(document.data, list):
            raise UsageError(f"{path}: expectations are a list of requirement and reason")
        return tuple(_expectation(document, number, e) for number, e in enumerate(document.data))


def _expectation(document: Document, number: int, entry: Any) -> Expectation:
    if not isinstance(entry, dict) or not {"requirement", "reason"} <= set(entry):
        line = document.line((number,))
        raise UsageError(
            f"{document.name}, line {line}: an expectation needs requirement and reason"
        )
    review = str(entry.get("review-by", ""))
    try:
        datetime.date.fromisoformat(review or "2000-01-01")
    except ValueError:
        line = document.line((number, "review-by"))
        raise UsageError(
            f"{document.name}, line {line}: review-by {review!r} is not a date such as 2027-01-31"
        ) from None
    return Expectation(
        requirement=str(entry["requirement"]),
        reason=str(entry["reason"]),
        link=str(entry.get("link", "")),
        review_by=review,
    )


def _limits(entry: dict[str, Any], usual: Limits) -> Limits:
    size = entry.get("max-file", usual.max_file)
    return Limits(
        entry.get("parallel", usual.parallel),
        size if isinstance(size, int) else _bytes(size),
        float(entry.get("copy-timeout", usual.copy_timeout)),
    )


def _bytes(text: str) -> int:
    match = re.fullmatch(r"\s*(\d+)\s*([KMGT]?B?)\s*", text, re.IGNORECASE)
    unit = (match[2].upper() if match else "?").removesuffix("B") + "B"
    if match is None or unit not in UNITS:
        raise UsageError(f"limits.max-file: {text!r} is not a size such as 100MB")
    return int(match[1]) * UNITS[unit]

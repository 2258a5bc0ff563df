"""endpoints.yaml to endpoints: every mistake is one sentence with file and line."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.credentials import Discovery
from harness.endpoints.endpoint import DOORS, Endpoint, Limits
from harness.endpoints.validation import mistake, validate, validate_expectations
from harness.endpoints.yaml import Document
from harness.model import Expectation
from harness.problems import UsageError

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
OURS = Limits(parallel=32)
"""What a server may be asked that we start ourselves: it has nobody else to serve."""


def load_endpoints(
    path: Path, discovery: Discovery, names: Collection[str] = ()
) -> dict[str, Endpoint]:
    """The endpoints of those names in ``path``, or all of them, in the order of the file.

    Raises UsageError with file, line and what to do. Files that other entries name are not read:
    what has expired there does not matter here.
    """
    document = _document(path)
    validate(document)
    entries = document.data["endpoints"]
    for name in names:
        if name not in entries:
            raise UsageError(f"{path}: no endpoint {name!r}; there are {', '.join(entries)}")
    reader = _Reader(path.parent, discovery)
    found = {}
    for name in (n for n in entries if not names or n in names):
        try:
            found[name] = reader.endpoint(name, entries[name])
        except UsageError as problem:
            raise mistake(document, ("endpoints", name), f"{name}: {problem}") from None
    return found


def _document(path: Path) -> Document:
    try:
        return Document(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is no UTF-8"
        raise UsageError(f"{path}: cannot be read ({why})") from None


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
            doors={key: self._door(key, entry[key]) for key in DOORS if key in entry},
            expectations=self._expectations(entry.get("expectations")),
            start=entry.get("start", {}),
        )
        return replace(
            plain,
            identity=self._discovery.identity(credentials, self._folder, f"endpoint {name}"),
            second=self._discovery.given(credentials.get("second", {}), self._folder),
        )

    def _door(self, key: str, given: Any) -> Any:
        """What an entry says of another way in, its files found from the folder of the entry."""
        if not isinstance(given, dict):
            return given
        if key == "voms":
            self._discovery.given({"x509": {"proxy": given["file"]}}, self._folder)
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
        document = _document(self._folder / Path(text).expanduser())
        validate_expectations(document)
        return tuple(
            Expectation(e["requirement"], e["reason"], e.get("link", ""), e.get("review-by", ""))
            for e in document.data
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

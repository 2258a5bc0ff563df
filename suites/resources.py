"""Questions about a resource that several checks ask in the same way."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from fixtures.plugin import File
from harness.client import Client
from harness.model import Exchange
from harness.problems import Blocked
from harness.wire.multistatus import DAV, Entry, Multistatus, Property, parse_multistatus
from harness.wire.problem import SyntaxProblem

NEVER_SENT = frozenset({"COPY", "POST", "CONNECT", "TRACE", "LOCK", "UNLOCK"})
"""Methods whose answer to a bare request says nothing about whether they are supported."""


def multistatus(answer: Exchange) -> Multistatus | None:
    """The document in a 207; None for any other answer, and for what is no multistatus."""
    try:
        return parse_multistatus(answer.body.content or b"") if answer.status == 207 else None
    except SyntaxProblem:
        return None


def first_entry(answer: Exchange) -> Entry | None:
    document = multistatus(answer)
    return document.entries[0] if document and document.entries else None


def find(answer: Exchange, name: str) -> Property:
    """A property of the first resource in a multistatus; of status None if it is not told."""
    entry = first_entry(answer)
    return (entry.get(name) if entry else None) or Property(name, None, "", ())


def wish(*names: str) -> bytes:
    """A PROPFIND body that asks for these properties; plain names are those of DAV:."""
    inside = f"<prop>{_elements(names)}</prop>"
    return f'<?xml version="1.0"?><propfind xmlns="DAV:">{inside}</propfind>'.encode()


def _elements(names: Iterable[str]) -> str:
    split = (name[1:].split("}") if name.startswith("{") else ("DAV:", name) for name in names)
    return "".join(f'<p:{local} xmlns:p="{space}"/>' for space, local in split)


def absent(client: Client, path: str) -> tuple[bool, Exchange]:
    """Whether nothing is at ``path``: 404, or what a name is answered that nobody ever used."""
    asked = client.get(path)
    if asked.status == 404:
        return True, asked
    never = client.get(f"{path.rstrip('/')}-{secrets.token_hex(4)}")
    same = (asked.status, asked.body.content) == (never.status, never.body.content)
    return same, asked


def is_collection(client: Client, path: str) -> tuple[bool, list[Exchange]]:
    """Whether ``path`` is a collection: by its resourcetype, or since it can hold a file."""
    asked = client.propfind(path)
    entry = first_entry(asked)
    kind = entry.get("resourcetype") if entry else None
    if kind is not None and f"{DAV}collection" in kind.children:
        return True, [asked]
    put = client.put(f"{path}/inside", b"inside")
    got = client.get(f"{path}/inside")
    holds = got.body.content == b"inside" and asked.status != 207
    if holds and client.put(f"{path}-never/inside", b"inside").status < 300:
        raise Blocked("a file can be stored below anything, and PROPFIND does not tell", (asked,))
    return holds, [asked, put, got]


def answers_to(
    client: Client, methods: Iterable[str], file: File, new_path: str
) -> dict[str, Exchange]:
    """What each method is answered where it makes sense: on the file, or on a new name.

    MOVE renames the file and DELETE removes it, so they come last.
    """
    tried: dict[str, Exchange] = {}
    path = file.path
    for method in sorted(set(methods) - NEVER_SENT, key=lambda m: (m == "DELETE", m == "MOVE", m)):
        if method == "MOVE":
            tried[method] = client.move(path, f"{new_path}-moved")
            path = f"{new_path}-moved" if tried[method].status < 300 else path
        else:
            makes = method in ("PUT", "MKCOL")
            tried[method] = client.follow(method, f"{new_path}-{method}" if makes else path)
    return tried

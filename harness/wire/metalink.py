"""A Metalink description (RFC 5854): files with their names, sizes, hashes and URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from harness.wire.problem import Fault, Note, SyntaxProblem
from harness.wire.urls import parse_url

MEDIA_TYPE = "application/metalink4+xml"
"""RFC 5854 section 7.2."""
NAMESPACE = "urn:ietf:params:xml:ns:metalink"
_ML = f"{{{NAMESPACE}}}"
HASHES = {"md5": "md5", "sha-1": "sha", "sha-256": "sha-256", "sha-512": "sha-512"}
"""IANA's name of a hash function -> its name in RFC 3230."""


class MetalinkFault(Fault):
    """What can be wrong with a description."""

    NOT_XML = "not well-formed XML", "rfc5854 §2"
    DOCTYPE = "document type declaration or entity", "rfc5854 §8.1"
    NOT_METALINK = f"root is not metalink in {NAMESPACE}", "rfc5854 §4.1.1"
    NO_NAME = "file without name", "rfc5854 §4.1.2"
    UNSAFE_NAME = "file name is absolute or climbs out of the directory", "rfc5854 §4.1.2.1"
    REPEATED_NAME = "two files of the same name", "rfc5854 §4.1.2.1"
    BAD_SIZE = "size is not a number of bytes", "rfc5854 §4.2.13"
    NO_URL = "file without url", "rfc5854 §4.1.2"
    BAD_URL = "url is not an absolute URL", "rfc5854 §4.2.16"
    NO_TYPE = "hash without type", "rfc5854 §4.2.4"
    NOT_HEX = "hash is not hexadecimal", "rfc5854 §4.2.4"
    BAD_LENGTH = "hash has not the length of its type", "rfc5854 §4.2.4"


_HEX = re.compile(r"[0-9A-Fa-f]+")
_LENGTHS = {"md5": 32, "sha-1": 40, "sha-256": 64, "sha-512": 128}


@dataclass(frozen=True, slots=True)
class MetalinkHash:
    """One hash: `type` as written, in lower case; `text` as written."""

    type: str
    text: str

    def decoded(self) -> bytes:
        """The value. Raises `SyntaxProblem` for what is not hexadecimal or has a wrong length."""
        if not _HEX.fullmatch(self.text) or len(self.text) % 2:
            raise SyntaxProblem(MetalinkFault.NOT_HEX, 0, self.text)
        if len(self.text) != _LENGTHS.get(self.type, len(self.text)):
            raise SyntaxProblem(MetalinkFault.BAD_LENGTH, len(self.text), self.text)
        return bytes.fromhex(self.text)


@dataclass(frozen=True, slots=True)
class MetalinkFile:
    """One file. `size` in bytes; None for what is absent or cannot be read."""

    name: str | None
    size: int | None
    urls: tuple[str, ...]
    hashes: tuple[MetalinkHash, ...]
    updated: str | None


@dataclass(frozen=True, slots=True)
class Metalink:
    """A description; `notes` are breaches of RFC 5854 that could be read over."""

    files: tuple[MetalinkFile, ...]
    notes: tuple[Note, ...]
    updated: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in their order, those that are there."""
        return tuple(file.name for file in self.files if file.name is not None)

    def get(self, name: str) -> MetalinkFile | None:
        """The first file of that name."""
        return next((file for file in self.files if file.name == name), None)


def parse_metalink(body: bytes) -> Metalink:
    """Read a description. Raises `SyntaxProblem` if the body is none.

    Offsets of notes count files, as XML leaves no byte offsets.
    """
    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise SyntaxProblem(MetalinkFault.DOCTYPE, 0, str(error)) from error
    except (ParseError, ValueError, LookupError) as error:
        raise SyntaxProblem(MetalinkFault.NOT_XML, 0, str(error)) from error
    if root.tag != f"{_ML}metalink":
        raise SyntaxProblem(MetalinkFault.NOT_METALINK, 0, root.tag)
    notes: list[Note] = []
    seen: set[str] = set()
    files = []
    for index, node in enumerate(root.findall(f"{_ML}file")):
        file = _file(node)
        notes += [Note(fault, index, text[:60]) for fault, text in _faults(node, file)]
        if file.name in seen:
            notes.append(Note(MetalinkFault.REPEATED_NAME, index, file.name or ""))
        seen |= {file.name} if file.name else set()
        files.append(file)
    return Metalink(tuple(files), tuple(notes), _text(root, "updated"))


def _file(node: Element) -> MetalinkFile:
    size = _text(node, "size") or ""
    return MetalinkFile(
        name=node.get("name"),
        size=int(size) if re.fullmatch(r"[0-9]{1,19}", size) else None,
        urls=tuple((url.text or "").strip() for url in node.findall(f"{_ML}url")),
        hashes=tuple(
            MetalinkHash((found.get("type") or "").lower(), (found.text or "").strip())
            for found in node.findall(f"{_ML}hash")
        ),
        updated=_text(node, "updated"),
    )


def _faults(node: Element, file: MetalinkFile) -> Iterator[tuple[Fault, str]]:
    if not file.name:
        yield MetalinkFault.NO_NAME, ""
    elif is_unsafe(file.name):
        yield MetalinkFault.UNSAFE_NAME, file.name
    if file.size is None and node.find(f"{_ML}size") is not None:
        yield MetalinkFault.BAD_SIZE, _text(node, "size") or ""
    if not file.urls and node.find(f"{_ML}metaurl") is None:
        yield MetalinkFault.NO_URL, file.name or ""
    for url in file.urls:
        try:
            parse_url(url)
        except SyntaxProblem:
            yield MetalinkFault.BAD_URL, url
    for found in file.hashes:
        if not found.type:
            yield MetalinkFault.NO_TYPE, found.text
        try:
            found.decoded()
        except SyntaxProblem as problem:
            yield problem.what, found.text


def is_unsafe(name: str) -> bool:
    """Whether a name would lead a client out of its directory (RFC 5854 section 4.1.2.1)."""
    return name.startswith("/") or bool({"..", "."} & set(name.split("/")))


def _text(node: Element, name: str) -> str | None:
    text = node.findtext(f"{_ML}{name}")
    return None if text is None else text.strip()

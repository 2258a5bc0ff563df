"""A DAV multistatus document (RFC 4918 §13, §14): responses, property states, values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from harness.wire.problem import Fault, Note, SyntaxProblem

DAV = "{DAV:}"


class MultistatusFault(Fault):
    """What can be wrong with a multistatus."""

    NOT_XML = "not well-formed XML", "rfc4918 §8.2"
    DOCTYPE = "document type declaration or entity", "rfc4918 §20.6"
    NOT_MULTISTATUS = "root is not DAV: multistatus", "rfc4918 §14.16"
    NO_HREF = "response without href", "rfc4918 §14.24"
    EMPTY_HREF = "href without content", "rfc4918 §14.7"
    NO_STATUS = "response with neither status nor propstat", "rfc4918 §14.24"
    STATUS_AND_PROPSTAT = "response with both status and propstat", "rfc4918 §14.24"
    SEVERAL_HREFS = "several hrefs together with propstat", "rfc4918 §14.24"
    BAD_STATUS = "status is not an HTTP status line", "rfc4918 §14.28"
    NO_PROP = "propstat without prop", "rfc4918 §14.22"
    REPEATED_PROPERTY = "property reported twice for one resource", "rfc4918 §9.1"


_STATUS = re.compile(r"HTTP/\d\.\d (\d{3})(?: .*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Property:
    """One property. `name` is `{namespace}local`, `text` its character data, `xml` all of it."""

    name: str
    status: int | None
    text: str
    children: tuple[str, ...]
    xml: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Entry:
    """One response. `status` is None where propstats speak instead."""

    hrefs: tuple[str, ...]
    status: int | None
    properties: tuple[Property, ...]
    description: str = ""

    @property
    def href(self) -> str:
        """The first href, empty if there is none."""
        return self.hrefs[0] if self.hrefs else ""

    def get(self, name: str) -> Property | None:
        """The property of that name, plain names being those of DAV:."""
        wanted = name if name.startswith("{") else DAV + name
        return next((found for found in self.properties if found.name == wanted), None)

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that is said about the resource."""
        codes = (self.status, *(found.status for found in self.properties))
        return tuple(code for code in codes if code is not None)


@dataclass(frozen=True, slots=True)
class Multistatus:
    """A multistatus; `notes` are breaches of RFC 4918 that could be read over."""

    entries: tuple[Entry, ...]
    notes: tuple[Note, ...]
    description: str = ""

    def failures(self) -> tuple[int, ...]:
        """Every status of 400 and above in the document."""
        return tuple(code for entry in self.entries for code in entry.statuses if code >= 400)


def parse_multistatus(body: bytes) -> Multistatus:
    """Read a multistatus. Raises `SyntaxProblem` if the body is none.

    Entities are not expanded and document types are refused: the body is the endpoint's. Offsets of
    notes count responses, as XML leaves no byte offsets.
    """
    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise SyntaxProblem(MultistatusFault.DOCTYPE, 0, str(error)) from error
    except (ParseError, ValueError, LookupError) as error:
        raise SyntaxProblem(MultistatusFault.NOT_XML, 0, str(error)) from error
    if root.tag != f"{DAV}multistatus":
        raise SyntaxProblem(MultistatusFault.NOT_MULTISTATUS, 0, root.tag)
    notes: list[Note] = []
    responses = enumerate(root.findall(f"{DAV}response"))
    entries = tuple(_entry(response, index, notes) for index, response in responses)
    return Multistatus(entries, tuple(notes), _text(root, "responsedescription"))


def _entry(response: Element, index: int, notes: list[Note]) -> Entry:
    hrefs = tuple((node.text or "").strip() for node in response.findall(f"{DAV}href"))
    propstats = response.findall(f"{DAV}propstat")
    own = response.find(f"{DAV}status")
    status = None if own is None else _status(own, index, notes)
    properties = [found for propstat in propstats for found in _properties(propstat, index, notes)]
    faults = _entry_faults(hrefs, has_status=own is not None, propstats=len(propstats))
    notes.extend(Note(fault, index, hrefs[0] if hrefs else "") for fault in faults)
    names = [found.name for found in properties]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        notes.append(Note(MultistatusFault.REPEATED_PROPERTY, index, name))
    return Entry(hrefs, status, tuple(properties), _text(response, "responsedescription"))


def _entry_faults(
    hrefs: tuple[str, ...], *, has_status: bool, propstats: int
) -> Iterator[MultistatusFault]:
    if not hrefs:
        yield MultistatusFault.NO_HREF
    if any(not href for href in hrefs):
        yield MultistatusFault.EMPTY_HREF
    if not has_status and not propstats:
        yield MultistatusFault.NO_STATUS
    if has_status and propstats:
        yield MultistatusFault.STATUS_AND_PROPSTAT
    if len(hrefs) > 1 and propstats:
        yield MultistatusFault.SEVERAL_HREFS


def _properties(propstat: Element, index: int, notes: list[Note]) -> Iterator[Property]:
    node = propstat.find(f"{DAV}status")
    status = None
    if node is None:
        notes.append(Note(MultistatusFault.BAD_STATUS, index))
    else:
        status = _status(node, index, notes)
    prop = propstat.find(f"{DAV}prop")
    if prop is None:
        notes.append(Note(MultistatusFault.NO_PROP, index))
        return
    for child in prop:
        yield Property(
            name=child.tag,
            status=status,
            text="".join(child.itertext()).strip(),
            children=tuple(grandchild.tag for grandchild in child),
            xml=tostring(child, encoding="unicode"),
        )


def _status(node: Element, index: int, notes: list[Note]) -> int | None:
    text = (node.text or "").strip()
    match = _STATUS.fullmatch(text)
    if match is None:
        notes.append(Note(MultistatusFault.BAD_STATUS, index, text[:60]))
        return None
    return int(match.group(1))


def _text(node: Element, name: str) -> str:
    return (node.findtext(f"{DAV}{name}") or "").strip()

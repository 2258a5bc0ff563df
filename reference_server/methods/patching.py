"""PROPPATCH (RFC 4918 section 9.2): extended attributes change, nothing else does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from reference_server.behaviour import Behaviour
from reference_server.behaviour.properties import Name
from reference_server.methods.attributes import check_size, key_of, name_of_key
from reference_server.methods.listing import element, href, multistatus, read_document, response
from reference_server.methods.namespace import check_conditions
from reference_server.methods.properties import CHECKSUMS, LIVE
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.store import Entry, Record
from reference_server.wire.responses import Response

DEPENDS = "424 Failed Dependency"
NO_TEXT = "409 Conflict"
"""An extended attribute is text: it cannot hold elements."""


@dataclass(frozen=True, slots=True)
class Change:
    """One instruction: set a property to a text, or remove it (value None)."""

    name: Name
    value: str | None
    is_text: bool = True


def proppatch(request: Request) -> Response:
    """Carry out all instructions in their order, or none."""
    for activity in request.parts.behaviour.needed_for_proppatch():
        request.require(activity)
    entry = request.existing()
    document = read_document(request)
    if document is None or document.tag != "{DAV:}propertyupdate":
        raise Refusal(400, "not a propertyupdate document")
    check_conditions(request, entry)
    statuses = _carry_out(request, entry, _changes(document))
    by_status: dict[str, list[str]] = {}
    for name, status in statuses.items():
        by_status.setdefault(status, []).append(element(name, ""))
    propstat = request.parts.behaviour.propstat
    stats = [propstat("".join(names), status) for status, names in by_status.items()]
    return multistatus(request, [response(href(request, entry), stats)])


def _changes(document: Element) -> list[Change]:
    found: list[Change] = []
    for instruction in document:
        if instruction.tag not in ("{DAV:}set", "{DAV:}remove"):
            continue
        is_set = instruction.tag == "{DAV:}set"
        for child in (child for prop in instruction.findall("{DAV:}prop") for child in prop):
            value = (child.text or "") if is_set else None
            is_text = not is_set or len(child) == 0
            found.append(Change(name_of_key(child.tag), value, is_text))
    return found


def _carry_out(request: Request, entry: Entry, changes: list[Change]) -> dict[Name, str]:
    """The status of each property after what could be done was done."""
    behaviour, store = request.parts.behaviour, request.parts.store
    statuses: dict[Name, str] = {}

    def change(record: Record) -> Record:
        nonlocal statuses
        statuses, kept = _judge(behaviour, changes, dict(record.properties))
        failed = any(not status.startswith("2") for status in statuses.values())
        if failed and not behaviour.changes_in_part():
            statuses = {name: DEPENDS if s[0] == "2" else s for name, s in statuses.items()}
            return record
        check_size(kept)
        keeps = behaviour.keeps_attributes(is_collection=entry.is_collection)
        return replace(record, properties=kept) if keeps else record

    store.amend(request.path, change)
    reported = behaviour.change_reported()
    return {name: reported if status[0] == "2" else status for name, status in statuses.items()}


def _judge(
    behaviour: Behaviour, changes: list[Change], kept: dict[str, str]
) -> tuple[dict[Name, str], dict[str, str]]:
    """The status of each property, and what would be stored after those that can be changed.

    A property that is named twice fails if one of its instructions does.
    """
    statuses: dict[Name, str] = {}
    for change in changes:
        status = _status(behaviour, change, kept)
        if statuses.get(change.name, "2").startswith("2"):
            statuses[change.name] = status
        if status.startswith("2") and behaviour.is_mutable(change.name):
            key = key_of(change.name)
            if change.value is not None:
                kept = behaviour.with_attribute(kept, key, change.value)
            else:
                kept = {name: value for name, value in kept.items() if name != key}
    return statuses, kept


def _status(behaviour: Behaviour, change: Change, kept: dict[str, str]) -> str:
    if behaviour.is_mutable(change.name):
        if change.value is None and key_of(change.name) not in kept:
            return behaviour.remove_absent()
        return "200 OK" if change.is_text else NO_TEXT
    if change.name in LIVE:
        return behaviour.protected_property_status(change.name == CHECKSUMS)
    return behaviour.remove_absent() if change.value is None else behaviour.dead_property_status()

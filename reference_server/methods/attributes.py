"""Extended attributes: names and values that can be properties, and those of an upload."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring

from reference_server.behaviour.properties import XATTR, Name
from reference_server.refusal import Refusal
from reference_server.request import Request
from reference_server.wire.xml_text import NOT_IN_XML

LOCAL_NAME = re.compile(r"[^\W\d][\w.\-]*")
MOST = 64 * 1024
"""Characters in all names and values of one resource."""


def key_of(name: Name) -> str:
    """A name as it is stored: in Clark's notation."""
    return f"{{{name[0]}}}{name[1]}"


def name_of_key(key: str) -> Name:
    """The inverse of `key_of`; also reads the tags of an element tree."""
    namespace, _, local = key.rpartition("}")
    return (namespace.lstrip("{"), local)


def uploaded_attributes(request: Request) -> dict[str, str]:
    """Attributes that the query of an upload defines, ready to be stored; raises Refusal."""
    found = request.parts.behaviour.upload_attributes(request.target.query)
    for local, value in found.items():
        if not _is_local_name(local):
            raise Refusal(400, "an attribute's name is no XML name")
        if NOT_IN_XML.search(value) or "\ufffd" in value:
            raise Refusal(400, "an attribute's value cannot be written in XML")
    kept = {key_of((XATTR, local)): value for local, value in found.items()}
    check_size(kept)
    return kept


def check_size(kept: Mapping[str, str]) -> None:
    """Raises Refusal 507 for more than one resource may have."""
    if sum(len(key) + len(value) for key, value in kept.items()) > MOST:
        raise Refusal(507, "too many or too long attributes")


def _is_local_name(text: str) -> bool:
    if not LOCAL_NAME.fullmatch(text):
        return False
    try:
        fromstring(f"<{text}/>")
    except ParseError:
        return False
    return True

"""GridSite delegation: X-Delegate-To, and the SOAP 1.1 messages of the delegation service.

The service's WSDL exists in two versions: `delegation-1` has the operations with proxies, to which
`delegation-2` adds getVersion, getInterfaceVersion and getServiceMetadata. Children of an
operation's element have no namespace in the WSDL; they are read in any.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from harness.wire.problem import Fault, SyntaxProblem

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
VERSION_1 = "http://www.gridsite.org/namespaces/delegation-1"
VERSION_2 = "http://www.gridsite.org/namespaces/delegation-2"
NAMESPACES = (VERSION_2, VERSION_1)


class GridsiteFault(Fault):
    """What can be wrong with what a delegating server says."""

    NO_ENDPOINT = "no delegation endpoint", "tpc-details Server requests delegation"
    COMMA = "comma between URLs", "tpc-details Server requests delegation"
    NOT_ABSOLUTE = "not an absolute http(s) URL", "tpc-details Server requests delegation"
    NOT_XML = "not well-formed XML, or with a document type", "soap11 §3"
    NOT_SOAP = "not a SOAP 1.1 envelope with a body", "soap11 §4"
    EMPTY = "body of the envelope is empty", "soap11 §4.3"
    NO_DATE = "not an xsd:dateTime with a time zone", "gridsite-delegation getTerminationTime"


def delegation_urls(value: str) -> tuple[str, ...]:
    """The URLs of X-Delegate-To. Raises SyntaxProblem if one is relative, or commas part them."""
    items = value.split()
    if not items:
        raise SyntaxProblem(GridsiteFault.NO_ENDPOINT, 0, value)
    for item in items:
        if "," in item:
            raise SyntaxProblem(GridsiteFault.COMMA, value.index(item), item)
        if not _is_absolute(item):
            raise SyntaxProblem(GridsiteFault.NOT_ABSOLUTE, value.index(item), item)
    return tuple(items)


def _is_absolute(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets that are no IPv6 address
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def message(namespace: str, operation: str, arguments: dict[str, str]) -> bytes:
    """A request of the service, as it goes into the body of a POST."""
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in arguments.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:d="{namespace}"><s:Body>'
        f"<d:{operation}>{inside}</d:{operation}></s:Body></s:Envelope>"
    ).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says: an element with texts, or a fault.

    `name` is the local name of the element in the body, `values` the text of every element below
    it that has no children, by local name. `fault` is the text of a fault, None in any other
    answer; `exception` says that its detail is a DelegationException.
    """

    name: str
    namespace: str
    values: dict[str, str] = field(default_factory=dict)
    fault: str | None = None
    exception: bool = False


def parse_answer(body: bytes) -> Answer:
    """Read an answer of the service; raises SyntaxProblem."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise SyntaxProblem(GridsiteFault.NOT_XML, 0, _preview(body)) from problem
    inside = root.find(f"{{{SOAP}}}Body") if root.tag == f"{{{SOAP}}}Envelope" else None
    if inside is None:
        raise SyntaxProblem(GridsiteFault.NOT_SOAP, 0, _preview(body))
    if not len(inside):
        raise SyntaxProblem(GridsiteFault.EMPTY, 0, _preview(body))
    return _answer(inside[0])


def parse_time(text: str) -> dt.datetime:
    """An xsd:dateTime that tells its time zone; raises SyntaxProblem."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or "T" not in text:
        raise SyntaxProblem(GridsiteFault.NO_DATE, 0, text)
    return found


def _answer(element: Element) -> Answer:
    namespace, name = _split(element)
    values = {_split(e)[1]: e.text or "" for e in element.iter() if not len(e) and e is not element}
    if (namespace, name) != (SOAP, "Fault"):
        return Answer(name, namespace, values)
    exception = any(_split(e)[1].startswith("DelegationException") for e in element.iter())
    return Answer(name, namespace, values, values.get("faultstring", ""), exception)


def _split(element: Element) -> tuple[str, str]:
    namespace, _, name = str(element.tag).rpartition("}")
    return namespace.removeprefix("{"), name


def _preview(body: bytes) -> str:
    return body[:60].decode("utf-8", "backslashreplace")

"""SOAP 1.1 messages of the GridSite delegation service: requests read, answers written. No I/O.

The service has two namespaces: `delegation-1` and `delegation-2`, whose WSDL adds getVersion,
getInterfaceVersion and getServiceMetadata. Elements below an operation carry no namespace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
VERSIONS = {
    1: "http://www.gridsite.org/namespaces/delegation-1",
    2: "http://www.gridsite.org/namespaces/delegation-2",
}
Result = Mapping[str, "str | Mapping[str, str]"]
"""Children of an answer's element; a value that is a mapping has children itself."""


class NotSoap(Exception):
    """Text that is no SOAP 1.1 request."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation with its arguments; texts are as they came."""

    namespace: str
    operation: str
    arguments: Mapping[str, str]


def read_call(document: bytes) -> Call:
    """The operation that a request asks for; raises NotSoap."""
    try:
        root = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise NotSoap("body is not XML, or declares more than a message may") from None
    body = root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    if body is None or len(body) != 1:
        raise NotSoap("body is not a SOAP 1.1 envelope with one operation")
    namespace, _, operation = str(body[0].tag).rpartition("}")
    return Call(namespace.lstrip("{"), operation, {_local(c): c.text or "" for c in body[0]})


def answer(call: Call, result: Result | None) -> bytes:
    """The answer to a call; None leaves the body of the envelope empty."""
    if result is None:
        return _envelope(call.namespace, "")
    name = f"ns:{call.operation}Response"
    return _envelope(call.namespace, f"<{name}>{_children(result)}</{name}>")


def fault(namespace: str, text: str, *, delegation: bool = True) -> bytes:
    """A fault; `delegation` says that it is the DelegationException of the WSDL."""
    message = escape(text)
    detail = f"<ns:DelegationException><msg>{message}</msg></ns:DelegationException>"
    parts = [
        "<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode>",
        f"<faultstring>{message}</faultstring>",
        f"<detail>{detail}</detail>" if delegation else "",
        "</SOAP-ENV:Fault>",
    ]
    return _envelope(namespace, "".join(parts))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(result: Mapping[str, str | Mapping[str, str]]) -> str:
    return "".join(
        f"<{name}>{escape(value) if isinstance(value, str) else _children(value)}</{name}>"
        for name, value in result.items()
    )


def _envelope(namespace: str, content: str) -> bytes:
    known = namespace if namespace in VERSIONS.values() else VERSIONS[2]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    spaces = f'xmlns:SOAP-ENV="{ENVELOPE}" xmlns:ns="{known}"'
    body = f"<SOAP-ENV:Body>{content}</SOAP-ENV:Body>"
    return f"{head}<SOAP-ENV:Envelope {spaces}>{body}</SOAP-ENV:Envelope>\n".encode()

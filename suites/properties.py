"""Asking for properties and changing them, as several checks do (RFC 4918 sections 9.1, 9.2)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from harness import expect
from harness.client import Client
from harness.model import Exchange
from harness.wire.multistatus import Property
from suites.resources import find

XATTR = "http://www.dcache.org/2020/xattr"
"""Namespace in which extended attributes are properties (dCache's WebDAV chapter)."""

KIND = (("Content-Type", 'application/xml; charset="utf-8"'),)
CHANGED = range(200, 300)


def xattr(name: str) -> str:
    """The qualified name of an extended attribute."""
    return f"{{{XATTR}}}{name}"


def named(name: str, text: str = "") -> str:
    """A property as an element; plain names are those of DAV:."""
    namespace, _, local = name.rpartition("}")
    return f'<{local} xmlns="{namespace.lstrip("{") or "DAV:"}">{escape(text)}</{local}>'


def asking(*names: str) -> bytes:
    """The body of a PROPFIND for these properties."""
    return f'<propfind xmlns="DAV:"><prop>{"".join(map(named, names))}</prop></propfind>'.encode()


ALLPROP = b'<propfind xmlns="DAV:"><allprop/></propfind>'


def setting(values: Mapping[str, str]) -> str:
    """One instruction of a PROPPATCH: set these."""
    inner = "".join(named(name, text) for name, text in values.items())
    return f"<set><prop>{inner}</prop></set>"


def removing(*names: str) -> str:
    """One instruction of a PROPPATCH: remove these."""
    return f"<remove><prop>{''.join(map(named, names))}</prop></remove>"


def patch(client: Client, path: str, *instructions: str) -> Exchange:
    """A PROPPATCH with these instructions, in this order."""
    body = f'<propertyupdate xmlns="DAV:">{"".join(instructions)}</propertyupdate>'
    return client.follow("PROPPATCH", path, headers=KIND, body=body.encode())


def ask(client: Client, path: str, *names: str) -> tuple[dict[str, Property], Exchange]:
    """These properties of a resource, each with its status (None: not told), and the answer."""
    answer = client.propfind(path, body=asking(*names))
    return {name: find(answer, name) for name in names}, answer


def value(client: Client, path: str, name: str) -> tuple[str | None, Exchange]:
    """The value of one property, None if the resource does not have it, and the answer."""
    found, answer = ask(client, path, name)
    return (found[name].text if found[name].status == 200 else None), answer


def accepted(answer: Exchange, *names: str) -> bool:
    """Whether a PROPPATCH says that all these were changed."""
    whole = answer.status in CHANGED and answer.status != 207
    return whole or all((find(answer, name).status or 0) in CHANGED for name in names)


def told(found: Property) -> str:
    """A property in words."""
    return f"{found.name}: {found.status or 'not told'} {found.text!r}"


def attributed(client: Client, path: str, values: Mapping[str, str]) -> Exchange:
    """A new file that carries these attributes; BLOCKED if they cannot be given to it."""
    put = client.put(path, b"a file with attributes")
    expect.control(put.status in (200, 201, 204), f"the upload got {put.status}", put)
    names = {xattr(name): text for name, text in values.items()}
    made = patch(client, path, setting(names))
    found, answer = ask(client, path, *names)
    good = all(found[name].text == text for name, text in names.items())
    expect.control(good, "attributes cannot be set by PROPPATCH", put, made, answer)
    return put

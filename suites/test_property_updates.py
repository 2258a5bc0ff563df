"""Bodies that are no XML, entities, and PROPPATCH (RFC 4918 sections 8.2, 9.2 and 20.6)."""

import re

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable
from suites.resources import find, wish

XATTR = "{http://www.dcache.org/2020/xattr}"
PROTECTED = {"getcontentlength": "1", "getetag": '"ours"', "creationdate": "1999-01-01T00:00:00Z"}
CUT = {
    "PROPFIND": b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getcontentle',
    "PROPPATCH": b'<?xml version="1.0"?><propertyupdate xmlns="DAV:"><set><prop><p xmlns="urn:x">v',
}
LEAK = re.compile(rb"root:[^:]*:0:0:")


def update(client, path, sets):
    """PROPPATCH that sets properties, given as (namespace, name) and value, in this order."""
    written = "".join(
        f'<set><prop><p:{name} xmlns:p="{space}">{value}</p:{name}></prop></set>'
        for (space, name), value in sets.items()
    )
    body = f'<?xml version="1.0"?><propertyupdate xmlns="DAV:">{written}</propertyupdate>'
    kind = (("Content-Type", 'application/xml; charset="utf-8"'),)
    return client.follow("PROPPATCH", path, headers=kind, body=body.encode())


def granted(answer, name):
    """Whether the answer says that the property was changed."""
    whole = 200 <= answer.status < 300 and answer.status != 207
    return whole or find(answer, name).status == 200


@requirement("PROP-012")
@pytest.mark.parametrize("method", CUT)
def test_body_that_is_no_xml_is_refused(client, survey, existing, method):
    if method == "PROPPATCH" and not survey.get("proppatch").present:
        raise NotApplicable("there is no PROPPATCH")
    control = client.propfind(existing.path, body=wish("displayname"))
    expect.control(control.status == 207, f"a PROPFIND in order got {control.status}", control)
    kind = (("Content-Type", "application/xml"),)
    answer = client.follow(method, existing.path, headers=kind, body=CUT[method])
    expect.that(400 <= answer.status < 500, "400", answer.status, answer)
    expect.preferably(answer.status == 400, "400", answer.status, answer)


@requirement("PROP-013")
@pytest.mark.parametrize("form", ["general", "parameter", "document type"])
def test_external_entities_are_not_resolved(client, party, existing, form):
    control = client.propfind(existing.path, body=wish("displayname"))
    expect.control(control.status == 207, "PROPFIND without entities is refused", control)
    far = party.source(size=100)
    for target in (far.url, "file:///etc/passwd"):
        dtd = {
            "general": f'<!DOCTYPE propfind [<!ENTITY x SYSTEM "{target}">]>',
            "parameter": f'<!DOCTYPE propfind [<!ENTITY % x SYSTEM "{target}"> %x;]>',
            "document type": f'<!DOCTYPE propfind SYSTEM "{target}">',
        }[form]
        inside = "<displayname>&x;</displayname>" if form == "general" else "<displayname/>"
        body = f'<?xml version="1.0"?>{dtd}<propfind xmlns="DAV:"><prop>{inside}</prop></propfind>'
        answer = client.propfind(existing.path, body=body.encode())
        expect.that(answer.status > 0, "an answer", answer.fault, answer)
        leaked = bool(LEAK.search(answer.body.content or b""))
        expect.that(not leaked, "no content of a file", "/etc/passwd", answer, severe=True)
        told = f"{answer.status}, {len(far.requests)} requests at the far side"
        expect.that(not far.requests, "the far side is not asked", told, answer, severe=True)


@requirement("PROP-015")
def test_property_said_to_be_set_is_stored(client, existing):
    name, space = "{urn:x}colour", "urn:x"
    answer = update(client, existing.path, {(space, "colour"): "green"})
    expect.that(answer.status > 0 and answer.status < 500, "an answer", answer.status, answer)
    found = find(asked := client.propfind(existing.path, body=wish(name)), name)
    told = f"PROPPATCH {answer.status}, afterwards {found.text!r} ({found.status})"
    kept = found.status == 200 and found.text == "green"
    claimed = granted(answer, name)
    expect.that(kept or not claimed, ("stored", "refused"), told, answer, asked, severe=True)
    plain = client.propfind(existing.path)
    expect.control(plain.status == 207, f"a PROPFIND of the file got {plain.status}", plain)


@requirement("PROP-016")
def test_update_is_carried_out_as_a_whole_or_not_at_all(client, existing):
    space, name = XATTR[1:-1], f"{XATTR}colour"
    alone = update(client, existing.path, {(space, "colour"): "green"})
    before = find(client.propfind(existing.path, body=wish(name)), name)
    expect.control(before.text == "green", "the attribute cannot be set alone", alone)
    both = {(space, "colour"): "red", ("DAV:", "getetag"): '"ours"'}
    answer = update(client, existing.path, both)
    after = find(asked := client.propfind(existing.path, body=wish(name)), name)
    told = f"{answer.status}, getetag {find(answer, 'getetag').status}, then colour {after.text!r}"
    failed = not granted(answer, "getetag")
    expect.that(failed, "getetag cannot be set", told, answer)
    expect.that(after.text == "green", "nothing changed", told, answer, asked)
    expect.that(answer.status == 207 or answer.status >= 400, "207", told, answer)


@requirement("PROP-017")
@pytest.mark.parametrize("name", PROTECTED)
def test_protected_property_cannot_be_changed(client, existing, name):
    before = find(first := client.propfind(existing.path, body=wish(name)), name)
    expect.control(before.status is not None, f"{name} is neither told nor denied", first)
    answer = update(client, existing.path, {("DAV:", name): PROTECTED[name]})
    after = find(asked := client.propfind(existing.path, body=wish(name)), name)
    told = f"PROPPATCH {answer.status}; {before.text!r} before, {after.text!r} after"
    if name == "creationdate" and after.text == PROTECTED[name]:
        expect.noted("creationdate can be set")
        return
    expect.that(after.text == before.text, "the value as before", told, answer, asked)
    claims = f"PROPPATCH {answer.status}, the property {find(answer, name).status}"
    expect.that(not granted(answer, name), "an error for the property", claims, answer)
    expect.content(client.get(existing.path), existing.content)

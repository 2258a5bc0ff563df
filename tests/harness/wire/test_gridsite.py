"""Messages of the delegation service: as gSOAP servers write them, and as nobody should."""

from __future__ import annotations

import datetime as dt

import pytest

from harness.wire.gridsite import (
    SOAP,
    VERSION_1,
    VERSION_2,
    GridsiteFault,
    delegation_urls,
    message,
    parse_answer,
    parse_time,
)
from harness.wire.problem import SyntaxProblem

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" xmlns:ns="{VERSION_2}">'
    "<SOAP-ENV:Body>%s</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)


def answer(inside):
    return parse_answer((ENVELOPE % inside).encode())


def test_request_is_read_back():
    sent = message(VERSION_1, "putProxy", {"delegationID": "a<b", "proxy": "-----\n&"})
    read = parse_answer(sent)
    assert (read.name, read.namespace, read.fault) == ("putProxy", VERSION_1, None)
    assert read.values == {"delegationID": "a<b", "proxy": "-----\n&"}


def test_nested_values_are_found_by_their_local_names():
    found = answer(
        "<ns:getNewProxyReqResponse><getNewProxyReqReturn><proxyRequest>PEM</proxyRequest>"
        "<delegationID>d6b0</delegationID></getNewProxyReqReturn></ns:getNewProxyReqResponse>"
    )
    assert found.name == "getNewProxyReqResponse"
    assert found.values == {"proxyRequest": "PEM", "delegationID": "d6b0"}


def test_empty_answer_has_no_values():
    assert answer("<ns:putProxyResponse></ns:putProxyResponse>").values == {}


EXCEPTION = "<detail><ns:DelegationException><msg>m</msg></ns:DelegationException></detail>"


@pytest.mark.parametrize("detail", ["", EXCEPTION], ids=["plain", "exception"])
def test_fault_tells_its_text(detail):
    found = answer(
        "<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode>"
        f"<faultstring>Method not implemented</faultstring>{detail}</SOAP-ENV:Fault>"
    )
    assert found.fault == "Method not implemented"
    assert found.exception is bool(detail)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", GridsiteFault.NOT_XML),
        (b"no such resource\n", GridsiteFault.NOT_XML),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', GridsiteFault.NOT_XML),
        (b"<html/>", GridsiteFault.NOT_SOAP),
        (f'<e:Envelope xmlns:e="{SOAP}"/>'.encode(), GridsiteFault.NOT_SOAP),
        ((ENVELOPE % "").encode(), GridsiteFault.EMPTY),
    ],
)
def test_what_is_no_answer(body, fault):
    with pytest.raises(SyntaxProblem) as found:
        parse_answer(body)
    assert found.value.what is fault


def test_urls_are_parted_by_blanks():
    one, two = "https://se.example.org/d", "https://other.example.org:8443/d"
    assert delegation_urls(one) == (one,)
    assert delegation_urls(f"{one}  {two} ") == (one, two)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", GridsiteFault.NO_ENDPOINT),
        ("https://a.example.org/d, https://b.example.org/d", GridsiteFault.COMMA),
        ("https://a.example.org/d,https://b.example.org/d", GridsiteFault.COMMA),
        ("/gridsite-delegation", GridsiteFault.NOT_ABSOLUTE),
        ("https:///d", GridsiteFault.NOT_ABSOLUTE),
        ("ftp://a.example.org/d", GridsiteFault.NOT_ABSOLUTE),
    ],
)
def test_what_is_no_list_of_urls(value, fault):
    with pytest.raises(SyntaxProblem) as found:
        delegation_urls(value)
    assert found.value.what is fault


@pytest.mark.parametrize("text", ["2027-01-02T03:04:05Z", "2027-01-02T05:04:05+02:00"])
def test_time_with_its_zone(text):
    assert parse_time(text) == dt.datetime(2027, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["2027-01-02T03:04:05", "2027-01-02", "soon", "", "1795294035"])
def test_time_without_its_zone(text):
    with pytest.raises(SyntaxProblem):
        parse_time(text)

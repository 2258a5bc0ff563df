"""What a hostile endpoint may send: every reader answers with a value or a SyntaxProblem, soon."""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire import SyntaxProblem
from harness.wire.byteranges import parse_byteranges, parse_content_range
from harness.wire.challenges import parse_challenges
from harness.wire.connections import parse_connections
from harness.wire.digests import (
    parse_content_md5,
    parse_digest,
    parse_repr_digest,
    parse_want_digest,
    parse_want_repr_digest,
)
from harness.wire.gridsite import delegation_urls, parse_answer, parse_time
from harness.wire.links import parse_links
from harness.wire.macaroons import parse_macaroon
from harness.wire.markers import parse_progress
from harness.wire.metalink import parse_metalink
from harness.wire.multistatus import parse_multistatus
from harness.wire.pages import parse_page
from harness.wire.redirects import resolve_location
from harness.wire.scitags import parse_scitag
from harness.wire.times import parse_duration, parse_http_date, parse_instant
from harness.wire.token_answers import any_token, json_object, macaroon_member
from harness.wire.urls import parse_url

SOON = 2.0
"""Seconds of CPU for one reading: the machine may be busy, a reader may not."""
WOUNDS = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            *(b"\x00", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\r\n", b"\n", b"\t", b" "),
            *(b"9" * 5000, b"[" * 5000, b"<a>" * 2000, b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;"),
            *(b"\\ud800", b"End\n", b"Perf Marker\n", b"\xc2\xb2", b"\xd9\xa1"),
            *b"% %ff -1 1e999 nan { \" ' < &#0; = : , ; // [ ] @ 0".split(),
        ]
    ),
)  # fmt: skip
V1 = b"0010location a\n0012identifier e30\n000bcid a:b\n002fsignature " + b"s" * 32 + b"\n"
V2 = b"\x02\x01\x01a\x02\x04e30=\x00\x02\x03a:b\x00\x00\x06\x20" + b"s" * 32
DAV = b'<D:multistatus xmlns:D="DAV:"><D:response><D:href>/a</D:href><D:propstat><D:prop>'
READERS: list[tuple[Callable[[str], object], str]] = [
    (parse_content_range, "bytes 0-4/10"),
    (parse_challenges, 'Bearer realm="a", error="b", Basic realm="c", Negotiate abc=='),
    (parse_connections, "tcp:127.0.0.1:9200,tcp:[::1]:80"),
    (parse_digest, "adler32=0a0b0c0d,md5=1B2M2Y8AsgTpgAmY7PhCfg=="),
    (parse_want_digest, "adler32;q=0.5, md5"),
    (parse_repr_digest, "sha-256=:AAAA:, sha-512=:AA==:"),
    (parse_want_repr_digest, "sha-256=5, sha-512=0"),
    (parse_content_md5, "1B2M2Y8AsgTpgAmY7PhCfg=="),
    (delegation_urls, "https://a.example.org/d https://b.example.org/d"),
    (parse_time, "2026-11-22T00:00:00Z"),
    (parse_links, '<https://a.example.org/?type=metalink>; rel=describedby; type="x"'),
    (parse_scitag, "66"),
    (parse_duration, "P1Y2M3W4DT5H6M7.8S"),
    (parse_http_date, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (parse_instant, "2026-11-22T00:00:00.000Z"),
    (parse_url, "https://a.example.org:443/x%20y?z=1#f"),
    (lambda text: resolve_location("https://a.example.org/x", text), "../y?z=1"),
    (parse_macaroon, base64.urlsafe_b64encode(V1).decode()),
]
DOCUMENTS: list[tuple[Callable[[bytes], object], bytes]] = [
    (lambda raw: parse_macaroon(base64.urlsafe_b64encode(raw).decode()), V1),
    (lambda raw: parse_macaroon(base64.urlsafe_b64encode(raw).decode()), V2),
    (lambda raw: parse_byteranges(raw, "multipart/byteranges; boundary=b"),
     b"--b\r\nContent-Range: bytes 0-1/2\r\n\r\nab\r\n--b--\r\n"),
    (parse_progress, b"Perf Marker\n Timestamp: 1\n Stripe Index: 0\n Stripe Bytes Transferred: 1\n"
     b" Total Stripe Count: 1\n RemoteConnections: tcp:127.0.0.1:1\nEnd\nsuccess: Created\n"),
    (parse_metalink, b'<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="a">'
     b'<size>1</size><hash type="md5">00</hash><url>https://a.example.org/a</url></file></metalink>'),
    (parse_multistatus, DAV + b"<D:getcontentlength>1</D:getcontentlength></D:prop><D:status>"
     b"HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"),
    (parse_answer, b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
     b"<s:Fault><faultstring>a</faultstring></s:Fault></s:Body></s:Envelope>"),
    (parse_page, b'<html><a href="x">y</a></html>'),
    (macaroon_member, b'{"macaroon": "a", "uri": {"target": "b"}}'),
    (any_token, b'{"access_token": "a"}'),
    (json_object, b'{"a": [1, 2.5, null]}'),
]  # fmt: skip
HURT = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), WOUNDS), max_size=3)
FEW = settings(derandomize=True, max_examples=150, deadline=None, database=None)


def hurt(data: bytes, wounds: list[tuple[float, int, bytes]]) -> bytes:
    """The data with things put in, in place of so many bytes."""
    for where, gone, what in wounds:
        at = int(where * len(data))
        data = data[:at] + what + data[at + gone :]
    return data


def reads(reader: Callable[[], object]) -> None:
    """Nothing but a SyntaxProblem is raised, and soon."""
    began = time.thread_time()
    with contextlib.suppress(SyntaxProblem):
        reader()
    assert time.thread_time() - began < SOON


@pytest.mark.parametrize(("reader", "right"), READERS, ids=[text for _, text in READERS])
@FEW
@given(wounds=HURT)
def test_a_field_is_read_or_refused(
    reader: Callable[[str], object], right: str, wounds: list[tuple[float, int, bytes]]
) -> None:
    """Field values reach the readers as Latin-1, bodies' texts as UTF-8."""
    data = hurt(right.encode(), wounds)
    for text in (data.decode("latin-1"), data.decode("utf-8", "replace")):
        reads(lambda text=text: reader(text))  # type: ignore[misc]


@pytest.mark.parametrize(("reader", "right"), DOCUMENTS)
@FEW
@given(wounds=HURT)
def test_a_body_is_read_or_refused(
    reader: Callable[[bytes], object], right: bytes, wounds: list[tuple[float, int, bytes]]
) -> None:
    reads(lambda: reader(hurt(right, wounds)))

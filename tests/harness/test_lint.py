"""The passive rules: each breach is found, and the same answer without it is let through."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import catalogue
from harness.lint import MOST_EVIDENCE, RULES, Lint, Rule
from harness.model import Body, Exchange, Interim
from harness.wire.http1 import Http1Fault

MULTIPART = "multipart/byteranges; boundary=B"
STATUS = b'<multistatus xmlns="DAV:"/>'


def exchange(method: str = "GET", status: int = 200, **more: Any) -> Exchange:
    headers = tuple(more.pop("headers", {}).items())
    body = Body.of(more.pop("body", b""))
    defaults = {"endpoint": "site", "by": "client", "started": "", "complete": True}
    url = "https://se.example.org/vo/file"
    values: dict[str, Any] = {**defaults, "method": method, "status": status, "url": url, **more}
    return Exchange(id="x-1", headers=headers, body=body, **values)


def rule(requirement: str) -> Rule:
    (found,) = [r for r in RULES if r.requirement == requirement]
    return found


CASES: list[tuple[str, Exchange, Exchange]] = [
    (
        "AUTH-016",
        exchange(status=401),
        exchange(status=401, headers={"WWW-Authenticate": "Bearer"}),
    ),
    (
        "AUTH-016",
        exchange(status=401, headers={"WWW-Authenticate": ""}),
        exchange(status=401, headers={"www-authenticate": 'Basic realm=""'}),
    ),
    ("DAV-020", exchange(status=405), exchange(status=405, headers={"Allow": ""})),
    (
        "DAV-014",
        exchange("HEAD", framing="none", problems=(f"{Http1Fault.BODY_NOT_ALLOWED} at 9",)),
        exchange("HEAD", framing="none"),
    ),
    (
        "REDIR-020",
        exchange(request_version="1.0", interim=(Interim(0.1, 100),)),
        exchange(request_version="1.0"),
    ),
    ("REDIR-001", exchange(status=307), exchange(status=307, headers={"Location": "/x"})),
    (
        "REDIR-019",
        exchange(status=302, headers={"Location": "https://pool.example.org/a b"}),
        exchange(status=302, headers={"Location": "https://pool.example.org/a%20b"}),
    ),
    ("TPC-013", exchange("COPY", 200), exchange("COPY", 202)),
    (
        "MARK-029",
        exchange("COPY", 202, framing="chunked", problems=(f"{Http1Fault.BAD_CHUNK_SIZE} at 9",)),
        exchange("COPY", 202, framing="chunked"),
    ),
    (
        "DAV-025",
        exchange(framing="length", problems=(f"{Http1Fault.REPEATED_LENGTH} at 9",)),
        exchange(framing="length", problems=(f"{Http1Fault.LENGTH_NOT_ALLOWED} at 9",)),
    ),
    ("DAV-015", exchange(status=206), exchange(status=206, headers={"Content-Range": "bytes */9"})),
    (
        "DAV-015",
        exchange(status=206, headers={"Content-Range": "bytes 0-2/9"}, body=b"12"),
        exchange(status=206, headers={"Content-Range": "bytes 0-2/9"}, body=b"123"),
    ),
    (
        "DAV-015",
        exchange(status=206, headers={"Content-Type": MULTIPART}, body=b"nothing of the kind"),
        exchange(
            status=206,
            headers={"Content-Type": MULTIPART},
            body=b"--B\r\nContent-Range: bytes 0-0/9\r\n\r\n1\r\n--B--\r\n",
        ),
    ),
    ("PROP-001", exchange("PROPFIND", 207, body=b"<x"), exchange("PROPFIND", 207, body=STATUS)),
    (
        "CKSUM-005",
        exchange(headers={"Digest": "adler32=A9oBlQ=="}),
        exchange(headers={"Digest": "adler32=3DA0195"}),
    ),
    (
        "CKSUM-006",
        exchange(headers={"Digest": "md5=" + "0" * 32}),
        exchange(headers={"Digest": "md5=1B2M2Y8AsgTpgAmY7PhCfg==, adler32=1"}),
    ),
    (
        "CKSUM-007",
        exchange(headers={"Digest": "sha-1=2jmj7l5rSw0yVb/vlWAYkK/YBwk="}),
        exchange(headers={"Digest": "sha=2jmj7l5rSw0yVb/vlWAYkK/YBwk="}),
    ),
]


@pytest.mark.parametrize(("requirement", "bad", "good"), CASES)
def test_a_rule_tells_bad_from_good(requirement: str, bad: Exchange, good: Exchange) -> None:
    one = rule(requirement)
    assert one.concerns(bad)
    assert one.concerns(good)
    assert one.breach(bad)
    assert not one.breach(good)


def test_every_rule_has_a_case() -> None:
    assert {r.requirement for r in RULES} == {requirement for requirement, _, _ in CASES}


def test_every_rule_counts_for_an_entry_of_the_catalogue() -> None:
    assert all(catalogue().get(r.requirement) for r in RULES)


def test_sums_are_kept_by_endpoint() -> None:
    lint = Lint()
    for name in ("a", "a", "b"):
        lint.look(exchange(status=401, endpoint=name))
    one = rule("AUTH-016")
    assert [(lint.of(n, one).seen, lint.of(n, one).broken) for n in "abc"] == [
        (2, 2),
        (1, 1),
        (0, 0),
    ]


def test_evidence_is_little_and_different() -> None:
    lint = Lint()
    for method in ("GET", "GET", "PUT", "COPY", "HEAD", "MOVE"):
        lint.look(exchange(method, 405))
    found = lint.of("site", rule("DAV-020"))
    assert found.broken == 6
    assert [x.method for _, x in found.worst] == ["GET", "PUT", "COPY"][:MOST_EVIDENCE]
    assert str(found).startswith("6 of 6 answers break it: 405 to GET without Allow; ")


def test_what_the_far_side_saw_and_what_got_no_answer_is_passed_over() -> None:
    lint = Lint()
    lint.look(exchange(status=401, by="remote-party"))
    lint.look(exchange(status=0))
    assert not any(lint.of("site", one).seen for one in RULES)

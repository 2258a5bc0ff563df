"""curl, by the dCache WebDAV chapter: third-party copies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.chapter import Door, Reply
from tests.real.clients import Program
from tests.real.web import serving

CLIENT = Program("curl", "curl")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
BANNER = "images/dcache-banner.png"
MARKER = re.compile(r"Perf Marker\n(?: *[A-Z][A-Za-z ]+: .*\n)+End\n")
TO_PAUL = "https://dcache.example.org/Users/paul/test-1"


@pytest.fixture
def banner(tmp_path: Path, content: Path) -> Iterator[str]:
    """URL of a public picture on a web server that knows nothing of checksums."""
    (tmp_path / "www/images").mkdir(parents=True)
    (tmp_path / "www" / BANNER).write_bytes(content.read_bytes())
    with serving(tmp_path / "www") as site:
        yield f"{site.url}/{BANNER}"


def assert_stream(reply: Reply, last: str) -> None:
    """An accepted copy: markers, and then the one line of the result."""
    assert reply.status == 202
    assert reply.headers.get_content_type() == "text/perf-marker-stream"
    assert reply.headers["Transfer-Encoding"] == "chunked"
    rest = MARKER.sub("", reply.body.decode())
    assert rest.splitlines() == [reply.last_line]
    assert re.match(last, reply.last_line)


def test_the_complete_example(door: Door, banner: str, content: Path) -> None:
    options = "-H 'Credential: none' -H 'RequireChecksumVerification: false'"
    source = f"-H 'Source: {banner}'"
    reply = door.ask(f"curl -D- -E /tmp/x509up_u1000 -X COPY {options} {source} {TO_PAUL}")
    assert_stream(reply, "success: Created$")
    assert door.place.has("/Users/paul/test-1", content)


def test_verification_fails_without_a_checksum(door: Door, banner: str) -> None:
    """By default the far side must tell a checksum, which a plain web server does not."""
    options = "-H 'Credential: none' -H 'RequireChecksumVerification: true'"
    source = f"-H 'Source: {banner}'"
    reply = door.ask(f"curl -D- -E /tmp/x509up_u1000 -X COPY {options} {source} {TO_PAUL}")
    assert_stream(reply, "failure: ")
    assert door.place.lacks("/Users/paul/test-1")


def test_a_missing_source_is_a_failure(door: Door, banner: str) -> None:
    source = f"-H 'Credential: none' -H 'Source: {banner}.gone'"
    reply = door.ask(f"curl -D- -E /tmp/x509up_u1000 -X COPY {source} {TO_PAUL}")
    assert_stream(reply, "failure: .*404")
    assert door.place.lacks("/Users/paul/test-1")


def test_nobody_may_copy(door: Door, banner: str) -> None:
    reply = door.ask(f"curl -D- -X COPY -H 'Source: {banner}' https://dcache.example.org/test.png")
    assert reply.status == 401
    assert any("Basic" in told for told in reply.headers.get_all("WWW-Authenticate", ()))
    assert door.place.lacks("/test.png")

"""Every word of a scenario about GET and HEAD does what it says, as seen in raw bytes."""

from __future__ import annotations

import hashlib
import zlib

import pytest

from harness.remote_party import ListeningParty
from tests.harness.remote_party.conftest import asked, eventually, talk


def adler(content: bytes) -> str:
    return f"{zlib.adler32(content):08x}"


def fields(head: list[str]) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in head[1:])


def test_download_is_the_whole_content_with_its_length(party: ListeningParty) -> None:
    far = party.source(size=1234, seed=7)
    head, body = asked(far, "GET")
    assert head == ["HTTP/1.1 200 OK", "Content-Length: 1234"]
    assert body == far.content
    assert len(body) == 1234


def test_head_announces_what_it_does_not_send(party: ListeningParty) -> None:
    head, body = asked(party.source(size=1234), "HEAD")
    assert head == ["HTTP/1.1 200 OK", "Content-Length: 1234"]
    assert body == b""


def test_seeds_make_different_contents(party: ListeningParty) -> None:
    assert party.source(seed=1).content != party.source(seed=2).content
    assert party.source(seed=1).content == party.source(seed=1).content


def test_without_length_the_body_is_chunked(party: ListeningParty) -> None:
    far = party.source(size=10, length=False)
    head, body = asked(far, "GET")
    assert head[1:] == ["Transfer-Encoding: chunked"]
    assert body == b"a\r\n" + far.content + b"\r\n0\r\n\r\n"


def test_extra_bytes_are_announced_but_never_come(party: ListeningParty) -> None:
    far = party.source(size=10, extra=5)
    head, body = asked(far, "GET")
    assert "Content-Length: 15" in head
    assert body == far.content
    assert far.requests[0].ended == "cut by us"


def test_what_does_not_exist_is_not_found(party: ListeningParty) -> None:
    head, body = asked(party.destination(), "GET")
    assert head[0] == "HTTP/1.1 404 Not Found"
    assert body == b"far side says 404\n"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_statuses_are_as_asked(party: ListeningParty, method: str) -> None:
    far = party.source(get_status=503, head_status=403, reason="Try later", page="<html>")
    head, body = asked(far, method)
    assert head[0] == f"HTTP/1.1 {503 if method == 'GET' else 403} Try later"
    assert body == (b"<html>" if method == "GET" else b"")


def test_head_can_lie_about_the_size(party: ListeningParty) -> None:
    far = party.source(size=1000, head_size=7)
    assert "Content-Length: 7" in asked(far, "HEAD")[0]
    assert "Content-Length: 1000" in asked(far, "GET")[0]


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("right", lambda c: f"adler32={adler(c)}"),
        ("upper", lambda c: f"ADLER32={adler(c).upper()}"),
        ("short", lambda c: f"adler32={adler(c).lstrip('0')}"),
        ("unknown", lambda c: "unixcksum=1234"),
        ("malformed", lambda c: "adler32"),
    ],
)
def test_digest_has_the_form_that_was_asked(party: ListeningParty, form: str, value) -> None:
    far = party.source(size=4, seed=20, digest=form)  # a small sum: it begins with zeros
    assert adler(far.content).startswith("0")
    head, _ = asked(far, "HEAD", "Want-Digest: adler32")
    assert fields(head)["Digest"] == value(far.content)


def test_wrong_digest_is_well_formed_and_wrong(party: ListeningParty) -> None:
    far = party.source(digest="wrong")
    name, value = fields(asked(far, "GET", "Want-Digest: adler32")[0])["Digest"].split("=")
    assert name == "adler32"
    assert len(value) == 8
    assert value != adler(far.content)


def test_several_digests_are_all_right(party: ListeningParty) -> None:
    far = party.source(digest="several")
    found = fields(asked(far, "HEAD", "Want-Digest: adler32")[0])["Digest"].split(",")
    assert [f.split("=")[0] for f in found] == ["md5", "adler32"]
    assert found[1] == f"adler32={adler(far.content)}"


def test_right_digest_is_of_the_first_algorithm_wanted(party: ListeningParty) -> None:
    far = party.source()
    wanted = fields(asked(far, "HEAD", "Want-Digest: crc32c;q=1, md5;q=0.5, adler32")[0])
    assert wanted["Digest"].startswith("md5=")


def test_other_digest_was_not_asked_for(party: ListeningParty) -> None:
    head, _ = asked(party.source(digest="other"), "HEAD", "Want-Digest: adler32")
    assert fields(head)["Digest"].lower().startswith("sha-512=")


def test_digest_needs_to_be_wanted_and_may_be_left_out(party: ListeningParty) -> None:
    assert "Digest" not in fields(asked(party.source(), "HEAD")[0])
    none = asked(party.source(digest="none"), "HEAD", "Want-Digest: adler32")[0]
    assert "Digest" not in fields(none)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_digest_comes_with_the_methods_that_were_named(party: ListeningParty, method: str) -> None:
    far = party.source(digest_on=("HEAD",))
    there = "Digest" in fields(asked(far, method, "Want-Digest: adler32")[0])
    assert there == (method == "HEAD")


def test_repr_digest_answers_who_asks_for_it(party: ListeningParty) -> None:
    head, _ = asked(party.source(), "GET", "Want-Repr-Digest: sha-256=1")
    assert fields(head)["Repr-Digest"].startswith("sha-256=:")


@pytest.mark.parametrize(
    ("asked_for", "first", "last"),
    [("bytes=10-19", 10, 19), ("bytes=90-", 90, 99), ("bytes=95-400", 95, 99)],
)
def test_range_is_a_part(party: ListeningParty, asked_for: str, first: int, last: int) -> None:
    far = party.source(size=100)
    head, body = asked(far, "GET", f"Range: {asked_for}")
    assert head[0] == "HTTP/1.1 206 Partial Content"
    assert f"Content-Range: bytes {first}-{last}/100" in head
    assert f"Content-Length: {last - first + 1}" in head
    assert body == far.content[first : last + 1]


@pytest.mark.parametrize("unusable", ["bytes=9-2", "bytes=100-", "lines=1-2", "bytes=" + "9" * 30])
def test_range_that_cannot_be_is_ignored(party: ListeningParty, unusable: str) -> None:
    head, body = asked(party.source(size=100), "GET", f"Range: {unusable}")
    assert head[0] == "HTTP/1.1 200 OK"
    assert len(body) == 100


def test_ranges_can_be_switched_off(party: ListeningParty) -> None:
    head, body = asked(party.source(size=100, ranges=False), "GET", "Range: bytes=10-19")
    assert head[0] == "HTTP/1.1 200 OK"
    assert len(body) == 100


def test_cut_ends_the_connection_in_the_middle(party: ListeningParty) -> None:
    far = party.source(size=1000, cut_at=400)
    with talk(far) as conversation:
        conversation.ask("GET")
        assert "Content-Length: 1000" in conversation.head()
        assert conversation.rest() == far.content[:400]
        assert not conversation.reset
    assert eventually(lambda: far.requests[0].ended == "cut by us")


def test_reset_is_no_orderly_end(party: ListeningParty) -> None:
    far = party.source(size=1000, reset_at=400)
    with talk(far) as conversation:
        conversation.ask("GET")
        conversation.rest()
        assert conversation.reset


def test_cut_before_the_first_byte_sends_the_head_only(party: ListeningParty) -> None:
    head, body = asked(party.source(size=1000, cut_at=0), "GET")
    assert head[0] == "HTTP/1.1 200 OK"
    assert body == b""


def test_need_is_the_very_authorization(party: ListeningParty) -> None:
    far = party.source().needing("Bearer secret-of-the-test")
    head, _ = asked(far, "GET")
    assert head[0] == "HTTP/1.1 401 Unauthorized"
    assert "WWW-Authenticate: Bearer" in head
    assert asked(far, "GET", "Authorization: Bearer other")[0][0].split()[1] == "401"
    assert asked(far, "GET", "Authorization: Bearer secret-of-the-test")[1] == far.content
    assert hashlib.sha256(b"Bearer secret-of-the-test").hexdigest() == far.scenario.need


def test_unknown_method_is_refused_with_those_there_are(party: ListeningParty) -> None:
    head, _ = asked(party.source(), "PATCH")
    assert head[0] == "HTTP/1.1 405 Method Not Allowed"
    assert "Allow: GET, HEAD, PUT, DELETE" in head


def test_two_requests_go_over_one_connection(party: ListeningParty) -> None:
    far = party.source(size=10)
    with talk(far) as conversation:
        for _ in range(2):
            conversation.ask("GET")
            conversation.head()
            assert conversation.take(10) == far.content
    assert len({seen.connection for seen in far.requests}) == 1


@pytest.mark.parametrize("target", ["/", "/far/x/y/z", "/far/e30/n", "/elsewhere/e30/n/f"])
def test_what_is_no_scenario_is_not_found(party: ListeningParty, target: str) -> None:
    with talk(party.source()) as conversation:
        conversation.connection.sendall(f"GET {target} HTTP/1.1\r\nHost: far\r\n\r\n".encode())
        assert conversation.rest().startswith(b"HTTP/1.1 404 ")

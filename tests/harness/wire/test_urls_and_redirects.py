"""URLs and where a Location leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import SyntaxProblem
from harness.wire.redirects import resolve_location
from harness.wire.urls import UrlFault as F
from harness.wire.urls import normal_percent, parse_url, query_keys


def test_a_url_taken_apart() -> None:
    url = parse_url("HTTPS://SE.Example.org/a%20b/c;d?x=1&y#z")
    assert (url.scheme, url.host, url.port) == ("https", "se.example.org", 443)
    assert (url.path, url.query, url.fragment) == ("/a%20b/c;d", "x=1&y", "z")
    assert url.origin == ("https", "se.example.org", 443)
    assert str(url) == "https://se.example.org/a%20b/c;d?x=1&y#z"
    assert str(parse_url("http://[2001:db8::1]:8080")) == "http://[2001:db8::1]:8080"
    assert str(parse_url("https://a:/")) == "https://a/"
    assert str(parse_url("davs://a/b")) == "davs://a/b"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("https://a/b c", F.BAD_CHARACTER),
        ("https://a/ä", F.BAD_CHARACTER),
        ("https://a/b\\c", F.BAD_CHARACTER),
        ("https://a/%zz", F.BAD_PERCENT),
        ("https://a/%2", F.BAD_PERCENT),
        ("/a/b", F.NOT_ABSOLUTE),
        ("//a/b", F.NOT_ABSOLUTE),
        ("https:///b", F.NOT_ABSOLUTE),
        ("", F.NOT_ABSOLUTE),
        ("1https://a", F.BAD_SCHEME),
        ("https://a:x/", F.BAD_AUTHORITY),
        ("https://a:65536/", F.BAD_AUTHORITY),
        ("https://2001:db8::1/", F.BAD_AUTHORITY),
        ("https://user:secret@a/", F.USER_INFORMATION),
    ],
)
def test_bad_urls(text: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_url(text)
    assert caught.value.what is fault
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("https://a/b", "HTTPS://A:443/b", True),
        ("https://a/%7eb%2d", "https://a/~b-", True),
        ("https://a", "https://a/", True),
        ("https://a/b#x", "https://a/b#y", True),
        ("https://a/%2f", "https://a/%2F", True),
        ("https://a/%2F", "https://a//", False),
        ("https://a/b", "https://a:8443/b", False),
        ("https://a/b?x", "https://a/b", False),
    ],
)
def test_same_resource(one: str, two: str, same: bool) -> None:
    assert parse_url(one).same_resource(parse_url(two)) is same


def test_query_keys() -> None:
    assert query_keys("authz=x&&b") == ("authz", "b")
    assert query_keys(None) == ()


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="%")))
def test_normalisation_is_idempotent(text: str) -> None:
    encoded = "".join(f"%{ord(character):02x}" for character in text)
    once = normal_percent(encoded)
    assert normal_percent(once) == once


BASE = "https://se.example.org/vo/f?x=1"


def test_redirect_to_a_data_server() -> None:
    found = resolve_location(BASE, " https://pool.example.org:1094/vo/%66?authz=t ")
    assert str(found.target) == "https://pool.example.org:1094/vo/%66?authz=t"
    assert found.other_host
    assert found.same_path
    assert found.token_in_query
    assert not any([found.same_origin, found.downgrade, found.relative, found.loop])


@pytest.mark.parametrize("location", ["?y=2", "/vo/f?y=2", "//se.example.org/vo/f?y=2", "f?y=2"])
def test_relative_redirects(location: str) -> None:
    found = resolve_location(BASE, location)
    assert str(found.target) == "https://se.example.org/vo/f?y=2"
    assert found.relative
    assert found.same_origin
    assert not any([found.loop, found.token_in_query, found.other_host])


def test_a_url_in_the_query_makes_no_reference_absolute() -> None:
    assert resolve_location(BASE, "/x?u=https://a/").relative


def test_downgrade_and_loop() -> None:
    assert resolve_location(BASE, "http://se.example.org/vo/f").downgrade
    assert not resolve_location("http://a/", "http://b/").downgrade
    assert resolve_location(BASE, BASE.replace("se.", "SE.")).loop


@pytest.mark.parametrize(
    ("location", "fault"),
    [
        ("", F.NOT_ABSOLUTE),
        ("https://a/b c", F.BAD_CHARACTER),
        ("https://a/\u00e4", F.BAD_CHARACTER),
        ("file:///etc/hostname", F.NOT_ABSOLUTE),
        ("https://a/%", F.BAD_PERCENT),
    ],
)
def test_unusable_locations(location: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        resolve_location(BASE, location)
    assert caught.value.what is fault

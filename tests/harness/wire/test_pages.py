"""Links and elements of a page."""

from __future__ import annotations

from harness.wire.pages import parse_page


def test_links_are_unescaped_and_in_order() -> None:
    page = parse_page(b'<ul><li><a href="a%20b?x=1&amp;y=2">a b</a><li><A HREF=c>c</a></ul>')
    assert page.links == ("a%20b?x=1&y=2", "c")


def test_injected_markup_is_an_element_and_escaped_markup_is_none() -> None:
    assert "httptpc-b" in parse_page(b'<a href=""><httptpc-b>">x</a>').elements
    assert "httptpc-b" not in parse_page(b'<a href="&quot;&gt;&lt;httptpc-b>">x</a>').elements


def test_any_bytes_are_a_page() -> None:
    assert parse_page(b"\xff<a").links == ()

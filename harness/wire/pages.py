"""HTML pages of directories: their links and the elements in them, as a browser sees them."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Page:
    """``links`` are the href of every ``a`` element, unescaped; ``elements`` all element names."""

    links: tuple[str, ...]
    elements: frozenset[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.elements: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]


def parse_page(body: bytes) -> Page:
    """Read a page. It never fails: browsers make something of any bytes, and so does this."""
    reader = _Reader()
    reader.feed(body.decode("utf-8", "replace"))
    reader.close()
    return Page(tuple(reader.links), frozenset(reader.elements))

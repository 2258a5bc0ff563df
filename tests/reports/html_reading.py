"""What a report is when it is read: its elements, its words, and what its script holds."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """Elements with their attributes, and the text of the page outside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._raw = ""
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._raw = tag if tag in self.raw else ""

    def handle_endtag(self, tag):
        self._raw = ""

    def handle_data(self, data):
        (self.raw[self._raw] if self._raw else self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def section_of(text: str, name: str) -> str:
    """The source of one section of the page."""
    start = text.index(f'<section id="{name}">')
    return re.split(r"\n<section id=|</main>", text[start:])[0]


def held_in(text: str) -> dict[str, str]:
    """The transcripts of a page by the names of their exchanges."""
    return dict(json.loads(Page(text).raw["script"][0]))

"""Which exchanges the page carries: the telling ones first, within a budget of bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment

from harness.model import Exchange, Verdict
from reports.html.transcript import title, transcript
from reports.reading import Reading
from reports.stories import Finding, Story
from reports.words import SEVERITY

BUDGET = 5_000_000
"""Characters of all transcripts together, so that the page stays below 10 MB."""
INLINE = 1_000_000
"""Characters of the transcripts that stand in the findings themselves, readable without script."""
CROWD = 16
"""Up to so many endpoints every one has its evidence listed; beyond, some stand for all."""
TELLING = frozenset({Verdict.VIOLATED, Verdict.INCONCLUSIVE, Verdict.MET_WITH_WARNINGS})


@dataclass(frozen=True, slots=True)
class Link:
    """An exchange in a list: its id, a line on it, and whether it follows a redirect."""

    id: str
    title: str
    seconds: float
    held: bool
    follows: bool
    inline: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The transcripts of the page by exchange id, as markup.

    ``omitted`` counts those that the budget left out.
    """

    reading: Reading
    held: dict[str, str]
    inline: frozenset[str]
    omitted: int

    def links(self, ids: tuple[str, ...], *, inline: bool = False) -> list[Link]:
        """The exchanges of a story in order, as far as they are in the record."""
        known = [self.reading.exchanges[i] for i in ids if i in self.reading.exchanges]
        return [
            self._link(exchange, before, inline=inline)
            for before, exchange in zip([None, *known], known, strict=False)
        ]

    def _link(self, exchange: Exchange, before: Exchange | None, *, inline: bool) -> Link:
        stands = inline and exchange.id in self.inline
        return Link(
            id=exchange.id,
            title=title(exchange),
            seconds=exchange.seconds,
            held=exchange.id in self.held,
            follows=before is not None and before.header("location") == exchange.url,
            inline=self.held[exchange.id] if stands else "",
        )

    def data(self) -> str:
        """All transcripts as JSON that cannot end the script element it stands in."""
        text = json.dumps(self.held, ensure_ascii=False, separators=(",", ":"))
        # What a parser of HTML heeds inside a script (HTML section 13.2.5.4): "</", "<!", "<s".
        return re.sub("<(?=[!sS])", r"\\u003c", text.replace("</", r"<\/"))


def shown(story: Story, endpoints: int) -> int:
    """How many members of a story have their evidence listed."""
    if endpoints <= CROWD:
        return len(story.members)
    return 3 if story.verdict in TELLING else 1


def gather(reading: Reading, found: list[Finding], environment: Environment) -> Evidence:
    """Render transcripts, those of the worst verdicts first, until the budget is spent."""
    template = environment.get_template("exchange.html.j2")
    held: dict[str, str] = {}
    inline: set[str] = set()
    spent = omitted = 0
    for story, name in _wanted(reading, found):
        if name in held or name not in reading.exchanges:
            continue
        if spent >= BUDGET:
            omitted += 1
            continue
        full = story.verdict in TELLING
        held[name] = template.render(t=transcript(reading.exchanges[name], full=full))
        spent += len(held[name])
        if story.verdict is Verdict.VIOLATED and spent <= INLINE:
            inline.add(name)
    return Evidence(reading, held, frozenset(inline), omitted)


def _wanted(reading: Reading, found: list[Finding]) -> Iterator[tuple[Story, str]]:
    stories = [story for finding in found for story in finding.stories]
    for story in sorted(stories, key=lambda story: SEVERITY[story.verdict]):
        for member in story.members[: shown(story, len(reading.endpoints))]:
            for name in dict.fromkeys((*member.decisive, *member.evidence)):
                yield story, name

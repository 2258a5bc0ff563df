"""The page as a whole: template, style and script joined under a strict content policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from harness.model import Judgement, Level, Run, Verdict
from reports import kill
from reports.html import overview
from reports.html.evidence import gather, shown
from reports.html.origins import origin
from reports.matrix import RESULTS, Matrix
from reports.reading import NO_EXTRAS, Extras, Reading, cautions, conclusion, headline, read
from reports.stories import Finding, findings
from reports.text import duration, moment, visible
from reports.words import LOOKS, area

LEVELS = {level: place for place, level in enumerate(Level)}
SIGNS = {0: ("pass", "✓"), 1: ("fail", "✗")}
"""Tone and glyph of the banner by exit code; every other code is in between."""


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """The stand-alone page."""
    reading, environment = read(run), _environment()
    values = {**_frame(reading), **_sections(reading, environment), **_extras(extras)}
    return environment.get_template("report.html.j2").render(values) + "\n"


def _frame(reading: Reading) -> dict[str, Any]:
    style, script = _source("report.css"), _source("report.js")
    tone, glyph = SIGNS.get(reading.exit_code, ("blocked", "◆"))
    return {
        "style": style,
        "script": script,
        "policy": _policy(style, script),
        "tone": tone,
        "glyph": glyph,
        "conclusion": conclusion(reading),
        "cautions": cautions(reading),
        "reading": reading,
        "run": reading.run,
        "headline": partial(headline, reading.judgements),
    }


def _sections(reading: Reading, environment: Environment) -> dict[str, Any]:
    found = findings(reading, _by_catalogue(reading))
    return {
        "violations": _findings(reading, reading.violations),
        "undecided": _findings(reading, reading.having(Verdict.INCONCLUSIVE)),
        "warned": _findings(reading, reading.having(Verdict.MET_WITH_WARNINGS)),
        "expected": _findings(reading, reading.expected),
        "held": gather(reading, found, environment),
        "shown": partial(shown, endpoints=len(reading.endpoints)),
        "rows": overview.rows(reading, found),
        "columns": overview.COLUMNS,
        "areas": overview.areas(reading),
        "shares": overview.by_area(reading),
        "ends": overview.by_endpoint(reading),
        "levels": overview.by_level(reading),
        "total": overview.share(reading.judgements),
        "silences": overview.silences(reading),
        "unbound": overview.unbound(reading),
    }


def _extras(extras: Extras) -> dict[str, Any]:
    return {
        "matrix": None if extras.matrix is None else Matrix.of(extras.matrix),
        "results": RESULTS,
        "deviations": None if extras.kill is None else kill.deviations(extras.kill),
    }


def _by_catalogue(reading: Reading) -> list[Judgement]:
    place = {name: number for number, name in enumerate(reading.requirements)}
    return sorted(reading.judgements, key=lambda j: place[j.requirement])


def _findings(reading: Reading, judgements: Iterable[Judgement]) -> list[Finding]:
    """The most binding requirements first, and of those what most endpoints share."""
    told = findings(reading, judgements)
    return sorted(told, key=lambda f: (LEVELS[f.requirement.level], -len(f.endpoints)))


@cache
def _source(name: str) -> str:
    return (files("reports") / "templates" / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    names = [f.name for f in (files("reports") / "templates").iterdir()]
    environment = Environment(
        loader=DictLoader({name: _source(name) for name in names if name.endswith(".j2")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_legible,
    )
    environment.globals.update(
        looks=LOOKS, area=area, origin=origin, moment=moment, duration=duration
    )
    return environment


def _legible(value: object) -> object:
    """Control characters spelt out in all that is not our own markup."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy(style: str, script: str) -> str:
    """Only this very style and script may act; nothing may be loaded from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

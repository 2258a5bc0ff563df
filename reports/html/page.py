"""The page as a whole: template, style and script joined under a strict content policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined

from harness.model import Run
from harness.model.curl import curl
from reports.reading import CONCLUSIONS, NO_EXTRAS, Extras, cautions, headline, read
from reports.words import LOOKS


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """The stand-alone page."""
    reading = read(run)
    style, script = _source("report.css"), _source("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            reading=reading,
            run=run,
            extras=extras,
            headline=headline(reading.judgements),
            conclusion=CONCLUSIONS[reading.exit_code],
            cautions=cautions(reading),
            style=style,
            script=script,
            policy=_policy(style, script),
            looks=LOOKS,
            curl=curl,
        )
    )


@cache
def _source(name: str) -> str:
    return (files("reports") / "templates" / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    names = [f.name for f in (files("reports") / "templates").iterdir()]
    loader = DictLoader({name: _source(name) for name in names if name.endswith(".j2")})
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _policy(style: str, script: str) -> str:
    """Only this very style and script may act; nothing may be loaded from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = (files("reports") / "templates" / "report.css").read_text("utf-8")
LIGHT, DARK = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
TONES = ("ink", "quiet", "link", "pass", "fail", "warn", "blocked", "na", "untested", "error")


def _variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_knows_black_and_white():
    assert _contrast("#000", "#fff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
def test_every_tone_can_be_read_on_every_ground_it_stands_on(theme, tone):
    variables = _variables(LIGHT if theme == "light" else DARK)
    grounds = ["bg", "panel"] + [f"{tone}-bg"] * (f"{tone}-bg" in variables)
    for ground in grounds:
        assert _contrast(variables[tone], variables[ground]) >= 4.5, ground


def test_every_tone_exists_in_both_themes():
    assert set(_variables(LIGHT)) >= set(TONES) | {"bg", "panel", "line"}
    assert set(_variables(DARK)) >= set(TONES) | {"bg", "panel", "line"}


def test_style_and_script_stay_small():
    script = (files("reports") / "templates" / "report.js").read_text("utf-8")
    assert len(CSS) < 18_000
    assert len(script) < 15_000

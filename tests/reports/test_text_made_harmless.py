from __future__ import annotations

import pytest

from reports.text import duration, line, moment, shortened, size, visible
from reports.words import area, count


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\r\nb\tc", "a\r\nb\tc"),
        ("a\rb", "a\\x0db"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\x9bx", "\\x9bx"),
        ("\ud800", "\\ud800"),
    ],
)
def test_control_characters_are_spelt_out(text, shown):
    assert visible(text) == shown


def test_a_line_is_one_line():
    assert line("  a \r\n  b\tc\n\n") == "a b c"


def test_long_text_is_cut_with_a_sign():
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (14_000_000, "14.0 MB"),
        (2.5e9, "2.5 GB"),
        (3e12, "3.0 TB"),
    ],
)
def test_sizes_are_decimal(number, words):
    assert size(number) == words


def test_moments_are_read_or_left():
    assert moment("2026-11-21T22:30:05+00:00") == "2026-11-21 22:30:05 UTC"
    assert moment("2026-11-21T22:30:05") == "2026-11-21 22:30:05 "
    assert moment("yesterday") == "yesterday"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-11-21T22:30:00+00:00", "2026-11-21T22:32:05+00:00", "2 min 05 s"),
        ("2026-11-21T22:30:00+00:00", "2026-11-21T22:30:01.5+00:00", "1.5 s"),
        ("2026-11-21T22:30:00+00:00", "2026-11-21T22:30:59.7+00:00", "1 min 00 s"),
        ("2026-11-21T22:30:00+00:00", "2026-11-21T22:30:01", ""),
        ("then", "now", ""),
    ],
)
def test_durations(start, end, words):
    assert duration(start, end) == words


def test_areas_have_words_and_unknown_ones_their_code():
    assert area("MARK") == "Performance markers"
    assert area("NEW") == "NEW"


def test_counts_agree_with_their_noun():
    assert [count(n, "check") for n in (0, 1, 2)] == ["0 checks", "1 check", "2 checks"]

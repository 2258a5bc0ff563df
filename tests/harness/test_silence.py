"""An endpoint that stops answering in the middle of a run is asked once more, then given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.endpoints import Endpoint
from harness.model import Exchange
from harness.plugin import preflight
from harness.plugin.silence import LONG, MANY, Silence
from harness.problems import Unreachable

SITE = Endpoint("site", url="https://se.example.org/")
ANSWERED = Exchange("x", "site", "client", "", "GET", SITE.url, status=200, seconds=0.1)
SILENT = replace(ANSWERED, status=0, seconds=LONG + 1, fault="timed out")
REFUSED = replace(ANSWERED, status=0, seconds=0.01, fault="connection refused")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the endpoint answers when it is asked once more, each time that it is."""
    answers: list[bool] = []

    def reach(endpoint: Endpoint) -> None:
        if not answers.pop(0):
            raise Unreachable("site answers nothing")

    monkeypatch.setattr(preflight, "reach", reach)
    return answers


def seen(*exchanges: Exchange) -> Silence:
    silence = Silence()
    for exchange in exchanges:
        silence.look(exchange)
    return silence


@pytest.mark.parametrize(
    "exchanges",
    [
        [SILENT] * (MANY - 1),
        [*[SILENT] * (MANY - 1), ANSWERED, SILENT],
        [REFUSED] * 2 * MANY,
        [replace(SILENT, endpoint="other")] * MANY,
        [replace(SILENT, by="party")] * MANY,
    ],
)
def test_it_is_not_given_up_lightly(exchanges: list[Exchange], asked: list[bool]) -> None:
    assert seen(*exchanges).of(SITE) == ""


def test_who_answers_after_all_goes_on(asked: list[bool]) -> None:
    asked.append(True)
    silence = seen(*[SILENT] * MANY)
    assert [silence.of(SITE), silence.of(SITE)] == ["", ""]
    assert asked == []


def test_who_is_silent_is_given_up_for_good(asked: list[bool]) -> None:
    asked.append(False)
    silence = seen(*[SILENT] * MANY)
    told = silence.of(SITE)
    assert "without an answer: site answers nothing" in told
    silence.look(ANSWERED)
    assert silence.of(SITE) == told

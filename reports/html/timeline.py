"""The drawing of a transfer's progress: x is the time of arrival, y the bytes moved."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from reports.html.markers import LONGEST_SILENCE, Marker, Progress
from reports.text import size

WIDTH, HEIGHT = 720, 170
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 26


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its place in the drawing and its label."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A marker in the drawing."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without a marker that is longer than a client needs to bear."""

    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the template draws, in units of the view box."""

    words: str
    path: str
    dots: tuple[Dot, ...]
    silences: tuple[Silence, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    end: float
    result: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Scale:
    """From seconds and bytes to the view box."""

    seconds: float
    bytes: int

    def x(self, at: float) -> float:
        return round(LEFT + at / self.seconds * (WIDTH - LEFT - RIGHT), 1)

    def y(self, moved: int) -> float:
        return round(HEIGHT - BOTTOM - moved / self.bytes * (HEIGHT - TOP - BOTTOM), 1)


def timeline(progress: Progress) -> Timeline:
    """The drawing for the markers of one answer."""
    last = max([progress.ended, *(m.at for m in progress.markers)])
    scale = Scale(max(last, 0.001), max(1, *(m.bytes for m in progress.markers)))
    dots = tuple(_dot(marker, scale) for marker in progress.markers)
    return Timeline(
        words=_words(progress),
        path=_path(dots, scale.x(last)),
        dots=dots,
        silences=_silences(progress, scale),
        across=tuple(Tick(scale.x(t), f"{t:.3g} s") for t in _fourths(scale.seconds)),
        up=tuple(Tick(scale.y(int(b)), size(b)) for b in (0, scale.bytes / 2, scale.bytes)),
        end=scale.x(progress.ended),
        result=progress.result,
    )


def _fourths(whole: float) -> list[float]:
    return [whole * part / 4 for part in range(5)]


def _dot(marker: Marker, scale: Scale) -> Dot:
    words = f"+{marker.at:.3f} s: {size(marker.bytes)} moved"
    stripes = f"stripe {marker.stripe} of {marker.stripes}, Timestamp {marker.timestamp}"
    return Dot(scale.x(marker.at), scale.y(marker.bytes), f"{words} ({stripes})")


def _path(dots: tuple[Dot, ...], end: float) -> str:
    """A staircase: between two markers nothing is known to have moved."""
    steps = [f"M{dots[0].x} {dots[0].y}"]
    steps += [f"H{dot.x}V{dot.y}" for dot in dots[1:]]
    return "".join([*steps, f"H{end}"])


def _silences(progress: Progress, scale: Scale) -> tuple[Silence, ...]:
    times = [0.0, *(marker.at for marker in progress.markers), progress.ended]
    return tuple(
        Silence(scale.x(a), round(scale.x(b) - scale.x(a), 1), f"{b - a:.1f} s without a marker")
        for a, b in pairwise(times)
        if b - a >= LONGEST_SILENCE
    )


def _words(progress: Progress) -> str:
    number, moved = len(progress.markers), progress.markers[-1].bytes
    noun = "performance marker" if number == 1 else "performance markers"
    ending = progress.result or "no result line"
    return f"{number} {noun} in {progress.ended:.1f} s, {size(moved)} moved, then: {ending}"

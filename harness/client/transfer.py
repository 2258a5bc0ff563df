"""A finished COPY and what its answer says about the outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from harness.client.connection import Live
from harness.model import Exchange
from harness.wire.markers import Marker, ProgressStream, parse_progress

FINISHED = frozenset({200, 201, 204})
"""Statuses that mean "done" when no progress body comes with them (AMB-A01)."""

TAIL = 1.0
"""Seconds we wait for the end of the body after the result line, if it is not what matters."""

_RESULT = re.compile(rb"^(success|failure|failed|aborted)", re.IGNORECASE | re.MULTILINE)


def unended(live: Live, tail: float = TAIL) -> bool:
    """Whether the result line came but the body does not end: no use in waiting any longer."""
    return live.quiet > tail and _RESULT.search(live.body) is not None


@dataclass(frozen=True, slots=True)
class Transfer:
    """The answer to a COPY, read as the adopted readings say: the result line decides."""

    exchange: Exchange
    progress: ProgressStream = field(init=False, repr=False)

    def __post_init__(self) -> None:
        read = parse_progress([(p.content or b"", p.at) for p in self.exchange.pieces])
        object.__setattr__(self, "progress", read)

    @property
    def status(self) -> int:
        return self.exchange.status

    @property
    def markers(self) -> tuple[Marker, ...]:
        return self.progress.markers

    @property
    def streamed(self) -> bool:
        """Whether the answer was accepted with a progress body, as 202 or the older 201."""
        told = bool(self.progress.markers or self.progress.results)
        return self.status == 202 or (self.status in FINISHED and told)

    @property
    def succeeded(self) -> bool:
        """Whether the server claims that the copy was made."""
        if self.streamed:
            return self.progress.succeeded
        return self.status in FINISHED and self.exchange.complete

    @property
    def failed(self) -> bool:
        """Whether the server clearly says that it was not: an error status or a result line."""
        if self.streamed:
            return self.progress.result is not None and not self.progress.succeeded
        return self.status >= 300

    @property
    def text(self) -> str:
        """The result line as it came, empty if there is none."""
        result = self.progress.result
        return result.raw.strip() if result is not None and self.streamed else ""

    def __str__(self) -> str:
        answer = f"{self.status} {self.exchange.reason}".strip() if self.status else "no answer"
        result = f", {self.text}" if self.text else (", no result line" if self.streamed else "")
        return answer + result + (f" ({self.exchange.fault})" if self.exchange.fault else "")

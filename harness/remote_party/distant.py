"""A far side on another host, as checks speak to it: it is asked what it saw."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import requests
from urllib3.util import Retry

from harness.client.ordinary import Adapter, innermost
from harness.problems import Blocked, UsageError
from harness.remote_party.access import Access
from harness.remote_party.far import RemoteParty
from harness.remote_party.seal import Signed
from harness.remote_party.seen import Seen
from harness.remote_party.told import PREFIX, SCHEMA, heard

ANSWER = 30.0
"""Seconds an answer may take beyond what the question itself waits for."""

POLL = 0.5
"""Seconds one question waits for a change: what is waited for may also hang on something here."""

GAP = 0.05
"""Seconds between two looks at a conversation that changes all the time."""


AGAIN = Retry(total=2, status=0, redirect=0, allowed_methods=("GET",), backoff_factor=0.1)
"""A connection that was kept may have been closed there meanwhile; to ask again does no harm."""


class Clock:
    """Turns the far side's monotonic seconds into ours.

    As NTP does it (RFC 5905 section 8): of the last questions the one that travelled fastest.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=64)

    def note(self, asked: float, came: float, left: float, heard: float) -> None:
        """One question: when we asked, it came and left there, and we heard the answer."""
        delay = (heard - asked) - (left - came)
        self._samples.append((delay, ((asked - came) + (heard - left)) / 2))

    @property
    def shift(self) -> float:
        return min(self._samples)[1]


class Line:
    """Questions to the control API, over verified TLS and nothing else."""

    def __init__(self, access: Access) -> None:
        self.clock = Clock()
        self.url = access.url
        self._session = requests.Session()
        self._session.trust_env = False  # a ~/.netrc would replace our Authorization
        self._session.headers["Authorization"] = f"Bearer {access.token}"
        self._session.mount("https://", Adapter(access.ca, None, retries=AGAIN))
        self._session.mount("http://", _Nowhere())

    def ask(self, path: str, **asked: float) -> requests.Response:
        """Raises requests.RequestException where no answer is to be had."""
        began = time.monotonic()
        answer = self._session.get(
            f"{self.url}{PREFIX}{path}",
            params=asked,
            timeout=asked.get("within", 0) + ANSWER,
            allow_redirects=False,
        )
        ended = time.monotonic()
        came, left = (answer.headers.get(f"Httptpc-{word}") for word in ("Came", "Left"))
        if came and left:
            self.clock.note(began, float(came), float(left), ended)
        return answer

    def must(self, path: str, **asked: float) -> requests.Response:
        """The same in the middle of a run: without an answer a check cannot go on."""
        try:
            answer = self.ask(path, **asked)
        except requests.RequestException as problem:
            raise Blocked(f"the remote party {self.url}: {innermost(problem)}") from None
        if answer.status_code not in (200, 404):
            raise Blocked(f"the remote party {self.url} answered {answer.status_code}")
        return answer

    def close(self) -> None:
        self._session.close()


class _Nowhere(requests.adapters.BaseAdapter):
    """The token never travels without TLS."""

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        raise requests.exceptions.InvalidSchema("without TLS")

    def close(self) -> None:
        """Nothing is open."""


class DistantSeen(Seen):
    """A request as it was told; its body is fetched when somebody looks at it."""

    __slots__ = ("_fetch",)

    def __init__(self, fetch: Callable[[], bytes], fields: dict[str, Any]) -> None:
        self._fetch = fetch
        super().__init__(**fields)

    @property
    def body(self) -> bytearray:
        return bytearray(self._fetch())

    @body.setter
    def body(self, value: bytearray) -> None:
        """Nothing is kept here."""


@dataclass(frozen=True, slots=True)
class Told:
    """The last that was told of one nonce."""

    version: int = 0
    requests: list[Seen] = field(default_factory=list)
    upload: str | None = None


class DistantLog:
    """The same questions as a far side's own log answers. Safe in any thread."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._told: dict[str, Told] = {}
        self._uploads: dict[str, bytes] = {}
        self._calm = threading.Event()

    def of(self, nonce: str) -> list[Seen]:
        return list(self._look(nonce, 0.0).requests)

    def wait(self, nonce: str, holds: Callable[[list[Seen]], bool], within: float) -> bool:
        deadline = time.monotonic() + within
        patience = 0.0
        while not holds(list(self._look(nonce, patience).requests)):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._calm.wait(min(GAP, left))
            patience = max(0.0, min(POLL, left - GAP))
        return True

    def uploaded(self, nonce: str) -> bytes | None:
        known = self._look(nonce, 0.0).upload
        if known is None:
            return None
        if known not in self._uploads:
            answer = self._line.must(f"uploads/{nonce}")
            if answer.status_code == 404:
                return None
            self._uploads[known] = answer.content
        return self._uploads[known]

    def _look(self, nonce: str, within: float) -> Told:
        last = self._told.get(nonce, Told())
        answer = self._line.must(f"seen/{nonce}", after=last.version, within=within).json()
        if answer["version"] == last.version:
            return last
        told = Told(
            answer["version"],
            [self._seen(nonce, number, one) for number, one in enumerate(answer["requests"])],
            answer["uploaded"] and answer["uploaded"]["sha256"],
        )
        self._told[nonce] = told
        return told

    def _seen(self, nonce: str, number: int, told: dict[str, Any]) -> Seen:
        return DistantSeen(partial(self._body, nonce, number), heard(told, self._line.clock.shift))

    def _body(self, nonce: str, number: int) -> bytes:
        answer = self._line.must(f"bodies/{nonce}/{number}")
        return answer.content if answer.status_code == 200 else b""


class DistantParty(RemoteParty):
    """The far side that somebody runs with ``httptpc remote-party``."""

    def __init__(self, access: Access) -> None:
        """Raises UsageError with a sentence if it cannot be reached or does not know us."""
        self._line = Line(access)
        told = _introduced(self._line)
        ahead = told["time"] - time.time()
        self.origins: dict[str, str] = told["origins"]
        self.seal = Signed(access.token, lambda: time.time() + ahead)
        self.log = DistantLog(self._line)

    def close(self) -> None:
        """Stop asking; the far side itself goes on."""
        self._line.close()


def _introduced(line: Line) -> dict[str, Any]:
    try:
        answer = line.ask("party")
    except requests.RequestException as problem:
        raise UsageError(
            f"the remote party {line.url} cannot be asked: {innermost(problem)}"
        ) from None
    if answer.status_code == 401:
        raise UsageError(f"the remote party {line.url} refuses the token (--remote-party-token)")
    try:
        told: dict[str, Any] = answer.json()
        schema = told["schema"]
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"{line.url} is no remote party: it answered {answer.status_code}"
        ) from None
    if schema != SCHEMA:
        raise UsageError(f"the remote party {line.url} is of another version: {told.get('tool')}")
    return told

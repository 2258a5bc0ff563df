"""A far side as checks speak to it, wherever it runs: far files, and what happened to them."""

from __future__ import annotations

import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from harness.problems import Untested
from harness.remote_party.scenario import Scenario
from harness.remote_party.seal import Seal
from harness.remote_party.seen import Seen

REDIRECT_DOORS = frozenset({"other", "alias", "plain", "barred"})
"""Values of ``redirect_to`` that name a door, which has to be there."""


class SeenLog(Protocol):
    """What a far side tells of what it saw."""

    def of(self, nonce: str) -> list[Seen]:
        """The requests that carried ``nonce``, in the order in which they came."""

    def wait(self, nonce: str, holds: Callable[[list[Seen]], bool], within: float) -> bool:
        """Wait until ``holds`` is true of the requests of ``nonce``; false if time ran out."""

    def uploaded(self, nonce: str) -> bytes | None:
        """The bytes of the last complete upload, None if there is none."""


class RemoteParty(ABC):
    """The scripted far side of a transfer. ``origins`` are its doors, as scheme://host:port."""

    origins: dict[str, str]
    log: SeenLog
    seal: Seal

    def far(self, scenario: Scenario, *, door: str = "tls", name: str = "file.dat") -> FarFile:
        """A far file behaving as ``scenario`` says, under a URL nobody else has.

        Raises Untested if this far side has not the door that is asked for.
        """
        needed = {door} | ({scenario.redirect_to} & REDIRECT_DOORS if scenario.redirect else set())
        for missing in needed - set(self.origins):
            raise Untested(f"the remote party has no {missing} door")
        return FarFile(self, scenario, door, secrets.token_hex(8), name)

    def source(self, *, door: str = "tls", name: str = "file.dat", **manners: Any) -> FarFile:
        """A file that is there, to be pulled."""
        return self.far(Scenario(**manners), door=door, name=name)

    def destination(self, *, door: str = "tls", name: str = "file.dat", **manners: Any) -> FarFile:
        """A place where nothing is yet, to be pushed to."""
        return self.far(Scenario(**{"exists": False, **manners}), door=door, name=name)

    @abstractmethod
    def close(self) -> None:
        """End it; conversations under way end by themselves."""


@dataclass(frozen=True, slots=True)
class FarFile:
    """A file on the far side: its URL for the COPY, and all that happened to it."""

    party: RemoteParty
    scenario: Scenario
    door: str
    nonce: str
    name: str

    @property
    def url(self) -> str:
        segment = self.party.seal.sealed(self.scenario, self.nonce)
        return f"{self.party.origins[self.door]}/far/{segment}/{self.nonce}/{self.name}"

    @property
    def content(self) -> bytes:
        """What a pull has to deliver."""
        return self.scenario.content

    @property
    def received(self) -> bytes | None:
        """What a push has completely delivered; None if nothing."""
        return self.party.log.uploaded(self.nonce)

    @property
    def requests(self) -> list[Seen]:
        return self.party.log.of(self.nonce)

    def asked(self, method: str) -> list[Seen]:
        """The requests of one method."""
        return [seen for seen in self.requests if seen.method == method]

    def wait(self, holds: Callable[[list[Seen]], bool], *, within: float) -> bool:
        return self.party.log.wait(self.nonce, holds, within)

    def needing(self, authorization: str) -> FarFile:
        """The same file, served only to requests with this Authorization value."""
        demanded = hashlib.sha256(authorization.encode()).hexdigest()
        return replace(self, scenario=replace(self.scenario, need=demanded))

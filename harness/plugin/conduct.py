"""One process's part in a run: its record, its endpoints, and what was found out about them."""

from __future__ import annotations

import datetime
import os
import platform
import secrets
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import __version__
from harness.capabilities import Survey
from harness.checks import catalogue
from harness.endpoints import Endpoint
from harness.lint import Lint
from harness.model import EndpointRecord, Exchange, Expectation, Header
from harness.model.codec import plain, restored
from harness.plugin.settings import Settings, bound
from harness.plugin.sharing import portion, shares_of
from harness.plugin.silence import Silence
from harness.problems import UsageError
from harness.recorder import RUN, Recorder
from harness.redact import Redactor
from harness.remote_party import Access

KEY = pytest.StashKey["Conduct"]()


class Conduct:
    """Everything the hooks share in one process; there is one in each xdist worker too."""

    def __init__(self, settings: Settings, directory: Path, worker: int | None = None) -> None:
        self.settings = settings
        self.directory = directory
        self.worker = worker
        self.redactor = settings.redactor
        self.lint = Lint()
        self.silence = Silence()
        self.recorder = Recorder(settings.out, settings.redactor, worker, watch=self._look)
        self.endpoints = {e.name: e for e in settings.endpoints}
        self.bound = {e.name: frozenset(bound(e, catalogue())) for e in settings.endpoints}
        self.shares = dict.fromkeys(self.endpoints, 1)
        self.surveys: dict[str, Survey] = {}
        self.problems: list[str] = []
        self._taken: set[str] = set()
        self.interrupted = False

    def _look(self, exchange: Exchange) -> None:
        self.lint.look(exchange)
        self.silence.look(exchange)

    def record_of(self, endpoint: Endpoint) -> EndpointRecord:
        """The endpoint as the record tells of it, with all that was found out so far."""
        survey = self.surveys.get(endpoint.name)
        return EndpointRecord(
            name=endpoint.name,
            url=endpoint.url,
            kind=endpoint.kind,
            profiles=endpoint.profiles,
            bound=tuple(i for i in bound(endpoint, catalogue()) if self.wants(endpoint.name, i)),
            software=survey.software if survey else "",
            capabilities=dict(survey.found) if survey else {},
            expectations=tuple(x for x in endpoint.expectations if self._is_looked_at(endpoint, x)),
            options=described(endpoint),
        )

    def share(self, workers: int) -> None:
        """Divide the endpoints into shares, if there are more workers than endpoints."""
        places = workers // max(1, len(self.endpoints))
        self.shares = {name: shares_of(e, places) for name, e in self.endpoints.items()}

    def take(self, name: str, share: int) -> None:
        """This process works at a share of an endpoint, with its part of the limits."""
        shares = self.shares[name]
        if shares > 1 and name not in self._taken:
            self._taken.add(name)
            self.endpoints[name] = portion(self.endpoints[name], share, shares)

    def wants(self, endpoint: str, identifier: str) -> bool:
        """Whether neither ``--select`` nor ``select:`` of the endpoint leaves it out."""
        return self.endpoints[endpoint].wants(identifier, self.settings.select)

    def _is_looked_at(self, endpoint: Endpoint, known: Expectation) -> bool:
        """Not left out by a selection; an id that does not bind stays, to be warned of."""
        wanted = self.wants(endpoint.name, known.requirement)
        return wanted or known.requirement not in self.bound[endpoint.name]

    def begin(self, header: Header) -> None:
        """Write what stands at the head of a record."""
        self.recorder.write(header)
        for requirement in catalogue():
            if any(requirement.id in ids for ids in self.bound.values()):
                self.recorder.write(requirement)
        for endpoint in self.endpoints.values():
            self.recorder.write(self.record_of(endpoint))

    def survey_done(self) -> None:
        """Write the endpoints again, now with their capabilities."""
        for name in self.surveys:
            self.recorder.write(self.record_of(self.endpoints[name]))


def described(endpoint: Endpoint) -> dict[str, str]:
    """How we speak to the endpoint, in words and without a secret."""
    identity = endpoint.identity
    kinds = ["token"] * bool(identity.token) + ["X.509"] * bool(identity.x509)
    return {
        "credentials": (", ".join(kinds) or "none") + (f" from {identity.source}" if kinds else ""),
        "second identity": "none" if endpoint.second.empty else "given",
        "ca": str(endpoint.ca or "the system's"),
        "read-only": str(endpoint.read_only).lower(),
    }


def make_out(settings: Settings) -> None:
    """Make the output directory; a record that stands there already is never overwritten."""
    try:
        settings.out.mkdir(parents=True, exist_ok=True)
        if (settings.out / RUN).exists():
            raise UsageError(f"{settings.out}: holds the record of a run already; name another")
        with tempfile.TemporaryFile(dir=settings.out):
            pass
    except OSError as problem:
        raise UsageError(
            f"{settings.out}: results cannot be written there ({problem.strerror})"
        ) from None


def header(settings: Settings, started: str) -> Header:
    return Header(
        id=secrets.token_hex(8),
        tool=f"httptpc {__version__}",
        commit=_commit(),
        started=started,
        who=f"Python {platform.python_version()}, {platform.system()}",
        arguments=settings.arguments,
    )


def now() -> str:
    """The time as records tell it: ISO 8601 in UTC, whole seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _commit() -> str:
    """The commit of the checkout we run from, empty where there is none."""
    asked = subprocess.run(
        ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short=12", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
    )
    return asked.stdout.strip()


def packed(conduct: Conduct) -> dict[str, Any]:
    """What a worker has to know, as plain values (they travel through a pipe, never a file)."""
    settings = conduct.settings
    return {
        "endpoints": [plain(e) for e in settings.endpoints],
        "out": str(settings.out),
        "select": list(settings.select),
        "quick": settings.quick,
        "shares": conduct.shares,
        "directory": str(conduct.directory),
        "remote_party": settings.remote_party and plain(settings.remote_party),
    }


def unpacked(data: dict[str, Any], worker: int) -> Conduct:
    """A worker's conduct, from what the controller packed."""
    redactor = Redactor()
    endpoints = tuple(restored(Endpoint, e) for e in data["endpoints"])
    for endpoint in endpoints:
        register(endpoint, redactor)
    settings = Settings(
        endpoints, redactor, Path(data["out"]), tuple(data["select"]), data["quick"]
    )
    if data["remote_party"]:
        access = restored(Access, data["remote_party"])
        redactor.register(access.token, "control token")
        settings = replace(settings, remote_party=access)
    made = Conduct(settings, Path(data["directory"]), worker)
    made.shares = dict(data["shares"])
    return made


def register(endpoint: Endpoint, redactor: Redactor) -> Endpoint:
    """Make every secret of an endpoint known to the redactor."""
    for identity in (endpoint.identity, endpoint.second):
        if identity.token:
            redactor.register(identity.token, "token")
    return endpoint


def standing(settings: Settings, endpoints: tuple[Endpoint, ...]) -> Settings:
    """The settings with endpoints that all have a URL by now."""
    return replace(settings, endpoints=tuple(register(e, settings.redactor) for e in endpoints))

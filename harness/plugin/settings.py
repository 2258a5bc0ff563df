"""What a run is asked to do: gathered from pytest's options, or handed over by the command line."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.credentials import Discovery, ca_directory
from harness.endpoints import Endpoint, load_endpoints
from harness.problems import UsageError
from harness.redact import Redactor
from harness.remote_party import Access
from harness.requirements import Catalogue

DEFAULT_FILE = "endpoints.yaml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything one run needs to know before it begins."""

    endpoints: tuple[Endpoint, ...]
    redactor: Redactor
    out: Path
    select: tuple[str, ...] = ()
    quick: bool = False
    progress: bool = False
    matrix: bool = False
    remote_party: Access | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """What was chosen, as a command line would say it; no secret is among it."""
        flags = {"--quick": self.quick, "--matrix": self.matrix}
        words = [flag for flag, chosen in flags.items() if chosen]
        words += [word for glob in self.select for word in ("--select", glob)]
        words += ["--remote-party", self.remote_party.url] if self.remote_party else []
        return tuple(words)


def from_options(config: pytest.Config) -> Settings:
    """The settings that pytest's command line stands for."""
    redactor = Redactor()
    chosen = choose(
        config.getoption("endpoint") or [], config.getoption("endpoints"), Discovery(redactor)
    )
    profile = config.getoption("profile")
    out = config.getoption("out")
    return Settings(
        endpoints=tuple(with_profile(e, profile) for e in chosen),
        redactor=redactor,
        out=Path(out) if out else default_out(Path.cwd()),
        select=tuple(config.getoption("select") or ()),
        quick=config.getoption("quick"),
        remote_party=remote_party(
            config.getoption("remote_party"), config.getoption("remote_party_token")
        ),
    )


def remote_party(url: str | None, token: str | None, ca: Path | None = None) -> Access | None:
    """The far side on another host that the options name, with the CA of the grid by default."""
    if not url and not token:
        return None
    if not url or not token:
        raise UsageError("--remote-party URL and --remote-party-token FILE go together")
    return Access.given(url, token, ca or ca_directory())


def choose(wanted: list[str], file: str | None, discovery: Discovery) -> list[Endpoint]:
    """The endpoints that names and URLs stand for; without any, all of the file."""
    urls = [w for w in wanted if "://" in w]
    names = [w for w in wanted if "://" not in w]
    path = Path(file or DEFAULT_FILE)
    known = load_endpoints(path, discovery, names) if names or not urls else {}
    chosen = [known[name] for name in names] if wanted else list(known.values())
    return [*chosen, *(at_url(url, discovery) for url in urls)]


def at_url(url: str, discovery: Discovery) -> Endpoint:
    """An endpoint known by its URL only, with the credentials that discovery finds."""
    if re.search(r"^\w+://[^/]*@|[?#]", url):  # and it is not shown again
        raise UsageError(
            "a URL with a user, password, query or fragment is not taken; name the directory only, "
            "and the token or password in a file (docs/endpoints.md)"
        )
    try:
        parts = urlsplit(re.sub(r"^dav", "http", url))
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{url}: not a URL of a storage endpoint; say https://HOST[:PORT]/PATH")
    return Endpoint(
        name=re.sub(r"[^A-Za-z0-9.-]", "-", parts.netloc),
        url=parts.geturl(),
        ca=ca_directory(),
        identity=discovery.identity({}, Path(), url),
    )


def with_profile(endpoint: Endpoint, profile: str | None) -> Endpoint:
    return replace(endpoint, profiles=(profile,)) if profile else endpoint


def default_out(folder: Path) -> Path:
    """A fresh ``results/<UTC time>`` with ``results/latest`` pointing to it."""
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    out = folder / "results" / stamp
    latest = folder / "results" / "latest"
    try:
        out.mkdir(parents=True, exist_ok=True)
        latest.unlink(missing_ok=True)
        latest.symlink_to(stamp)
    except OSError as problem:
        raise UsageError(f"{out}: results cannot be written there ({problem.strerror})") from None
    return out


def sound(settings: Settings, catalogue: Catalogue) -> None:
    """Raise UsageError for a profile, capability or requirement that the catalogue lacks."""
    for endpoint in settings.endpoints:
        bound(endpoint, catalogue)
        with _telling(f"endpoint {endpoint.name}: capabilities"):
            _look_up(catalogue.capability, endpoint.capabilities)
        with _telling(f"endpoint {endpoint.name}: select"):
            _look_up(catalogue.matching, endpoint.select)
    with _telling("--select"):
        _look_up(catalogue.matching, settings.select)


def _look_up(table: Callable[[str], object], names: Iterable[str]) -> None:
    for name in names:
        table(name)


@contextmanager
def _telling(where: str) -> Iterator[None]:
    """What is looked up in vain is a mistake of whoever wrote it there."""
    try:
        yield
    except LookupError as problem:
        raise UsageError(f"{where}: {problem.args[0]}") from None


def bound(endpoint: Endpoint, catalogue: Catalogue) -> tuple[str, ...]:
    """The ids of all requirements that the profiles of an endpoint bind it to."""
    with _telling(f"endpoint {endpoint.name}"):
        ids = frozenset().union(*(catalogue.profile(p) for p in endpoint.profiles))
    return tuple(r.id for r in catalogue if r.id in ids)

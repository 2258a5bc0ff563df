"""``httptpc check``: judge endpoints, show how it goes, and end with a summary and the report."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from harness.checks import catalogue
from harness.credentials import Discovery
from harness.endpoints import Endpoint
from harness.identity import X509, Identity
from harness.model import Run
from harness.plugin import RUN
from harness.plugin.settings import (
    Settings,
    bound,
    choose,
    default_out,
    remote_party,
    with_profile,
)
from harness.plugin.sharing import shares_of
from harness.problems import UsageError
from harness.redact import Redactor
from harness.remote_party import Access
from reports import FORMATS, terminal

MOST_WORKERS = 4
WORTHWHILE = 100
"""Requirements to be judged that are worth the start of workers: a second of each core."""
SELECT = "judge only these, e.g. 'MARK-*'; may be given again"
INI = Path(__file__).with_name("check.ini")


def add(commands: Any) -> None:
    """Add the command and its options, spelt as gfal and davix spell them."""
    made = commands.add_parser(
        "check",
        help="judge endpoints",
        description="Judge endpoints by the requirements that bind them: those that are named, or "
        "all of endpoints.yaml. A URL is asked with the credentials that gfal and davix find.",
        epilog="Files are written below one random directory of the endpoint only, and removed.",
    )
    made.add_argument("url", nargs="*", metavar="URL", help="an endpoint, as https://HOST/DIR")
    add_choice(made)
    made.add_argument("--select", action="append", metavar="ID-GLOB", help=SELECT)
    made.add_argument(
        "--profile", metavar="NAME", help="instead of its own; see httptpc list profiles"
    )
    made.add_argument(
        "--quick", action="store_true", help="a first look: MUSTs that need no waiting"
    )
    made.add_argument("--matrix", action="store_true", help="then every endpoint to every other")
    made.add_argument("-n", "--workers", type=int, metavar="N", help="processes; 0: only this one")
    made.set_defaults(command=run)


def add_choice(made: argparse.ArgumentParser) -> None:
    """The options by which endpoints and credentials are chosen."""
    made.add_argument(
        "--endpoints", metavar="FILE", help="see docs/endpoints.md; default: endpoints.yaml"
    )
    made.add_argument("--endpoint", action="append", metavar="NAME", help="an entry of the file")
    made.add_argument("--out", metavar="DIR", help="default: results/<UTC time>")
    add_remote_party(made)
    add_identity(made)


def add_remote_party(made: argparse.ArgumentParser) -> None:
    """The options that name a far side which endpoints of others can reach."""
    made.add_argument("--remote-party", metavar="URL", help="where httptpc remote-party runs")
    made.add_argument("--remote-party-token", metavar="FILE", help="its control token")


def add_identity(made: argparse.ArgumentParser) -> None:
    """The options that say who we are and whom we trust."""
    made.add_argument("-E", "--cert", metavar="FILE", help="client certificate or proxy")
    made.add_argument("--key", metavar="FILE", help="its key, if it is in another file")
    made.add_argument("--capath", metavar="PATH", help="CA file or directory")


@dataclass
class Given:
    """Hands the settings of the command line to the plugin, and takes the run back."""

    settings: Settings
    run: Run | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_httptpc_settings(self) -> Settings:
        return self.settings

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self.run = config.stash.get(RUN, None)


def run(options: argparse.Namespace) -> int:
    """Run the suites; the exit code says what was found."""
    settings = settings_of(options)
    given: int | None = options.workers
    return judge(settings, workers=fitting(settings) if given is None else given)


def fitting(settings: Settings) -> int:
    """How many workers are worth their start: one for each core, but none for a few checks."""
    ids = [(e, i) for e in settings.endpoints for i in bound(e, catalogue())]
    if sum(e.wants(i, settings.select) for e, i in ids) < WORTHWHILE:
        return 0
    here = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(2)
    return min(len(here), MOST_WORKERS, sum(shares_of(e, MOST_WORKERS) for e in settings.endpoints))


def judge(settings: Settings, *, workers: int) -> int:
    """Run the suites as the settings say, and show what was found."""
    given = Given(settings)
    code = int(pytest.main(pytest_arguments(workers), plugins=[given]))
    if given.run is not None:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        _say(terminal.render(given.run, colour=colour).rstrip())
        _say(f"\nreport: {shown(settings.out / FORMATS['html'].file)}")
    return code


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that the options of a command stand for."""
    redactor = Redactor()
    discovery = Discovery(redactor)
    chosen = choose([*(options.endpoint or []), *options.url], options.endpoints, discovery)
    chosen = [overridden(e, options, discovery) for e in chosen]
    return Settings(
        endpoints=tuple(with_profile(e, options.profile) for e in chosen),
        redactor=redactor,
        out=Path(options.out) if options.out else default_out(Path.cwd()),
        select=tuple(options.select or ()),
        quick=options.quick,
        progress=True,
        matrix=options.matrix,
        remote_party=distant(options),
    )


def distant(options: argparse.Namespace) -> Access | None:
    """The far side on another host that the options name."""
    ca = Path(options.capath) if options.capath else None
    return remote_party(options.remote_party, options.remote_party_token, ca)


def overridden(endpoint: Endpoint, options: argparse.Namespace, discovery: Discovery) -> Endpoint:
    """The endpoint with what the command line says about CA and certificate."""
    if options.capath:
        if not Path(options.capath).exists():
            raise UsageError(f"--capath: {options.capath} does not exist")
        endpoint = replace(endpoint, ca=Path(options.capath))
    if options.cert:
        key = options.key or options.cert
        found = discovery.given({"x509": {"cert": options.cert, "key": key}}, Path())
        assert found.x509 is not None
        pair = X509(found.x509.cert, found.x509.key)
        endpoint = replace(endpoint, identity=Identity(endpoint.identity.token, pair, "--cert"))
    return endpoint


def pytest_arguments(workers: int) -> list[str]:
    """Run the installed suites with our own configuration, whatever lies in the directory."""
    found = importlib.util.find_spec("suites")
    if found is None or not found.submodule_search_locations:
        raise UsageError("the suites are not installed beside the harness")
    folder = Path(next(iter(found.submodule_search_locations)))
    spread = ["-p", "xdist", "-n", str(workers), "--dist", "loadgroup"] if workers > 1 else []
    return [
        str(folder),
        f"--rootdir={folder.parent}",
        "-c",
        str(INI),
        # plugins that happen to be installed cost time and may change what is done
        "--disable-plugin-autoload",
        "--assert=plain",  # checks say what they expect by harness.expect
        "-p",
        "harness.plugin",
        "-p",
        "fixtures.plugin",
        "--tb=native",  # nobody is shown tracebacks, and pytest's own are costly to make
        "-p",
        "no:cacheprovider",
        *spread,
    ]


def shown(path: Path) -> Path:
    """``path`` as short as it can be said from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _say(text: str) -> None:
    print(text)  # noqa: T201 - this is the command line

"""``httptpc probe URL``: look at an endpoint and print an entry for endpoints.yaml."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from fixtures.cleanup import remove_tree
from fixtures.far_sides import FarSides
from fixtures.standing import Standing
from harness.capabilities import Ground, Survey
from harness.capabilities.probes import PROBES
from harness.cli.check import add_identity, add_remote_party, distant, overridden
from harness.client import Client
from harness.credentials import Discovery
from harness.endpoints import Endpoint
from harness.model import Capability
from harness.plugin.preflight import reach
from harness.plugin.settings import at_url
from harness.problems import Unreachable, UsageError
from harness.recorder import Recorder
from harness.redact import Redactor
from harness.remote_party import Access

UNREACHABLE = 3


def add(commands: Any) -> None:
    made = commands.add_parser(
        "probe",
        help="print an endpoints.yaml entry for a URL",
        description="Find out what an endpoint can do, and print an entry for endpoints.yaml.",
    )
    made.add_argument("url", metavar="URL", help="an endpoint, as https://HOST/DIR")
    add_remote_party(made)
    add_identity(made)
    made.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Find out what can be found out; the entry goes to the output, the proofs beside it."""
    redactor = Redactor()
    discovery = Discovery(redactor)
    endpoint = overridden(at_url(options.url, discovery), options, discovery)
    access = distant(options)
    try:
        reach(endpoint)
    except Unreachable as fault:
        print(f"httptpc: {fault}", file=sys.stderr)  # noqa: T201 - this is the command line
        return UNREACHABLE
    with tempfile.TemporaryDirectory(prefix="httptpc-") as folder:
        found = _look(endpoint, Path(folder), redactor, access=access)
    print(_entry(endpoint, found))  # noqa: T201
    return 0


def _look(
    endpoint: Endpoint, folder: Path, redactor: Redactor, *, access: Access | None
) -> dict[str, Capability]:
    place = Standing(folder / "standing")
    place.up(())
    recorder = Recorder(folder, redactor)
    client = Client(endpoint, endpoint.identity, recorder)
    home = f"{endpoint.base_path}/httptpc-{secrets.token_hex(6)}"
    if client.make_home(home).status not in (200, 201):
        raise UsageError(f"{endpoint.url}: we may not make a directory there; give credentials")
    with contextlib.closing(FarSides(place.directory, access)) as far:
        # one that cannot be reached is good enough to see whether copies are attempted at all
        party = far.reaching(endpoint) or far.near
        survey = Survey(endpoint, Ground(client, home, party), Capability(True, "probed"))
        try:
            return {name: survey.get(name) for name in PROBES}
        finally:
            remove_tree(client, home)
            recorder.close()
            place.close()


def _entry(endpoint: Endpoint, found: dict[str, Capability]) -> str:
    head = {"url": endpoint.url, "ca": str(endpoint.ca)} if endpoint.ca else {"url": endpoint.url}
    lines = yaml.safe_dump({"version": 1, "endpoints": {endpoint.name: head}}, sort_keys=False)
    told = [f"    {n}: {str(c.present).lower()}  # {c.proof}" for n, c in sorted(found.items())]
    return "\n".join(
        [
            lines.rstrip(),
            "    # what was found; uncomment to declare it",
            *(f"    # {line.strip()}" for line in ["capabilities:", *told]),
        ]
    )

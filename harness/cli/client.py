"""``httptpc client``: judge a client by what servers saw of it, and by how its command ended."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from harness.cli import check
from harness.endpoints import Endpoint
from harness.plugin.settings import Settings, default_out
from harness.problems import UsageError
from harness.redact import Redactor

PROFILE = "client"
COMMANDS = ("command", "push-command", "download-command", "verify-command", "delegate-command")


def add(commands: Any) -> None:
    """Add the command and its options."""
    made = commands.add_parser(
        "client",
        help="judge a client",
        description="Judge a client by what reference servers on this machine saw of it, and by "
        "its exit code: 0 means that it reports success.",
        epilog="Words in braces: {source}, {destination}, {file} and others; see docs/clients.md.",
    )
    made.add_argument(
        "name", nargs="*", metavar="CLIENT", help="curl, gfal2, davix, rclone or xrootd"
    )
    made.add_argument(
        "--command", dest="pull", metavar="TEXT", help="e.g. 'cp {source} {destination}'"
    )
    made.add_argument("--push-command", dest="push", metavar="TEXT", help="the same as a push")
    made.add_argument("--download-command", dest="download", metavar="TEXT", help="to {file}")
    made.add_argument("--verify-command", dest="verify", metavar="TEXT", help="with checksums")
    made.add_argument("--delegate-command", dest="delegate", metavar="TEXT", help="with GridSite")
    made.add_argument("--select", action="append", metavar="ID-GLOB", help=check.SELECT)
    made.add_argument(
        "--quick", action="store_true", help="a first look: MUSTs that need no waiting"
    )
    made.add_argument("--out", metavar="DIR", help="default: results/<UTC time>")
    made.set_defaults(command=run, workers=0)


def run(options: argparse.Namespace) -> int:
    """Run the client suites; the exit code says what was found."""
    return check.judge(settings_of(options), workers=0)


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that the options stand for: one subject for each client."""
    return Settings(
        endpoints=tuple(subjects(options)),
        redactor=Redactor(),
        out=Path(options.out) if options.out else default_out(Path.cwd()),
        select=tuple(options.select or ()),
        quick=options.quick,
        progress=True,
    )


def subjects(options: argparse.Namespace) -> list[Endpoint]:
    """The clients to judge. Raises UsageError if none is named."""
    texts = (options.pull, options.push, options.download, options.verify, options.delegate)
    given = {key: text for key, text in zip(COMMANDS, texts, strict=True) if text}
    starts = [(name, {"client": name}) for name in options.name]
    if given:
        starts.append(("command", given))
    if not starts:
        raise UsageError("name a client, or say --command 'my-copy {source} {destination}'")
    return [Endpoint(n, kind=PROFILE, profiles=(PROFILE,), start=s) for n, s in starts]

"""``httptpc remote-party``: the scripted far side, on a host that sites can reach."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import ssl
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fixtures.pki import Pair
from fixtures.public_party import BAD, SLOTS, Planned, Wishes, plan
from harness.problems import UsageError
from harness.redact import Secret
from harness.remote_party import ListeningParty
from harness.remote_party.access import kept_token, origin_of
from harness.remote_party.journal import Journal
from harness.remote_party.limits import PUBLIC, Limits

LIMITS = {
    "connections": "open at once",
    "per_address": "open at once from one address",
    "seconds": "a connection may last",
    "conversation": "bytes on one connection",
    "hourly": "bytes in an hour, on all",
    "upload": "bytes of one upload",
    "kept": "bytes kept in memory",
    "nonces": "far files remembered",
    "requests": "requests for one far file",
}
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def add(commands: Any) -> None:
    made = commands.add_parser(
        "remote-party",
        help="run the far side",
        description="Run the scripted far side on a host that the endpoints can reach, for the "
        "checks that need one (docs/remote-party.md). One line of JSON says when it serves.",
        epilog="Numbers of bytes may end in k, m or g.",
    )
    made.add_argument("--public-url", required=True, metavar="URL", help="https://HOST[:PORT]")
    made.add_argument("--port", type=int, metavar="N", help="first port (default: as in the URL)")
    made.add_argument("--cert", metavar="FILE", help="host certificate (default: a throw-away one)")
    made.add_argument("--key", metavar="FILE", help="its key")
    made.add_argument("--capath", metavar="PATH", help="CAs of client certificates")
    made.add_argument("--control-token", metavar="FILE", help="made if it is not there")
    made.add_argument("--alias", default="", metavar="HOST", help="a second name of this host")
    made.add_argument("--ipv6", default="", metavar="HOST", help="a name with an IPv6 address only")
    made.add_argument(
        "--bad",
        action="append",
        default=[],
        metavar="DOOR=CERT,KEY",
        help=f"a certificate nobody must accept; doors: {', '.join(BAD)}",
    )
    for name, what in LIMITS.items():
        option = f"--limit-{name.replace('_', '-')}"
        usual = getattr(PUBLIC, name)
        made.add_argument(option, metavar="N", help=f"{what} (default {_shown(usual)})")
    made.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; then 0."""
    limits = _limits(options)
    wishes = _wishes(options)
    with tempfile.TemporaryDirectory(prefix="httptpc-party-") as folder:
        token_file = Path(options.control_token or f"{folder}/control-token").absolute()
        token = kept_token(token_file)
        planned = plan(wishes, Path(folder))
        threading.excepthook = _told
        told_to_end = _ending()
        party = _listening(planned, limits, token)
        try:
            _say(party, planned, token_file)
            told_to_end.wait()
        finally:
            party.close()
    return 0


def _listening(planned: Planned, limits: Limits, token: Secret) -> ListeningParty:
    try:
        journal = Journal(sys.stderr)
        return ListeningParty(planned.doors, limits=limits, token=token, said=journal.note)
    except ssl.SSLError as problem:
        raise UsageError(f"a certificate or key cannot be used: {problem.reason}") from None
    except OSError as problem:
        raise UsageError(f"cannot listen: {problem.strerror or problem}") from None


def _say(party: ListeningParty, planned: Planned, token_file: Path) -> None:
    """One JSON line says that it serves; the token itself is never shown."""
    ready = {
        "name": "remote-party",
        "url": party.origins["tls"],
        "origins": party.origins,
        "ca": str(planned.ca) if planned.ca else None,
        "control_token": str(token_file),
        "pid": os.getpid(),
    }
    print(json.dumps(ready), flush=True)  # noqa: T201 - this is the command line


def _ending() -> threading.Event:
    """Set by SIGTERM and Ctrl-C, from now on."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    return told


def _told(problem: threading.ExceptHookArgs) -> None:
    """A fault of ours in one conversation: its sort only, as its words may hold what was sent."""
    sys.stderr.write(f"fault in a conversation: {problem.exc_type.__name__}\n")


def _wishes(options: argparse.Namespace) -> Wishes:
    url = origin_of(options.public_url)
    if bool(options.cert) != bool(options.key):
        raise UsageError("--cert and --key go together")
    if options.capath and not Path(options.capath).exists():
        raise UsageError(f"--capath: {options.capath} does not exist")
    port = options.port if options.port is not None else urlsplit(url).port or 443
    if not 0 <= port <= 65535 - len(SLOTS):
        raise UsageError(f"--port {port}: leaves no room for {len(SLOTS)} ports")
    return Wishes(
        url,
        port,
        _pair(options.cert, options.key) if options.cert else None,
        Path(options.capath) if options.capath else None,
        dict(map(_bad, options.bad)),
        options.alias,
        options.ipv6,
    )


def _bad(text: str) -> tuple[str, Pair]:
    name, _, files = text.partition("=")
    cert, _, key = files.partition(",")
    if name not in BAD or not cert:
        raise UsageError(f"--bad {text}: say DOOR=CERT,KEY; doors: {', '.join(BAD)}")
    return name, _pair(cert, key or cert)


def _pair(cert: str, key: str) -> Pair:
    for file in (cert, key):
        if not Path(file).is_file():
            raise UsageError(f"{file} does not exist")
    return Pair(Path(cert), Path(key))


def _limits(options: argparse.Namespace) -> Limits:
    given = {name: getattr(options, f"limit_{name}") for name in LIMITS}
    return replace(PUBLIC, **{k: _number(k, v) for k, v in given.items() if v is not None})


def _number(name: str, text: str) -> int:
    found = re.fullmatch(r"(\d{1,15})([kmg]?)", text.lower())
    if found is None or int(found[1]) == 0:
        option = f"--limit-{name.replace('_', '-')}"
        raise UsageError(f"{option} {text}: say a number above 0, such as 100, 64k, 20m or 5g")
    return int(found[1]) * UNITS[found[2]]


def _shown(number: float) -> str:
    """A limit as it can be written on the command line."""
    unit = next((u for u in "gm" if number >= UNITS[u] and number % UNITS[u] == 0), "")
    return f"{number / UNITS[unit]:g}{unit}"

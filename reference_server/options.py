"""Command line of `python -m reference_server`."""

from __future__ import annotations

import argparse
import ipaddress
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

USAGE_ERROR = 4
"""Exit code for usage, configuration and credentials that cannot be used."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    port: int
    plain_port: int | None
    public_url: str | None
    pair: bool
    data_node: bool
    data_node_url: str | None
    store: str | None
    s3_endpoint: str | None
    s3_region: str | None
    staging: Path | None
    quota: int | None
    deviation: list[str]
    list_deviations: bool
    personality: str | None
    list_personalities: bool
    end_with_parent: bool
    cert: Path | None
    key: Path | None
    trust: Path | None
    grants: Path | None
    basic: Path | None
    kerberos_keytab: Path | None
    vomsdir: Path | None
    crl: Path | None
    trust_issuer: list[str]
    delegation: str
    oidc_exchange: list[str]
    manner: list[str]
    access_log: Path | None
    consulted: Path | None
    bar_peer: list[str]
    marker_period: float
    name: str


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the command line; a bad one ends the process with exit code 4."""
    parser = _Parser(
        prog="reference_server",
        description="The reference server of HTTP third-party copy.",
        allow_abbrev=False,
    )
    _add_service(parser)
    _add_credentials(parser)
    options = Options(**vars(parser.parse_args(arguments)))
    if len({options.cert is None, options.key is None}) != 1:
        parser.error("--cert and --key belong together")
    if options.cert is not None and options.trust is None:
        parser.error("--cert needs --capath or --ca")
    if options.marker_period <= 0:
        parser.error("--marker-period must be positive")
    if options.quota is not None and options.quota < 0:
        parser.error("--quota must not be negative")
    return options


def _add_service(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--port", type=_port, default=0, metavar="N", help="0 takes a free one")
    add("--plain-port", type=_port, metavar="N", help="an unencrypted door as well")
    add("--public-url", metavar="URL", help="how clients reach it through a reverse proxy")
    add("--pair", action="store_true", help="start two servers")
    add("--data-node", action="store_true", help="redirect data to a second port")
    add(
        "--data-node-url",
        type=_url,
        metavar="URL",
        help="redirect data to a place that is not ours",
    )
    add("--store", metavar="DIR|memory:|s3://BUCKET/PREFIX", help="default: temporary")
    add("--s3-endpoint", metavar="URL", help="the S3 server; default: what AWS names")
    add("--s3-region", metavar="NAME", help="default: the AWS configuration's, or us-east-1")
    add("--quota", type=int, metavar="BYTES", help="most that the store may hold")
    add("--staging", type=Path, metavar="DIR", help="where uploads to S3 wait until complete")
    add("--deviation", action="append", default=[], metavar="NAME", help="be wrong in one way")
    add("--list-deviations", action="store_true", help="print them as JSON and end")
    add("--manner", action="append", default=[], metavar="NAME", help="be lawful in another way")
    add("--access-log", type=Path, metavar="FILE", help="what clients asked, without secrets")
    add("--consulted", type=Path, metavar="FILE", help="which seams decided something")
    add("--personality", metavar="NAME", help="show the legitimate habits of a product")
    add("--list-personalities", action="store_true", help="print them as JSON and end")
    add(
        "--bar-peer",
        type=_network,
        action="append",
        default=[],
        metavar="NETWORK",
        help="no far side in there",
    )
    add("--end-with-parent", action="store_true", help="end when whoever started it has ended")
    add("--marker-period", type=float, default=5.0, metavar="SECONDS", help="default: 5")
    add("--name", default="reference", help="what the line of JSON calls it")


def _add_credentials(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--cert", type=Path, metavar="FILE", help="host certificate; default: a throw-away PKI")
    add("--key", type=Path, metavar="FILE", help="its key")
    add("--capath", "--ca", dest="trust", type=Path, metavar="PATH", help="CA file or directory")
    add("--grants", type=Path, metavar="FILE", help="JSON: subject or voms:FQAN -> activities")
    add("--basic", type=Path, metavar="FILE", help="JSON: user -> password")
    add("--crl", type=Path, metavar="PATH", help="file or hashed directory: one for every CA")
    add("--vomsdir", type=Path, metavar="DIR", help="ORGANISATION/*.lsc: whose attributes count")
    add("--kerberos-keytab", type=Path, metavar="FILE", help="keys of HTTP/HOST: offer Negotiate")
    add(
        "--trust-issuer",
        action="append",
        default=[],
        metavar="ISSUER=JWKS_FILE",
        help="take its WLCG tokens and SciTokens",
    )
    add("--delegation", choices=("2", "1", "off"), default="2", help="newest GridSite version")
    add(
        "--oidc-exchange",
        action="append",
        default=[],
        metavar="ISSUER=TOKEN_ENDPOINT,CLIENT_ID,SECRET_FILE",
        help="exchange an issuer's tokens for Credential: oidc",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: say 0 to 65535")
    return int(text)


def _url(text: str) -> str:
    if not re.match(r"https?://[^/]+", text):
        raise argparse.ArgumentTypeError(f"{text} is no http or https URL")
    return text


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


@contextmanager
def naming(option: str, value: object) -> Iterator[None]:
    """Whatever fails in here is a fault of what was said there; raises ValueError that says so."""
    try:
        yield
    except (OSError, ValueError, TypeError) as problem:
        why = getattr(problem, "reason", None) or getattr(problem, "strerror", None) or problem
        raise ValueError(f"{option} {value}: {why}") from None


def read_object(option: str, place: Path | None) -> dict[str, Any] | None:
    """A JSON object from the file that an option names; raises ValueError."""
    if place is None:
        return None
    with naming(option, place):
        found = json.loads(place.read_text())
        if not isinstance(found, dict):
            raise ValueError("not a JSON object")
        return found

"""A root:// endpoint, asked through the official client programs: xrdfs and xrdcp.

The protocol has authentication plug-ins, signing and redirection of its own; whoever wrote a second
client for it would test that client. Every command goes on record with its words and its errors.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from harness.model import Body, Exchange
from harness.recorder import Recorder

PROGRAMS = ("xrdcp", "xrdfs")
PACKAGE = "xrootd-client"
PATIENCE = 90.0
"""Seconds one command may take; a key that nobody knows is waited for by the server."""

LIMITS = {
    "XRD_CONNECTIONWINDOW": "15",
    "XRD_CONNECTIONRETRY": "1",
    "XRD_REQUESTTIMEOUT": "60",
    "XRD_STREAMTIMEOUT": "30",
}
ANNOUNCED = re.compile(r"&P=([a-z0-9]+)")
NAME_LENGTH = 8
"""A login has room for so many characters of a user's name (kXR_login)."""


def missing() -> str:
    """What has to be installed; empty if the client is there."""
    there = all(shutil.which(program) for program in PROGRAMS)
    return "" if there else f"the XRootD client is not installed: apt-get install {PACKAGE}"


@dataclass(frozen=True, slots=True)
class Key:
    """A rendezvous key as the destination shows it: the key, and who agreed on it."""

    text: str
    origin: str

    @property
    def query(self) -> str:
        return f"?tpc.key={self.text}&tpc.org={self.origin}&tpc.stage=copy"


@dataclass(frozen=True, slots=True)
class Xroot:
    """Speaks to one root:// endpoint as one identity; files go to ``directory``.

    ``url`` has the path below which we may write, and no slash at its end. ``proxy`` None: nobody.
    """

    url: str
    proxy: Path | None
    capath: Path
    directory: Path
    recorder: Recorder
    endpoint: str

    def known_as(self, proxy: Path | None) -> Xroot:
        return replace(self, proxy=proxy)

    def at(self, url: str) -> Xroot:
        return replace(self, url=url)

    def trusting(self, capath: Path) -> Xroot:
        return replace(self, capath=capath)

    @property
    def server(self) -> str:
        """root://host:port"""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.url))

    @property
    def path(self) -> str:
        """The path of ``url`` on its server, with one slash before it."""
        return "/" + urlsplit(self.url).path.lstrip("/")

    def config(self, name: str) -> str:
        """The answer to the query of a configuration value; the name itself if it is unknown."""
        return self.fs("query", "config", name)[1].strip()

    def fs(self, *words: str) -> tuple[Exchange, str]:
        """One command of xrdfs, and what it printed."""
        done = self.run(["xrdfs", self.server, *words], url=self.url)
        return done, (done.body.content or b"").decode(errors="replace")

    def announced(self) -> tuple[frozenset[str], Exchange]:
        """The authentication protocols of the answer to our login, read from the client's log."""
        done = self.run(
            ["xrdfs", self.server, "query", "config", "version"], url=self.url, loud=True
        )
        return frozenset(ANNOUNCED.findall(done.fault)), done

    def put(self, name: str, content: bytes) -> Exchange:
        file = self.directory / name
        file.write_bytes(content)
        return self.copy(str(file), f"{self.url}/{name}")

    def get(self, name: str, key: Key | None = None) -> tuple[Exchange, bytes | None]:
        """A file as this identity may read it, by a key or by itself; None if it may not."""
        file = self.directory / f"got-{time.monotonic_ns()}"
        done = self.copy(f"{self.url}/{name}{key.query if key else ''}", str(file))
        return done, file.read_bytes() if done.complete and file.exists() else None

    def copy(self, source: str, destination: str, *options: str) -> Exchange:
        """One run of xrdcp, overwriting."""
        words = ["xrdcp", "-f", "--nopbar", *options, source, destination]
        return self.run(words, url=destination if "://" in destination else source)

    @contextlib.contextmanager
    def agreed(self, name: str, key: str, *, ttl: int = 30) -> Iterator[Key | None]:
        """Agree with the source on a key, as the client of a third-party copy does, and hold on.

        None if the source does not open the file. The client stays while its output is not read.
        """
        query = f"?tpc.key={key}&tpc.dst={urlsplit(self.url).hostname}&tpc.ttl={ttl}&tpc.stage=copy"
        words = ["xrdcp", "--nopbar", f"{self.url}/{name}{query}", "-"]
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment()
        ) as holder:
            try:
                assert holder.stdout is not None
                opened = bool(holder.stdout.read(1))
                yield Key(key, self._login(holder.pid)) if opened else None
            finally:
                holder.kill()

    def run(self, words: Sequence[str], *, url: str, loud: bool = False) -> Exchange:
        """A command to its end, or to the end of our patience; what it said is on record."""
        started = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        began = time.monotonic()
        more = {"XRD_LOGLEVEL": "Debug"} if loud else {}
        code, out, said = _done(words, self._environment(more))
        return self.recorder.exchange(
            Exchange(
                id="",
                endpoint=self.endpoint,
                by="xrootd-client",
                started=started,
                method=words[0],
                url=url,
                body=Body.of(out),
                complete=code == 0,
                seconds=round(time.monotonic() - began, 4),
                fault=said if code or loud else "",
                note=" ".join(words),
            )
        )

    def _login(self, pid: int) -> str:
        user = pwd.getpwuid(os.geteuid()).pw_name[:NAME_LENGTH]
        return f"{user}.{pid}@localhost"

    def _environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Nothing of ours but the path: no other proxy, no plug-ins, no configuration."""
        proxy = self.proxy or self.directory / "no-proxy"
        own = {"HOME": str(self.directory), "LC_ALL": "C.UTF-8", **LIMITS}
        own |= {"X509_USER_PROXY": str(proxy), "X509_CERT_DIR": str(self.capath)}
        own |= {"X509_USER_CERT": str(proxy), "X509_USER_KEY": str(proxy)}
        return {"PATH": os.environ["PATH"], **own, **(more or {})}


def _done(words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, bytes, str]:
    try:
        done = subprocess.run(
            list(words), capture_output=True, env=dict(environment), timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return -1, b"", f"no end within {PATIENCE:g} s"
    return done.returncode, done.stdout, done.stderr.decode(errors="replace").strip()

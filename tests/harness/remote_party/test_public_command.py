"""``httptpc remote-party`` as its operator knows it: options, the token file, its log, its end."""

from __future__ import annotations

import contextlib
import json
import random
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fixtures.kinds.daemon import OWN_PORTS
from fixtures.pki import Testbed
from fixtures.public_party import SLOTS
from harness.cli.main import parser
from harness.problems import UsageError
from harness.redact import Secret
from harness.remote_party import Access, DistantParty, FarFile
from tests.harness.conftest import Httptpc, environment
from tests.harness.remote_party.conftest import Talk, asked

COMMAND = (sys.executable, "-m", "harness.cli", "remote-party")


@dataclass
class Running:
    """The process, and what it said when it was ready."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    log: Path

    @property
    def access(self) -> Access:
        token = Path(self.ready["control_token"]).read_text(encoding="ascii").strip()
        return Access(self.ready["url"], Secret(token), Path(self.ready["ca"]))

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    made: list[subprocess.Popen[str]] = []

    def run(*words: str, port: str = "0") -> Running:
        log = tmp_path / "log"
        with log.open("w") as stream:
            made.append(
                subprocess.Popen(
                    [*COMMAND, "--public-url", "https://localhost", "--port", port, *words],
                    stdout=subprocess.PIPE,
                    stderr=stream,
                    text=True,
                    env=environment(TMPDIR=str(tmp_path)),
                )
            )
        assert made[-1].stdout is not None
        line = made[-1].stdout.readline()
        assert line, log.read_text()
        return Running(made[-1], json.loads(line), log)

    yield run
    for process in made:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


def visit(far: FarFile, ca: str, door_host: str = "localhost") -> bytes:
    """A download over verified TLS."""
    parts = urlsplit(far.url)
    trust = ssl.create_default_context(cafile=ca)
    with (
        socket.create_connection((door_host, parts.port or 0), timeout=10) as plain,
        trust.wrap_socket(plain, server_hostname=door_host) as connection,
    ):
        conversation = Talk(connection, far)
        conversation.ask("GET", "Authorization: Bearer secret-of-a-site", "X-Token: hidden-too")
        conversation.head()
        return conversation.take(far.scenario.size)


def test_it_serves_tells_and_ends_cleanly(start, tmp_path: Path) -> None:
    running = start("--control-token", str(tmp_path / "token"))
    party = DistantParty(running.access)
    far = party.source(size=100, name="secret-name")
    assert visit(far, running.ready["ca"]) == far.content
    assert far.wait(lambda seen: bool(seen) and seen[0].ended == "answered", within=5)
    assert far.requests[0].header("authorization") == "Bearer secret-of-a-site"
    plain = party.source(door="plain", size=10)
    assert asked(plain, "GET")[1] == plain.content
    party.close()
    assert running.end() == 0
    _verify_log(running.log.read_text(), far)
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    assert list(tmp_path.glob("httptpc-party-*")) == []


def _verify_log(log: str, far: FarFile) -> None:
    lines = log.splitlines()
    assert f"tls 127.0.0.1 GET {far.nonce} 200 sent=100 received=0 answered" in lines[0]
    for secret in ("secret-of-a-site", "hidden-too", "secret-name", "Bearer"):
        assert secret not in log
    assert "Traceback" not in log


def test_every_door_is_there(start) -> None:
    running = start("--alias", "127.0.0.1", "--ipv6", "::1")
    origins = running.ready["origins"]
    assert tuple(origins) == tuple(sorted(SLOTS, key=list(origins).index))
    assert set(origins) == set(SLOTS)
    assert origins["plain"].startswith("http://localhost:")
    assert origins["v6"].startswith("https://[::1]:")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("localhost", urlsplit(origins["closed"]).port or 0), timeout=5)


def test_bad_doors_are_bad_each_in_its_own_way(start) -> None:
    running = start()
    whys = {
        "expired": "expired",
        "wrong-name": "Hostname mismatch",
        "self-signed": "self-signed certificate",
        "unknown-ca": "unable to get local issuer",
    }
    for door, why in whys.items():
        parts = urlsplit(running.ready["origins"][door])
        trust = ssl.create_default_context(cafile=running.ready["ca"])
        with (
            socket.create_connection(("localhost", parts.port or 0), timeout=5) as plain,
            pytest.raises(ssl.SSLCertVerificationError, match=why),
        ):
            trust.wrap_socket(plain, server_hostname="localhost")


def test_certificates_that_are_given_are_shown(start, testbed: Testbed, tmp_path: Path) -> None:
    host = testbed.host()
    words = ("--cert", str(host.cert), "--key", str(host.key), "--capath", str(testbed.capath))
    running = start(*words, "--bad", f"expired={host.cert},{host.key}")
    assert running.ready["ca"] is None
    assert {"expired", "self-signed", "unknown-ca"} <= set(running.ready["origins"])
    assert "wrong-name" not in running.ready["origins"]  # it would say nothing
    trust = ssl.create_default_context(cafile=str(testbed.ca))
    port = urlsplit(running.ready["url"]).port or 0
    with (
        socket.create_connection(("localhost", port), timeout=5) as plain,
        trust.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.getpeercert()


def test_doors_take_consecutive_ports(start) -> None:
    first = _free_range(len(SLOTS))
    running = start(port=str(first))
    ports = {name: urlsplit(url).port for name, url in running.ready["origins"].items()}
    assert ports["tls"] == 443  # as the public URL says: somebody forwards it
    assert ports["other"] == 444
    assert ports["unknown-ca"] == 443 + SLOTS.index("unknown-ca")
    for name in ("tls", "plain", "unknown-ca"):
        port = first + SLOTS.index(name)
        socket.create_connection(("localhost", port), timeout=5).close()


def _free_range(count: int) -> int:
    """Ports that nobody uses: the servers of other tests take theirs above, at OWN_PORTS."""
    below = range(OWN_PORTS[0] - 5_000, OWN_PORTS[0] - count, count)
    for first in random.sample(below, k=len(below)):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.create_server(("", port)))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports")


def test_limits_are_those_of_the_options(start) -> None:
    running = start("--limit-conversation", "100k")
    party = DistantParty(running.access)
    far = party.source(door="plain", size=200_000)
    assert 0 < len(asked(far, "GET")[1]) <= 102_400
    party.close()


def test_token_file_that_is_there_is_kept(start, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.touch(0o600)
    token.write_text("k" * 40 + "\n")
    DistantParty(start("--control-token", str(token)).access).close()
    assert token.read_text() == "k" * 40 + "\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--public-url", "http://x.example.org"), "not the address of a remote party"),
        (("--public-url", "https://x.example.org/path"), "not the address of a remote party"),
        (("--public-url", "https://localhost", "--port", "65530"), "leaves no room"),
        (("--public-url", "https://localhost", "--cert", "a.pem"), "go together"),
        (("--public-url", "https://localhost", "--cert", "a", "--key", "b"), "does not exist"),
        (("--public-url", "https://localhost", "--capath", "nowhere"), "does not exist"),
        (("--public-url", "https://localhost", "--bad", "tls=a,b"), "DOOR=CERT,KEY"),
        (("--public-url", "https://localhost", "--limit-upload", "lots"), "--limit-upload lots"),
        (("--public-url", "https://localhost", "--limit-kept", "0"), "above 0"),
        (("--public-url", "https://localhost", "--control-token", "readable"), "chmod 600"),
        (("--public-url", "https://localhost", "--control-token", "short"), "at least 32"),
        (("--public-url", "https://localhost", "--control-token", "no/such"), "cannot be made"),
    ],
)
def test_what_cannot_be_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, mode, text in (("readable", 0o644, "k" * 40), ("short", 0o600, "k" * 31)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    options = parser().parse_args(["remote-party", *words])
    with pytest.raises(UsageError, match=re.escape(said)):
        options.command(options)


def test_port_that_is_taken_is_told(httptpc: Httptpc) -> None:
    first = _free_range(len(SLOTS))
    with socket.create_server(("", first)):
        url = "https://localhost"
        ended = httptpc("remote-party", "--public-url", url, "--port", str(first))
    assert ended.returncode == 4
    assert "cannot listen: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""

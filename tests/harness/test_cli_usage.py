"""What the operator can get wrong ends in one clear line and the right exit code."""

from __future__ import annotations

import json
import socket
import time
from datetime import datetime
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from fixtures.kinds import Started
from fixtures.pki import Testbed
from fixtures.pki.material import ec_key, key_pem
from harness.recorder import load
from tests.harness.conftest import Httptpc, Ran

USAGE = 4


def one_line(ran: Ran, words: str) -> None:
    """The error is one sentence with these words; no traceback anywhere."""
    said = [line for line in ran.stderr.splitlines() if line.strip()]
    assert len(said) == 1, ran.stderr
    assert words in said[0]
    assert "Traceback" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frob"], "invalid choice"),
        (["check", "--endpoints", "absent.yaml"], "absent.yaml: cannot be read"),
        (["check", "ftp://se.example.org/"], "not a URL of a storage endpoint"),
        (["check", "https://se.example.org:port/"], "not a URL of a storage endpoint"),
        (["check", "https://[::1/"], "not a URL of a storage endpoint"),
        (["check", "https://user:hidden@localhost/"], "with a user, password, query"),
        (["check", "https://localhost/?authz=hidden"], "with a user, password, query"),
        (["check", "https://localhost/", "--capath", "absent"], "absent does not exist"),
        (["check", "https://localhost/", "--select", "TCP-*"], "--select: no requirement 'TCP-*'"),
        (["check", "https://localhost/", "-E", "absent.pem"], "does not exist"),
        (["client"], "name a client"),
        (["report", "nowhere"], "there is no run.jsonl"),
        (["diff", "nowhere", "elsewhere"], "does not exist"),
        (["matrix", "--resume", "."], "holds no journal.jsonl"),
        (["matrix", "--modes", "sideways", "--endpoints", "x"], "say pull, push"),
        (["serve", "--deviation", "no-such-thing"], "no-such-thing"),
    ],
)
def test_a_wrong_command_line(httptpc: Httptpc, words: list[str], said: str) -> None:
    ran = httptpc(*words)
    assert ran.returncode == USAGE, ran.stderr
    one_line(ran, said)
    assert "hidden" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "verdicts.json: not JSON"),
        ("[1]", "verdicts.json: not what a run of ours left"),
        ('{"schema": 2, "verdicts": []}', "not a verdicts.json of schema 1"),
        ('{"schema": 1, "verdicts": [{}]}', "a verdict that cannot be read"),
    ],
)
def test_verdicts_that_cannot_be_compared(
    httptpc: Httptpc, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "verdicts.json").write_text(text)
    ran = httptpc("diff", ".", ".")
    assert ran.returncode == USAGE
    one_line(ran, said)


def test_a_malformed_endpoints_file(httptpc: Httptpc, tmp_path: Path) -> None:
    (tmp_path / "endpoints.yaml").write_text("version: 1\nendpoints:\n  a: {knd: x}\n")
    ran = httptpc("check")
    assert ran.returncode == USAGE
    one_line(ran, "endpoints.yaml, line 3")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("url: 'https://localhost/', capabilities: {tpcpull: true}", "did you mean tpc-pull"),
        ("url: 'https://localhost/', select: [MARKS-*]", "select: no requirement 'MARKS-*'"),
        ("kind: nginx, start: {deviation: [x]}", "kind nginx takes nothing, and no 'deviation'"),
        ("kind: hollow, start: {personality: x}", "kind hollow takes answer, kept, and no"),
        ("kind: nginx, issuer: {url: 'https://i.invalid', key: junk}", "no RSA or EC private key"),
        ("kind: nginx, s3: {url: 'https://s3.invalid', file: junk}", "no S3 key pair as AWS"),
        ("kind: nginx, basic: {file: junk}", "basic: say USER:PASSWORD"),
        ("kind: nginx, basic: {env: NOT_SET}", "basic: NOT_SET is empty"),
        ("kind: nginx, kerberos: {file: junk}", "kerberos: a SPNEGO token is written in base64"),
        ("kind: nginx, voms: {file: junk}", "junk holds no PEM certificate"),
    ],
)
def test_an_entry_that_means_nothing(
    httptpc: Httptpc, tmp_path: Path, entry: str, said: str
) -> None:
    (tmp_path / "junk").write_text("secret junk")
    (tmp_path / "endpoints.yaml").write_text(f"version: 1\nendpoints:\n  a: {{{entry}}}\n")
    ran = httptpc("check")
    assert ran.returncode == USAGE
    one_line(ran, said)
    assert "secret junk" not in ran.stdout + ran.stderr


def test_an_unknown_profile(httptpc: Httptpc, site_file: Path) -> None:
    ran = httptpc("check", "--profile", "dcach")
    assert ran.returncode == USAGE
    one_line(ran, "did you mean dcache")


def test_an_out_directory_that_cannot_be_written(httptpc: Httptpc, site_file: Path) -> None:
    ran = httptpc("check", "--out", "/proc/httptpc")
    assert ran.returncode == USAGE
    one_line(ran, "results cannot be written there")


def test_a_record_is_never_overwritten(httptpc: Httptpc, site_file: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.jsonl").write_text("precious\n")
    ran = httptpc("check", "--out", "out")
    assert ran.returncode == USAGE
    one_line(ran, "holds the record of a run already")
    assert (tmp_path / "out" / "run.jsonl").read_text() == "precious\n"


def test_a_ca_that_does_not_vouch_for_the_server(
    httptpc: Httptpc, server: Started, tmp_path: Path
) -> None:
    stranger = Testbed.create(tmp_path / "stranger")
    ran = httptpc("check", server.url, "--capath", str(stranger.ca), "--out", "out")
    assert ran.returncode == USAGE
    one_line(ran, "certificate cannot be verified")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ca", "junk holds no certificate in PEM"),
        ("junk", "junk is no private key for"),
        ("stranger", "stranger is no private key for"),
        ("locked", "locked is no private key for"),
    ],
)
def test_files_that_are_of_no_use(
    httptpc: Httptpc, server: Started, tmp_path: Path, name: str, said: str
) -> None:
    user = Testbed.create(tmp_path / "people").user()
    key = ec_key()
    (tmp_path / "junk").write_text("junk")
    (tmp_path / "stranger").write_bytes(key_pem(key))
    locked = BestAvailableEncryption(b"phrase")
    form = (Encoding.PEM, PrivateFormat.PKCS8)
    (tmp_path / "locked").write_bytes(user.load().key.private_bytes(*form, locked))
    pair = ["-E", str(user.cert), "--key", name] if name != "ca" else []
    ca = "junk" if name == "ca" else str(server.ca)
    ran = httptpc("check", server.url, "--capath", ca, *pair, "--out", "out")
    assert ran.returncode == USAGE
    one_line(ran, said)


def test_a_token_that_has_expired(httptpc: Httptpc, server: Started) -> None:
    old = jwt.encode({"exp": int(time.time()) - 60}, "k" * 32, algorithm="HS256")
    ran = httptpc("check", server.url, "--capath", str(server.ca), BEARER_TOKEN=old)
    assert ran.returncode == USAGE
    one_line(ran, "has expired")
    assert old not in ran.stderr + ran.stdout


def test_nothing_listens(httptpc: Httptpc, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ran = httptpc("check", f"https://localhost:{port}/dir", "--out", "out")
    assert ran.returncode == 3, ran.stderr
    run = load(tmp_path / "out")
    assert run.footer is not None
    # by the run's own clock: the machine may be busy with other tests before it begins
    took = datetime.fromisoformat(run.footer.finished) - datetime.fromisoformat(run.header.started)
    assert took.total_seconds() < 10
    assert "cannot be reached" in ran.stdout
    assert "refused" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr
    verdicts = json.loads((tmp_path / "out" / "verdicts.json").read_text())["verdicts"]
    assert {v["verdict"] for v in verdicts} == {"NOT_TESTED"}


def test_help_names_every_command(httptpc: Httptpc) -> None:
    said = httptpc("--help").stdout
    for word in ("check", "matrix", "serve", "report", "diff", "list", "probe"):
        assert word in said

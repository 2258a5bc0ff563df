"""Credentials are found in the community's order; one that cannot be used is an error."""

from __future__ import annotations

import os
import time
from pathlib import Path

import jwt
import pytest

from fixtures.pki import Defect, Testbed
from harness.credentials import Discovery
from harness.problems import UsageError
from harness.redact import Redactor

KEY = "k" * 32


def token(**claims: object) -> str:
    return jwt.encode(dict(claims), KEY, algorithm="HS256")


def test_bearer_token_discovery_goes_in_order(tmp_path: Path) -> None:
    named, runtime = tmp_path / "named", tmp_path / f"bt_u{os.geteuid()}"
    named.write_text("from-named-file\n", encoding="utf-8")
    runtime.write_text("from-runtime-dir", encoding="utf-8")
    environ = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    assert found(environ) == "from-runtime-dir"
    environ["BEARER_TOKEN_FILE"] = str(named)
    assert found(environ) == "from-named-file"
    environ["BEARER_TOKEN"] = "  direct "  # noqa: S105 - a canary, no secret
    assert found(environ) == "direct"
    named.write_text(" \n", encoding="utf-8")
    del environ["BEARER_TOKEN"]
    assert found(environ) == "from-runtime-dir"  # an empty file is no token: the next step


def found(environ: dict[str, str]) -> str | None:
    return Discovery(Redactor(), environ).identity({}, Path(), "x").token


def test_a_malformed_token_stops(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="BEARER_TOKEN: not a bearer token"):
        found({"BEARER_TOKEN": "two words", "HOME": str(tmp_path)})


def test_an_expired_token_stops_and_is_not_shown(tmp_path: Path) -> None:
    old = token(exp=int(time.time()) - 60)
    with pytest.raises(UsageError, match="has expired") as told:
        found({"BEARER_TOKEN": old, "HOME": str(tmp_path)})
    assert old not in str(told.value)


def test_a_token_that_is_found_is_known_to_the_redactor(tmp_path: Path) -> None:
    redactor = Redactor()
    good = token(exp=int(time.time()) + 600)
    Discovery(redactor, {"BEARER_TOKEN": good}).identity({}, tmp_path, "x")
    assert redactor.leaks(f"Bearer {good}")


def test_a_proxy_is_found_and_must_be_valid(tmp_path: Path) -> None:
    bed = Testbed.create(tmp_path / "bed")
    proxy = bed.proxy(bed.user())
    pair = Discovery(Redactor(), {"X509_USER_PROXY": str(proxy)}).identity({}, tmp_path, "x").x509
    assert pair is not None
    assert pair.is_proxy
    expired = bed.bad_user(Defect.EXPIRED)
    environ = {"X509_USER_CERT": str(expired.cert), "X509_USER_KEY": str(expired.key)}
    with pytest.raises(UsageError, match="has expired"):
        Discovery(Redactor(), environ).identity({}, tmp_path, "x")


def test_nothing_given_is_no_error(tmp_path: Path) -> None:
    assert Discovery(Redactor(), {"HOME": str(tmp_path)}).identity({}, tmp_path, "x").empty


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"token": {"file": "absent"}}, "does not exist"),
        ({"token": {"env": "NOT_SET_ANYWHERE"}}, "is not set"),
        ({"x509": {"proxy": "garbage.pem"}}, "holds no PEM certificate"),
    ],
)
def test_what_is_named_must_be_usable(
    tmp_path: Path, given: dict[str, dict[str, str]], words: str
) -> None:
    (tmp_path / "garbage.pem").write_text("garbage", encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        Discovery(Redactor(), {}).given(given, tmp_path)

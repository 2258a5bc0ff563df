"""The other ways into an endpoint that endpoints.yaml can name."""

from __future__ import annotations

import pytest

from harness.credentials import Discovery
from harness.endpoints import load_endpoints
from harness.identity import Identity
from harness.problems import UsageError
from harness.redact import Redactor, Secret

ENTRY = """version: 1
endpoints:
  site-a:
    url: https://se.example.org/vo
    plain-url: http://se.example.org/vo
    issuer: {url: "https://op.example.org/", key: keys/op.pem, base: /vo}
    basic: {file: password}
    kerberos: {env: SPNEGO}
"""


def loaded(folder, text=ENTRY):
    (folder / "endpoints.yaml").write_text(text)
    found = load_endpoints(folder / "endpoints.yaml", Discovery(Redactor(), {}))
    return found["site-a"].doors


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/op.pem").write_text("key")
    (tmp_path / "password").write_text("user:password")
    return tmp_path


def test_files_are_found_from_the_folder_of_the_entry(folder):
    doors = loaded(folder)
    assert doors["issuer"]["key"] == str(folder / "keys/op.pem")
    assert doors["issuer"]["base"] == "/vo"
    assert doors["basic"] == {"file": str(folder / "password")}
    assert doors["kerberos"] == {"env": "SPNEGO"}


def test_missing_file_is_told(folder):
    (folder / "password").unlink()
    with pytest.raises(UsageError, match="password does not exist"):
        loaded(folder)


def test_issuer_without_key_is_told_with_its_line(folder):
    with pytest.raises(UsageError, match=r"line 6: .*issuer.*key"):
        loaded(folder, ENTRY.replace("key: keys/op.pem, ", ""))


def test_password_makes_a_basic_authorization():
    shown = Identity(password=Secret("Aladdin:open sesame")).authorization
    assert shown == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  # RFC 7617 section 2
    assert not Identity(password=Secret("a:b")).empty

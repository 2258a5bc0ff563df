"""Contexts are kept for as long as the files they were made from."""

from __future__ import annotations

import ssl
from pathlib import Path

from fixtures.pki import Testbed
from harness.client.tls import context, trusting_context


def test_context_is_kept_until_its_files_change(tmp_path: Path) -> None:
    first, second = (Testbed.create(tmp_path / name).ca for name in ("first", "second"))
    ca = tmp_path / "ca.pem"
    ca.write_bytes(first.read_bytes())
    made = context(ca, None)
    assert context(ca, None) is made
    ca.write_bytes(second.read_bytes() + b"\n")
    again = context(ca, None)
    assert again is not made
    assert again.get_ca_certs() != made.get_ca_certs()


def test_whoever_changes_a_context_gets_a_new_one() -> None:
    assert trusting_context() is not trusting_context()
    assert trusting_context().verify_mode is ssl.CERT_NONE

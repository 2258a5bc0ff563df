"""Fields that carry secrets by their name are masked, whatever the value."""

from __future__ import annotations

import json

import pytest

from harness.redact import Redactor, Secret

TOKEN = "s3cr3t/+token=value-of-some-length"  # noqa: S105 - a canary, no secret


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('["Authorization", "Bearer unknown-value"]', "Bearer"),
        ('["TransferHeaderAuthorization", "Basic dXNlcjpwYXNz"]', "Basic"),
        ("https://se.example.org/f?authz=unknown-value&x=1", "&x=1"),
        ('{\\"macaroon\\": \\"unknown-value\\"}', "macaroon"),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl", ""),
    ],
)
def test_fields_that_are_secret_by_name_are_masked(text: str, kept: str) -> None:
    cleaned = Redactor().clean(text)
    assert "unknown-value" not in cleaned
    assert "dXNlcjpwYXNz" not in cleaned
    assert "eyJzdWIiOiJtZSJ9" not in cleaned
    assert kept in cleaned
    assert "redacted" in cleaned


def test_a_secret_does_not_show_when_described() -> None:
    assert TOKEN not in repr(Secret(TOKEN))
    assert TOKEN not in repr({"token": Secret(TOKEN)})


@pytest.mark.parametrize("written", [str, json.dumps, lambda text: json.dumps(json.dumps(text))])
def test_private_keys_are_masked_by_their_frame(written):
    inside = "MIIEow+IBA/AKC=\nAQEAx1\n"
    for label in ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"):
        text = written(f"before\n-----BEGIN {label}-----\n{inside}-----END {label}-----\nafter")
        cleaned = Redactor().clean(text)
        assert "AQEAx1" not in cleaned
        assert "MIIEow" not in cleaned
        assert "before" in cleaned
        cut = Redactor().clean(text[: text.index("AQEAx1") + 3])
        assert "MIIEow" not in cut


def test_certificates_are_no_secrets():
    text = "-----BEGIN CERTIFICATE-----\nMIIEow\n-----END CERTIFICATE-----\n"
    assert Redactor().clean(text) == text

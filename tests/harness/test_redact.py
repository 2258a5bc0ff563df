"""No secret survives the redactor, in whatever form it turns up."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest

from harness.redact import Redactor
from harness.wire.macaroons import make_macaroon

KNOWN = "A9x+/secret-token_with.many~characters=="


@pytest.fixture
def redactor() -> Redactor:
    made = Redactor()
    made.register(KNOWN, "token")
    return made


@pytest.mark.parametrize(
    "shown",
    [
        KNOWN,
        urllib.parse.quote(KNOWN, safe=""),
        urllib.parse.quote_plus(KNOWN),
        base64.b64encode(b"user:" + KNOWN.encode()).decode(),
        KNOWN[:20],
        f"Authorization: Bearer {KNOWN}",
        json.dumps({"macaroon": KNOWN}),
    ],
)
def test_every_form_of_a_known_secret_is_masked(redactor, shown):
    cleaned = redactor.clean(f"before {shown} after")
    assert KNOWN[:12] not in cleaned
    assert shown not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


@pytest.mark.parametrize("before", ["ä" * n + "b" * m for n in range(4) for m in range(8)])
def test_a_secret_is_found_at_every_byte(redactor, before):
    """Texts are searched in pieces of bytes; what comes before may take two of them a letter."""
    secret = redactor.register("pässwörter-ünd-schlüssel")
    assert redactor.clean(f"{before}{secret}\ud800") == f"{before}[redacted:secret]\ud800"


def test_known_secrets_are_masked_by_name(redactor):
    assert redactor.clean(f"<{KNOWN}>") == "<[redacted:token]>"
    assert redactor.leaks(KNOWN)
    assert not redactor.leaks(redactor.clean(KNOWN))


def test_token_narrowed_by_a_holder_is_masked_though_nobody_registered_it(redactor):
    issued = make_macaroon(key=b"k" * 32, location="a", identifier="id")
    redactor.register(issued.serialise(), "macaroon")
    narrowed = issued.with_caveats("activity:DOWNLOAD").serialise()
    assert redactor.clean(f"x {narrowed} y") == "x [redacted:macaroon] y"


@pytest.mark.parametrize("version", [1, 2])
def test_text_in_the_shape_of_a_macaroon_is_masked_though_it_is_unknown(version):
    issued = make_macaroon(key=b"k" * 32, location="a", identifier="id", version=version)
    body = json.dumps({"token": issued.with_caveats("before:2030-01-01T00:00:00Z").serialise()})
    assert Redactor().clean(body) == '{"token": "[redacted]"}'


def test_nothing_of_a_password_is_left_behind_its_label():
    made = Redactor()
    made.register("tester:0123456789", "basic")
    shown = base64.b64encode(b"tester:0123456789").decode()
    assert made.clean(f"Authorization: Basic {shown}") == "Authorization: Basic [redacted:basic]"


def test_hundreds_of_secrets_cost_little(redactor):
    for number in range(500):
        redactor.register(f"{number:04x}-secret-number-{number}-of-many", "token")
    text = "an ordinary line of a record " * 100
    assert redactor.clean(text) == text
    assert redactor.clean(text + "01f3-secret-number-499-of-many") == text + "[redacted:token]"

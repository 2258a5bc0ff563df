"""Where a token stands in the answer to a token request."""

from __future__ import annotations

import json

import pytest

from harness.wire.macaroons import make_macaroon
from harness.wire.token_answers import any_token, macaroon_member

FRESH = make_macaroon(key=b"k" * 32, location="here", identifier="one").serialise()


def test_member_macaroon_is_the_token():
    body = json.dumps({"macaroon": FRESH, "expires_in": 600}).encode()
    assert macaroon_member(body) == any_token(body) == FRESH


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"token": FRESH}),
        json.dumps({"expires_in": 600, "credential": FRESH}),
        FRESH + "\n",
        json.dumps(FRESH),
        json.dumps({"access_token": "opaque", "token_type": "bearer"}),
    ],
)
def test_token_in_the_wrong_place_is_found_but_is_no_member_macaroon(body):
    assert macaroon_member(body.encode()) is None
    assert any_token(body.encode()) in (FRESH, "opaque")


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"macaroon": ""}', '{"macaroon": 1}', "<p>no</p>", "\xff"],
)
def test_answer_without_token_has_none(body):
    assert macaroon_member(body.encode("latin-1")) is None
    assert any_token(body.encode("latin-1")) is None

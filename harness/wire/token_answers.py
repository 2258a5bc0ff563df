"""The answer to a token request: where the token stands, in the right form and in wrong ones.

A macaroon request is answered with a JSON object whose member `macaroon` is the token
(dcache-webdav "Requesting macaroons"); an OAuth 2 token endpoint says `access_token` (RFC 6749
§5.1).
"""

from __future__ import annotations

import json
from typing import Any

from harness.wire.macaroons import parse_macaroon
from harness.wire.problem import SyntaxProblem

MEMBERS = ("macaroon", "access_token", "token")


def macaroon_member(body: bytes) -> str | None:
    """The non-empty member `macaroon` of a JSON object; None if the body is anything else."""
    found = json_object(body).get("macaroon")
    return found if isinstance(found, str) and found else None


def any_token(body: bytes) -> str | None:
    """The token wherever an issuer may have put it: another member, or the body itself."""
    members = json_object(body)
    named = [members.get(name) for name in MEMBERS]
    told = next((text for text in named if isinstance(text, str) and text), None)
    texts = [text for text in members.values() if isinstance(text, str)]
    unnamed = (text for text in (*texts, _plain(body)) if is_macaroon(text))
    return told or next(unnamed, None)


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object that the body is, empty if it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_macaroon(text: str) -> bool:
    """Whether the text can be taken apart as a macaroon."""
    try:
        parse_macaroon(text)
    except SyntaxProblem:
        return False
    return True


def _plain(body: bytes) -> str:
    return body[:65536].decode("latin-1").strip().strip('"')

"""The chain of signatures: nobody but the issuer makes a token, and no limit can be taken away."""

from __future__ import annotations

import secrets

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable
from harness.wire.macaroons import make_macaroon


def without_last(macaroon):
    return macaroon.without_caveat(-1)


def later(macaroon):
    """One byte of the caveat before is changed: a millennium is added."""
    index = position(macaroon, "before:2")
    return macaroon.with_changed_caveat(index, macaroon.texts[index].replace(":2", ":3", 1))


def stronger(macaroon):
    """A caveat activity allows more than was granted."""
    index = position(macaroon, "activity:")
    return macaroon.with_changed_caveat(index, "activity:DOWNLOAD,LIST,UPLOAD,MANAGE")


def position(macaroon, beginning):
    """Where the last caveat that begins so stands."""
    found = [i for i, text in enumerate(macaroon.texts) if text.startswith(beginning)]
    if not found:
        raise NotApplicable(f"the tokens issued have no caveat {beginning}")
    return found[-1]


def shuffled(macaroon):
    return macaroon.with_reversed_caveats()


def flipped(macaroon):
    return macaroon.with_flipped_signature()


def resigned(macaroon):
    """The same content, signed by somebody without the key."""
    return foreign(macaroon, identifier=macaroon.identifier.decode("latin-1"))


def foreign(macaroon, *, identifier, location=None):
    """A well-formed token with the caveats of ``macaroon`` and a key of our own."""
    made = make_macaroon(
        key=secrets.token_bytes(32),
        location=macaroon.location or "" if location is None else location,
        identifier=identifier,
        version=macaroon.version,
    )
    return made.with_caveats(*macaroon.texts)


@pytest.fixture
def genuine(macaroons, private):
    """A token that reads a file: the control of every forgery."""
    token = macaroons.issue("activity:DOWNLOAD,LIST")
    read = macaroons.bearing(token).get(private.inside.path)
    expect.control(read.status == 200, f"the genuine token got {read.status}", read)
    return macaroons.parsed(token)


@requirement("MAC-044")
@pytest.mark.parametrize("forge", [without_last, later, stronger, shuffled, flipped, resigned])
def test_changed_token_is_refused(macaroons, genuine, private, forge):
    shown = macaroons.bearing(macaroons.forged(forge(genuine)))
    expect.denied(shown.get(private.inside.path))


@requirement("MAC-045")
@pytest.mark.parametrize("caveats", ["copied", "none"])
def test_token_of_another_issuer_is_refused(macaroons, genuine, private, anonymous, caveats):
    other = foreign(genuine, identifier=secrets.token_hex(16), location="elsewhere.example.org")
    if caveats == "none":
        other = make_macaroon(key=b"k" * 32, location="", identifier=secrets.token_hex(8))
    shown = macaroons.bearing(macaroons.forged(other))
    for method in ("GET", "HEAD", "PROPFIND"):
        expect.denied(shown.follow(method, private.inside.path))
    expect.denied(shown.put(f"{private.directory}/foreign-{secrets.token_hex(4)}", b"no"))

"""Macaroons, compared with pymacaroons, and forged ones."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymacaroons import Macaroon as Other
from pymacaroons import Verifier
from pymacaroons.exceptions import MacaroonInvalidSignatureException

from harness.wire import SyntaxProblem
from harness.wire.macaroons import (
    Caveat,
    Macaroon,
    make_macaroon,
    parse_macaroon,
    split_caveat,
)
from harness.wire.macaroons import MacaroonFault as F

KEY = b"root key of a test"
CAVEATS = ("name:alice", "activity:DOWNLOAD,LIST", "path:/a", "before:2030-01-01T00:00:00Z")


def other(version: int = 1, *, third_party: bool = False) -> Other:
    made = Other(location="site", identifier="id-1", key=KEY, version=version)
    for caveat in CAVEATS:
        made.add_first_party_caveat(caveat)
    if third_party:
        made.add_third_party_caveat("https://op.example.org", "key", "ask there")
    return made


def is_valid(token: Macaroon) -> bool:
    """Whether pymacaroons takes the signature chain for good."""
    verifier = Verifier()
    verifier.satisfy_general(lambda text: True)
    try:
        return bool(verifier.verify(Other.deserialize(token.serialise()), KEY))
    except MacaroonInvalidSignatureException:
        return False


@pytest.mark.parametrize("version", [1, 2])
def test_tokens_of_pymacaroons(version: int) -> None:
    token = other(version).serialize()
    found = parse_macaroon(token)
    assert (found.version, found.location, found.identifier) == (version, "site", b"id-1")
    assert found.texts == CAVEATS
    assert found.values("path") == ("/a",)
    assert found.values("root") == ()
    assert found.notes == ()
    assert found.signature.hex() == other(version).signature
    assert found.serialise() == token
    assert found.signature.hex() not in repr(found)


@pytest.mark.parametrize("version", [1, 2])
def test_third_party_caveats_survive(version: int) -> None:
    token = other(version, third_party=True).serialize()
    found = parse_macaroon(token)
    assert found.caveats[-1].location == b"https://op.example.org"
    assert found.caveats[-1].verification
    assert parse_macaroon(found.serialise()) == found


@pytest.mark.parametrize("version", [1, 2])
def test_a_token_of_our_own(version: int) -> None:
    made = make_macaroon(key=KEY, location="site", identifier="id-1", version=version)
    assert made.with_caveats(*CAVEATS).serialise() == other(version).serialize()


def test_attenuation_is_validly_signed() -> None:
    weaker = parse_macaroon(other().serialize()).with_caveats("activity:LIST", "path:/b")
    assert weaker.texts[-2:] == ("activity:LIST", "path:/b")
    assert is_valid(weaker)


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token.without_caveat(),
        lambda token: token.without_caveat(1),
        lambda token: token.with_changed_caveat(3, "before:2099-01-01T00:00:00Z"),
        lambda token: token.with_reversed_caveats(),
        lambda token: token.with_flipped_signature(),
    ],
)
def test_forged_tokens_are_not(forge: Callable[[Macaroon], Macaroon]) -> None:
    token = parse_macaroon(other().serialize())
    assert is_valid(token)
    forged = forge(token)
    assert forged != token
    assert not is_valid(forged)
    assert parse_macaroon(forged.serialise()) == forged


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


SIGNATURE = b"002fsignature " + b"s" * 32 + b"\n"
HEAD = b"0011identifier a\n"


@pytest.mark.parametrize(
    ("raw", "fault", "where"),
    [
        (b"", F.BAD_ORDER, 0),
        (b"0000", F.BAD_PACKET, 0),
        (b"zz11identifier a\n", F.BAD_PACKET, 0),
        (b"0099identifier a\n", F.BAD_PACKET, 0),
        (b"0005\n", F.BAD_PACKET, 0),
        (b"0010identifier a", F.BAD_PACKET, 0),
        (HEAD, F.BAD_ORDER, 0),
        (SIGNATURE, F.BAD_ORDER, 0),
        (HEAD + b"000bcid a\n" + b"0011identifier a\n" + SIGNATURE, F.BAD_PACKET, 17),
        (HEAD + b"000acid a\n" + HEAD + SIGNATURE, F.BAD_ORDER, 27),
        (HEAD + SIGNATURE + SIGNATURE, F.BAD_ORDER, 64),
        (HEAD + b"0010signature s\n", F.BAD_SIGNATURE, 17),
        (b"\x02", F.BAD_ORDER, 0),
        (b"\x02\x02\x05a", F.BAD_PACKET, 1),
        (b"\x02\x02\xff\xff\xff\xff\xff", F.BAD_PACKET, 2),
        (b"\x02\x02\x01a\x00\x00\x06\x01s", F.BAD_SIGNATURE, 6),
        (b"\x02\x02\x01a\x00\x02\x01c\x06\x01s", F.BAD_ORDER, 8),
    ],
)
def test_malformed_tokens(raw: bytes, fault: F, where: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_macaroon(encoded(raw))
    assert (caught.value.what, caught.value.where, caught.value.text) == (fault, where, "")


@pytest.mark.parametrize("token", ["a", "****", "ä"])
def test_no_base64(token: str) -> None:
    with pytest.raises(SyntaxProblem, match=r"^not base64 at 0 "):
        parse_macaroon(token)


def test_base64_that_is_not_safe_in_a_url() -> None:
    raw = HEAD.replace(b"a\n", b"\xff\n") + SIGNATURE
    token = base64.b64encode(raw).decode()
    assert "/" in token
    found = parse_macaroon(token + "=" * (-len(token) % 4 or 0))
    assert F.NOT_URL_SAFE in [note.what for note in found.notes]
    assert found.identifier == b"\xff"
    padded = parse_macaroon(encoded(HEAD + SIGNATURE) + "=")
    assert [note.what for note in padded.notes] == [F.PADDED]
    assert padded.location is None
    assert padded.serialise() == encoded(HEAD + SIGNATURE)


@pytest.mark.parametrize("version", [1, 2])
def test_long_fields(version: int) -> None:
    made = make_macaroon(key=KEY, location="site", identifier="i" * 20000, version=version)
    assert Other.deserialize(made.serialise()).identifier_bytes == b"i" * 20000
    assert parse_macaroon(made.serialise()) == made


def test_caveats_that_are_no_text() -> None:
    assert Caveat(b"a:\xff").text == "a:\\xff"


@pytest.mark.parametrize(("text", "pair"), [("path:/a:b", ("path", "/a:b")), ("iid:", ("iid", ""))])
def test_caveat_pairs(text: str, pair: tuple[str, str]) -> None:
    assert split_caveat(text) == pair


@pytest.mark.parametrize(("text", "fault"), [("nocolon", F.NO_COLON), (":x", F.NO_KEY)])
def test_bad_caveat_pairs(text: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        split_caveat(text)
    assert caught.value.what is fault


@given(
    st.sampled_from([1, 2]),
    st.text(max_size=20),
    st.text(max_size=300),
    st.lists(st.text(max_size=20)),
)
def test_round_trip(version: int, location: str, identifier: str, caveats: list[str]) -> None:
    made = make_macaroon(key=KEY, location=location, identifier=identifier, version=version)
    token = made.with_caveats(*caveats)
    assert parse_macaroon(token.serialise()) == token
    assert token.texts == tuple(caveats)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for start in (b"", b"\x02", HEAD):
        with pytest.raises(SyntaxProblem):
            parse_macaroon(encoded(start + raw))

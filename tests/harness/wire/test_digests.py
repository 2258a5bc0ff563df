"""Checksums in headers."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import SyntaxProblem
from harness.wire.digests import (
    SIZES,
    Digest,
    Wish,
    compute,
    decode,
    digest_field,
    encode,
    parse_content_md5,
    parse_digest,
    parse_repr_digest,
    parse_want_digest,
    parse_want_repr_digest,
    repr_digest_field,
)
from harness.wire.digests import DigestFault as F

MD5 = base64.b64encode(hashlib.md5(b"Wiki").digest()).decode()  # noqa: S324


def test_digest_list() -> None:
    found = parse_digest(f"ADLER32=03da0195 , md5={MD5},unixcksum=1234")
    assert [item.algorithm for item in found.items] == ["adler32", "md5", "unixcksum"]
    assert found.notes == ()
    adler, md5 = found.get("Adler32"), found.get("md5")
    assert adler is not None
    assert md5 is not None
    assert adler.matches(b"Wiki")
    assert not adler.matches(b"wiki")
    assert md5.matches(b"Wiki")
    assert md5.text.endswith("==")
    assert md5.where == 19
    assert found.get("sha") is None


@pytest.mark.parametrize("text", ["03da0195", "3da0195", "3DA0195", "03DA0195"])
def test_adler32_is_compared_as_a_number(text: str) -> None:
    assert decode("adler32", text) == compute("ADLER32", b"Wiki")


def test_adler32_of_nothing() -> None:
    assert decode("adler32", "1") == compute("adler32", b"") == b"\0\0\0\1"


def test_repeated_algorithms_are_noted() -> None:
    found = parse_digest("adler32=1,adler32=2")
    assert [note.what for note in found.notes] == [F.REPEATED]
    assert found.get("adler32") == Digest("adler32", "1", 0)


@pytest.mark.parametrize(
    ("value", "fault", "where"),
    [
        ("", F.EMPTY, 0),
        (" , ", F.EMPTY, 0),
        ("adler32", F.NO_EQUALS, 0),
        ("adler32=1, md5", F.NO_EQUALS, 11),
        ("ad ler=1", F.BAD_ALGORITHM, 0),
        ("=1", F.BAD_ALGORITHM, 0),
    ],
)
def test_bad_digest_fields(value: str, fault: F, where: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_digest(value)
    assert (caught.value.what, caught.value.where) == (fault, where)


@pytest.mark.parametrize(
    ("algorithm", "text", "fault"),
    [
        ("adler32", "", F.NOT_HEX),
        ("adler32", "0x1", F.NOT_HEX),
        ("adler32", "123456789", F.NOT_HEX),
        ("adler32", "A9oBlQ==", F.NOT_HEX),
        ("md5", "0123456789abcdef0123456789abcdef", F.HEX_NOT_BASE64),
        ("md5", "abc", F.NOT_BASE64),
        ("md5", "ä", F.NOT_BASE64),
        ("sha-256", MD5, F.WRONG_LENGTH),
    ],
)
def test_badly_encoded_values(algorithm: str, text: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        Digest(algorithm, text).decoded()
    assert caught.value.what is fault


def test_unknown_algorithms() -> None:
    assert Digest("unixcksum", "1234").decoded() == b"1234"
    with pytest.raises(LookupError, match="cannot compute 'unixcksum'; known are adler32, md5"):
        Digest("unixcksum", "1234").matches(b"")


@pytest.mark.parametrize(
    ("value", "wishes"),
    [
        ("adler32", [Wish("adler32", 1)]),
        ("SHA-256,SHA;q=0.5", [Wish("sha-256", 1), Wish("sha", 0.5)]),
        ("adler32;q=0,md5", [Wish("adler32", 0), Wish("md5", 1)]),
        ("md5 ; Q=0.123 , ,sha;q=1.000", [Wish("md5", 0.123), Wish("sha", 1)]),
    ],
)
def test_want_digest(value: str, wishes: list[Wish]) -> None:
    assert list(parse_want_digest(value)) == wishes


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", F.EMPTY),
        ("md5;q=2", F.BAD_QUALITY),
        ("md5;q=", F.BAD_QUALITY),
        ("md5;x=1", F.BAD_QUALITY),
        ("m d5", F.BAD_ALGORITHM),
    ],
)
def test_bad_want_digest(value: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_want_digest(value)
    assert caught.value.what is fault


def test_repr_digest() -> None:
    value = repr_digest_field("SHA-256", b"Wiki") + f", md5=:{MD5}:"
    found = parse_repr_digest(value)
    assert [item.algorithm for item in found.items] == ["sha-256", "md5"]
    assert all(item.matches(b"Wiki") for item in found.items)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", F.EMPTY),
        ("sha-256=5", F.NOT_BYTES),
        ("sha-256=:*:", F.NOT_A_DICTIONARY),
        ("SHA-256=:AAAA:", F.NOT_A_DICTIONARY),
        ("sha-256=abc==", F.NOT_A_DICTIONARY),
    ],
)
def test_bad_repr_digest(value: str, fault: F) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_repr_digest(value)
    assert caught.value.what is fault


def test_want_repr_digest() -> None:
    assert parse_want_repr_digest("sha-512=10, md5=0") == (Wish("sha-512", 10), Wish("md5", 0))


@pytest.mark.parametrize(
    "value", ["sha-512,sha-256;q=0.5", "md5=11", "md5=-1", "md5=0.5", "md5=(1)"]
)
def test_q_values_are_no_preferences(value: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_want_repr_digest(value)
    assert caught.value.what is F.NOT_A_PREFERENCE


def test_content_md5() -> None:
    assert parse_content_md5(f" {MD5} ") == hashlib.md5(b"Wiki").digest()  # noqa: S324


@given(st.sampled_from(sorted(SIZES)), st.lists(st.binary(max_size=20), max_size=5))
def test_written_digests_come_back(algorithm: str, pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    raw = compute(algorithm, data)
    assert raw == compute(algorithm, iter(pieces))
    assert len(raw) == SIZES[algorithm]
    assert decode(algorithm.upper(), encode(algorithm, raw)) == raw
    assert parse_digest(digest_field(algorithm, data)).items[0].matches(data)
    assert parse_repr_digest(repr_digest_field("sha", data)).items[0].matches(data)

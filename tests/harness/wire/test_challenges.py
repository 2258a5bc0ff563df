"""WWW-Authenticate values."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import SyntaxProblem
from harness.wire.challenges import Challenge, parse_challenges
from harness.wire.challenges import ChallengeFault as F


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('Basic realm=""', [Challenge("Basic", (("realm", ""),))]),
        ("Negotiate", [Challenge("Negotiate")]),
        ("Negotiate YIIabc==", [Challenge("Negotiate", token68="YIIabc==")]),
        (
            "Negotiate, Basic realm=a",
            [Challenge("Negotiate"), Challenge("Basic", (("realm", "a"),))],
        ),
        (
            'Bearer realm="a, b", Error = "x\\"y" , Basic realm=z',
            [
                Challenge("Bearer", (("realm", "a, b"), ("error", 'x"y'))),
                Challenge("Basic", (("realm", "z"),)),
            ],
        ),
        (", ,Basic realm=a,,", [Challenge("Basic", (("realm", "a"),))]),
        ("Negotiate abc, Bearer", [Challenge("Negotiate", token68="abc"), Challenge("Bearer")]),
        ("Bearer  ", [Challenge("Bearer")]),
    ],
)
def test_challenges(value: str, expected: list[Challenge]) -> None:
    assert list(parse_challenges(value)) == expected


@pytest.mark.parametrize(
    ("value", "fault", "where"),
    [
        ("", F.NO_CHALLENGE, 0),
        (" , ", F.NO_CHALLENGE, 0),
        ('"Basic"', F.BAD_SCHEME, 0),
        ("Basic@home", F.BAD_SCHEME, 0),
        ("realm=a", F.BAD_PARAMETER, 0),
        ('Basic realm="a" charset="b"', F.BAD_PARAMETER, 15),
        ('Basic realm="a', F.BAD_SCHEME, 6),
        ("Basic realm=a, REALM=b", F.REPEATED_PARAMETER, 15),
    ],
)
def test_faults(value: str, fault: F, where: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_challenges(value)
    assert (caught.value.what, caught.value.where) == (fault, where)


def test_questions() -> None:
    (challenge,) = parse_challenges('BEARER Realm="x"')
    assert challenge.is_scheme("Bearer")
    assert not challenge.is_scheme("Basic")
    assert challenge.get("realm") == challenge.get("REALM") == "x"
    assert challenge.get("scope") is None


TOKENS = st.from_regex(r"[A-Za-z0-9-]{1,8}", fullmatch=True)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)


@given(st.lists(st.tuples(TOKENS, st.dictionaries(TOKENS.map(str.lower), TEXTS)), min_size=1))
def test_written_challenges_come_back(challenges: list[tuple[str, dict[str, str]]]) -> None:
    written = []
    for scheme, parameters in challenges:
        quoted = (
            f'{name}="' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
            for name, text in parameters.items()
        )
        written.append(f"{scheme} {', '.join(quoted)}".strip())
    found = parse_challenges(", ".join(written))
    assert [(c.scheme, dict(c.parameters)) for c in found] == challenges


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(value: str) -> None:
    with contextlib.suppress(SyntaxProblem):
        assert parse_challenges(value)

"""WWW-Authenticate: challenges with their parameters (RFC 9110 §11.6.1).

challenge  = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
auth-param = token BWS "=" BWS ( token / quoted-string )
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.wire.problem import Fault, SyntaxProblem


class ChallengeFault(Fault):
    """What can be wrong with a list of challenges."""

    NO_CHALLENGE = "header without challenge", "rfc9110 §11.6.1"
    BAD_SCHEME = "authentication scheme is not a token", "rfc9110 §11.6.1"
    BAD_PARAMETER = "neither parameter nor challenge", "rfc9110 §11.2"
    REPEATED_PARAMETER = "parameter given twice", "rfc9110 §11.2"


_TCHARS = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SCHEME = re.compile(rf"({_TCHARS})(?= |\t|,|$)[ \t]*")
_TOKEN68 = re.compile(r"([A-Za-z0-9._~+/-]+=*)(?=[ \t]*(?:,|$))")
_PARAMETER = re.compile(rf'({_TCHARS})[ \t]*=[ \t]*(?:({_TCHARS})|"((?:[^"\\]|\\.)*)")')
_GAP = re.compile(r"[ \t]*(?:,[ \t]*)*")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge. `scheme` as written; parameter names in lower case, values unquoted."""

    scheme: str
    parameters: tuple[tuple[str, str], ...] = ()
    token68: str | None = None

    def is_scheme(self, name: str) -> bool:
        """Whether it is of that scheme; the case does not matter."""
        return self.scheme.lower() == name.lower()

    def get(self, name: str) -> str | None:
        """The value of a parameter, None if it is absent."""
        return dict(self.parameters).get(name.lower())


def parse_challenges(value: str) -> tuple[Challenge, ...]:
    """Every challenge of a field value, several fields being joined by commas.

    Raises `SyntaxProblem` for an empty value and for what is not in the grammar.
    """
    challenges = []
    position = _gap(value, 0)
    while position < len(value):
        challenge, position = _challenge(value, position)
        challenges.append(challenge)
    if not challenges:
        raise SyntaxProblem(ChallengeFault.NO_CHALLENGE, 0, value)
    return tuple(challenges)


def _gap(value: str, position: int) -> int:
    match = _GAP.match(value, position)
    return match.end() if match else position


def _challenge(value: str, position: int) -> tuple[Challenge, int]:
    scheme = _SCHEME.match(value, position)
    if scheme is None:
        known = _PARAMETER.match(value, position)
        fault = ChallengeFault.BAD_PARAMETER if known else ChallengeFault.BAD_SCHEME
        raise SyntaxProblem(fault, position, value[position:])
    if value[scheme.end() - 1] in " \t" and (token := _TOKEN68.match(value, scheme.end())):
        return Challenge(scheme.group(1), token68=token.group(1)), _gap(value, token.end())
    parameters, end = _parameters(value, scheme.end())
    return Challenge(scheme.group(1), parameters), end


def _parameters(value: str, start: int) -> tuple[tuple[tuple[str, str], ...], int]:
    found: dict[str, str] = {}
    position = _gap(value, start)
    while match := _PARAMETER.match(value, position):
        name, token, quoted = match.groups()
        if name.lower() in found:
            raise SyntaxProblem(ChallengeFault.REPEATED_PARAMETER, position, name)
        found[name.lower()] = re.sub(r"\\(.)", r"\1", quoted) if token is None else token
        end = match.end()
        position = _gap(value, end)
        if "," not in value[end:position] and position < len(value):
            raise SyntaxProblem(ChallengeFault.BAD_PARAMETER, end, value[end:])
    return tuple(found.items()), position

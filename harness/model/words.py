"""The closed sets of words in which requirements, checks and endpoints are judged."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How binding a requirement is; INFO marks behaviour the documents leave open."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"
    INFO = "INFO"


class Outcome(StrEnum):
    """What one check saw for one requirement. Outcomes are recorded; verdicts are derived."""

    PASS = "PASS"  # noqa: S105 - a word of judgement, no secret
    FAIL = "FAIL"
    WARN = "WARN"
    INFO = "INFO"
    NA = "NA"  # the endpoint lacks the capability, with proof
    UNTESTED = "UNTESTED"  # the tester lacks something: credential, remote party, IPv6
    BLOCKED = "BLOCKED"  # a precondition or control failed, or the other party was at fault
    ERROR = "ERROR"  # a fault of the harness itself


class Verdict(StrEnum):
    """What all outcomes together say about one requirement on one endpoint."""

    VIOLATED = "VIOLATED"
    INCONCLUSIVE = "INCONCLUSIVE"
    MET_WITH_WARNINGS = "MET_WITH_WARNINGS"
    MET = "MET"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NOT_TESTED = "NOT_TESTED"

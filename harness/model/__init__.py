"""The words of the trade as values. No input or output happens here."""

from harness.model.exchange import Body, Exchange, Headers, Interim, Piece, Tls
from harness.model.record import (
    Capability,
    EndpointRecord,
    Expectation,
    Footer,
    Header,
    Observation,
    Run,
)
from harness.model.requirement import Requirement, Variant, VariantKind
from harness.model.verdicts import Judgement
from harness.model.words import Level, Outcome, Verdict

__all__ = [
    "Body",
    "Capability",
    "EndpointRecord",
    "Exchange",
    "Expectation",
    "Footer",
    "Header",
    "Headers",
    "Interim",
    "Judgement",
    "Level",
    "Observation",
    "Outcome",
    "Piece",
    "Requirement",
    "Run",
    "Tls",
    "Variant",
    "VariantKind",
    "Verdict",
]

"""The closed sets of delegation: mechanisms of the Credential header, and steps of its dance."""

from __future__ import annotations

import enum


class Mechanism(enum.Enum):
    """Values of the Credential header (HTTP-TPC, Request Headers)."""

    NONE = "none"
    GRIDSITE = "gridsite"
    OIDC = "oidc"


class Step(enum.Enum):
    """What to do with a COPY that wants a delegated proxy."""

    USE = "go on with the delegated proxy"
    ASK = "ask the client to delegate"
    REFUSE = "refuse the COPY"
    OWN = "go on with the server's own certificate; only ever wrong"
    BARE = "go on without any certificate; only ever wrong"
    CRASH = "fail as if by a fault of the server; only ever wrong"

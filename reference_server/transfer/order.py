"""What a COPY asks for, once it has been checked."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from reference_server.delegation.certificates import ClientCertificate
from reference_server.refusal import Headers
from reference_server.transfer.remote_url import RemoteUrl


class Direction(enum.Enum):
    """Pull: the far side is the source. Push: it is the destination."""

    PULL = "pull"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer. `path` is ours, `remote` the far side's.

    `copy_fields` are sent along by a deviation only.
    `certificate` is shown to a far side that asks for one.
    `repr_digest` is the field of the COPY, `expected` those digests in it that we compare, in hex.
    `may_replace`: publication may replace an object, by Overwrite and by the requester's rights.
    """

    direction: Direction
    path: str
    remote: RemoteUrl
    owner: str
    transfer_headers: Headers = ()
    copy_fields: Headers = ()
    overwrite: bool = True
    may_replace: bool = True
    require_checksum: bool = False
    streams: int = 1
    certificate: ClientCertificate | None = None
    repr_digest: str | None = None
    expected: Mapping[str, str] = field(default_factory=dict)

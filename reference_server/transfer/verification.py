"""Comparing what arrived with what the far side says about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reference_server.behaviour import Behaviour
from reference_server.digests import parse_digests, parse_repr_digests
from reference_server.refusal import Headers
from reference_server.transfer.conversation import FarResponse
from reference_server.transfer.problems import TransferFailed


def wishes(behaviour: Behaviour, client_told: Iterable[str] = ()) -> Headers:
    """Want-Digest (RFC 3230) and Want-Repr-Digest (RFC 9530) for a request."""
    wanted = behaviour.digest_wishes()
    if wanted is None:
        return ()
    return (("Want-Digest", wanted), ("Want-Repr-Digest", behaviour.repr_wishes(client_told)))


@dataclass(frozen=True, slots=True)
class Told:
    """Digests of the whole file that the far side told: comparable ones in hex, and the field."""

    digests: dict[str, str]
    raw: str

    def is_missing(self, behaviour: Behaviour) -> bool:
        """Whether there is nothing to compare with."""
        return behaviour.digest_is_missing(self.digests, self.raw)

    def joined(self, later: Told) -> Told:
        """What two answers told together."""
        return Told({**self.digests, **later.digests}, later.raw or self.raw)


NOTHING = Told({}, "")


def digests_in(response: FarResponse) -> Told:
    """What an answer tells."""
    raw = response.get("digest") or ""
    understood = parse_digests(raw)
    understood.update(parse_repr_digests(response.get("repr-digest") or ""))
    return Told(understood, raw)


def contradiction(
    ours: Mapping[str, str], theirs: Mapping[str, str], behaviour: Behaviour
) -> str | None:
    """The first algorithm in which two sets of digests disagree."""
    for algorithm, value in theirs.items():
        if not behaviour.digests_agree(algorithm, ours[algorithm], value):
            return algorithm
    return None


def check_size(ours: int, response: FarResponse, behaviour: Behaviour) -> None:
    """Raises TransferFailed when the far side tells another size."""
    told = response.length
    if told is not None and not behaviour.sizes_agree(ours, told):
        raise TransferFailed(f"size mismatch: {ours} here, {told} at the far side")

"""What is checked, promised and asked before and after a transfer."""

from __future__ import annotations

import socket

from reference_server.behaviour import Behaviour
from reference_server.personalities.registry import difference
from reference_server.refusal import Refusal
from reference_server.transfer.remote_url import RemoteUrl

STREAMS = 100


@difference(
    "accepted-as-created",
    of=("xrootd5",),
    source="TPC-013: 201 with chunked markers (xrootd-tpc, old XRootD)",
    warns="TPC-013",
)
class AcceptedAsCreated(Behaviour):
    """An accepted COPY is answered 201 with a stream of markers."""

    def accepted_status(self) -> int:
        return 201


@difference("unresolvable-host-refused-early", of=("dcache",), source="TPC-012")
class UnresolvableHostRefusedEarly(Behaviour):
    """A far side whose name does not resolve is refused before acceptance."""

    def remote_url(self, text: str) -> RemoteUrl | None:
        remote = Behaviour().remote_url(text)
        try:
            socket.getaddrinfo(remote.host if remote else None, 0)
        except OSError:
            raise Refusal(400, "host name of the far side cannot be resolved") from None
        return remote


@difference("own-errors-told-late", of=("storm",), source="TPC-047")
class OwnErrorsToldLate(Behaviour):
    """What is missing in the own namespace is told by a failure line after acceptance."""

    def is_told_late(self, status: int) -> bool:
        return status in (404, 409)


@difference("checksum-required-by-default", of=("dcache", "storm"), source="INTEG-016")
class ChecksumRequiredByDefault(Behaviour):
    """Without RequireChecksumVerification a transfer needs a matching digest of the far side."""

    def checksum_required(self, text: str | None) -> bool:
        return True if text is None else Behaviour().checksum_required(text)


@difference("odd-checksum-wish-ignored", of=("xrootd5", "dpm"), source="INTEG-018")
class OddChecksumWishIgnored(Behaviour):
    """A RequireChecksumVerification that is neither true nor false counts as absent."""

    def checksum_required(self, text: str | None) -> bool:
        return (text or "").lower() == "true"


@difference("overwrite-in-any-case", of=("storm",), source="TPC-027: lower-case t and f")
class OverwriteInAnyCase(Behaviour):
    """Overwrite is read without regard to case."""

    def overwrite_value(self, text: str | None) -> str:
        return Behaviour().overwrite_value(text if text is None else text.upper())


@difference("overwrite-is-t-or-else-f", of=("xrootd5",), source="TPC-027: anything but T is F")
class OverwriteIsTOrElseF(Behaviour):
    """Overwrite with any other value than T forbids to overwrite."""

    def overwrite_value(self, text: str | None) -> str:
        return "T" if text in (None, "T") else "F"


@difference("too-many-streams-refused", of=("xrootd5",), source="TPC-041")
class TooManyStreamsRefused(Behaviour):
    """More than a hundred streams are refused."""

    def number_of_streams(self, text: str | None) -> int:
        wish = Behaviour().number_of_streams(text)
        if text is not None and int(text[:9]) > STREAMS:
            raise Refusal(400, "too many streams")
        return wish


@difference("plain-sources-refused", of=("storm",), source="TPC-010: refused by policy")
class PlainSourcesRefused(Behaviour):
    """A far side without TLS is refused by policy."""

    def remote_url(self, text: str) -> RemoteUrl | None:
        remote = Behaviour().remote_url(text)
        if remote is not None and not remote.secure:
            raise Refusal(403, "transfers without TLS are not allowed here")
        return remote


@difference("no-delegation", of=("xrootd5", "storm", "dpm"), source="CRED-011")
class NoDelegation(Behaviour):
    """There is no delegation service; without Credential nothing is delegated."""

    def offers_gridsite(self) -> bool:
        return False


@difference(
    "pushes-verified-on-demand",
    of=("xrootd5", "dpm"),
    source="INTEG-011: XRootD and DPM do not verify pushes",
    warns="INTEG-011",
)
class PushesVerifiedOnDemand(Behaviour):
    """A push ends with the answer to its PUT, unless its checksum has to be verified."""

    def verifies_push(self, *, required: bool) -> bool:
        return required


@difference("digest-asked-by-get-only", of=("xrootd5", "storm"), source="INTEG-004")
class DigestAskedByGetOnly(Behaviour):
    """A pull asks for a digest in its GET and never comes back for it."""

    def asks_digest_by_head(self) -> bool:
        return False

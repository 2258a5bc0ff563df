"""Deviations of the fields of a COPY and of its far side's address."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.behaviour.requesting import Address
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers, Refusal
from reference_server.transfer.remote_url import RemoteUrl

NEW = "new with the requirement"


@deviation(
    "barred-peer-contacted",
    breaks=("TPC-059",),
    seen_in="DEV-D196 XRootD before 5.9.3, Pelican tests of SSRF",
)
class BarredPeerContacted(Behaviour):
    """Addresses that the operator bars are contacted."""

    def heeds_barred_peers(self) -> bool:
        return False


@deviation("mapped-address-not-barred", breaks=("TPC-059",), seen_in="BriX tests of SSRF")
class MappedAddressNotBarred(Behaviour):
    """An IPv4 address that is written as IPv6 is not compared with those that are barred."""

    def address_to_compare(self, address: Address) -> Address:
        return address


@deviation("odd-scitag-refused", breaks=("TPC-056",), seen_in="DEV-D200 StoRM")
class OddSciTagRefused(Behaviour):
    """A SciTag that is no flow id makes the COPY fail."""

    def copy_field_problem(self, name: str, value: str) -> str | None:
        if name.lower() != "scitag":
            return None
        known = value.isdigit() and 65 <= int(value) <= 65535
        return None if known else "SciTag is no flow id"


@deviation("first-source-counts", breaks=("TPC-057",), seen_in="catalogue mutant")
class FirstSourceCounts(Behaviour):
    """Of several Source fields the first one counts."""

    def one_remote(self, values: list[str]) -> str | None:
        return values[0] if values else None


@deviation("bad-url-echoed", breaks=("TPC-058",), seen_in=NEW)
class BadUrlEchoed(Behaviour):
    """The refusal of a remote URL quotes it, with the password that it holds."""

    def remote_url(self, text: str) -> RemoteUrl | None:
        try:
            return super().remote_url(text)
        except Refusal as problem:
            raise Refusal(problem.status, f"{problem.text}: {text}") from None


@deviation("unknown-copy-field-refused", breaks=("TPC-060",), seen_in="StoRM, ClientInfo")
class UnknownCopyFieldRefused(Behaviour):
    """A COPY with ClientInfo is refused."""

    def copy_field_problem(self, name: str, value: str) -> str | None:
        return "ClientInfo is not understood" if name.lower() == "clientinfo" else None


@deviation("collection-pushed-in-name-only", breaks=("TPC-062",), seen_in="DEV-D040 dCache")
class CollectionPushedInNameOnly(Behaviour):
    """A transfer of a collection is answered 201, and nothing is sent."""

    def collection_in_transfer(self) -> int:
        return 201


@deviation("failure-tells-transfer-headers", breaks=("TPC-063",), seen_in="DEV-D197 XRootD #2222")
class FailureTellsTransferHeaders(Behaviour):
    """The failure line quotes the request to the far side, its token included."""

    def failure_with_fields(self, text: str, fields: Headers) -> str:
        return f"{text} ({', '.join(f'{name}: {value}' for name, value in fields)})"


@deviation("digest-of-a-missing-file", breaks=("CKSUM-029",), seen_in=NEW)
class DigestOfAMissingFile(Behaviour):
    """A 404 carries a Digest, as if it were of the file."""

    def get_missing(self) -> None:
        raise Refusal(404, "no such resource", headers=(("Digest", "adler32=00000001"),))


@deviation("first-wish-alone-is-read", breaks=("CKSUM-030",), seen_in="dCache #3906")
class FirstWishAloneIsRead(Behaviour):
    """Of several Want-Digest fields only the first one is read."""

    def wish_as_read(self, values: list[str]) -> str | None:
        return values[0] if values else None


@deviation("local-copy-is-zeros", breaks=("DAV-032",), seen_in=NEW)
class LocalCopyIsZeros(Behaviour):
    """A file that is copied within the server holds zeros only."""

    def block_to_copy(self, block: memoryview) -> memoryview:
        return memoryview(bytes(len(block)))


@deviation(
    "transfers-take-all-threads",
    breaks=("TPC-064",),
    seen_in="DEV-D191 dCache before 8.0",
)
class TransfersTakeAllThreads(Behaviour):
    """While eight transfers run nothing else is answered."""

    def serves_beside(self, transfers: int) -> bool:
        return transfers < 8

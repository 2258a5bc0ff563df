"""Seams of the fields of a COPY, and of whom it may name as its far side."""

from __future__ import annotations

import ipaddress

from reference_server.refusal import Headers, Refusal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RequestingSeams:
    """Decisions about what a COPY may say (RFC 9110 section 5.3) and about forbidden far sides."""

    def one_remote(self, values: list[str]) -> str | None:
        """Source or Destination, of which there may be one; raises Refusal."""
        if len(values) > 1:
            raise Refusal(400, "Source or Destination given more than once")
        return values[0] if values else None

    def copy_field_problem(self, name: str, value: str) -> str | None:
        """Why a field of the COPY cannot be accepted: one that is not known is ignored."""
        return None

    def serves_beside(self, transfers: int) -> bool:
        """Whether a request is served while so many transfers run: they take nobody's place."""
        return True

    def collection_in_transfer(self) -> int:
        """A collection named as what a transfer moves; a status would pretend that it was done."""
        raise Refusal(409, "a collection cannot be transferred")

    def failure_with_fields(self, text: str, fields: Headers) -> str:
        """The failure line of a transfer, of which the transfer headers are no part."""
        return text

    def heeds_barred_peers(self) -> bool:
        """Whether the addresses that the operator bars are left alone."""
        return True

    def address_to_compare(self, address: Address) -> Address:
        """An address as it is compared with those that are barred: one mapped to IPv6 is IPv4."""
        return getattr(address, "ipv4_mapped", None) or address

    def wish_as_read(self, values: list[str]) -> str | None:
        """Want-Digest: several fields are one list (RFC 9110 section 5.3); None without any."""
        return ", ".join(values) if values else None

    def block_to_copy(self, block: memoryview) -> memoryview:
        """A block of a file that is copied within this server."""
        return block

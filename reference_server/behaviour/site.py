"""Seams of an installation: what is switched on, where it listens, what each node has."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509

from reference_server.auth.identity import Identity


class SiteSeams:
    """Decisions that are a site's rather than a program's (DOMA: configuring dCache)."""

    def listens_on_ipv6(self, *, is_data_node: bool) -> bool:
        """Whether a door listens on IPv6 where the machine has it."""
        return True

    def needs_client_certificate(self) -> bool:
        """Whether the handshake fails without one: tokens are enough."""
        return False

    def has_trust_store(self, node: int) -> bool:
        """Whether the data node with this number knows the authorities of far sides."""
        return True

    def reads_revocation_lists(self) -> bool:
        """Whether lists that lie beside the authorities count against far sides."""
        return True

    def offers_copy_at(self, local: str) -> bool:
        """Whether the door with this address serves third-party copies: all doors are alike."""
        return True

    def transfer_service_problem(self) -> str | None:
        """Why no service takes the transfers of this door: there is one."""
        return None

    def write_pool_problem(self) -> str | None:
        """Why nothing takes a file for which no space was named: there is no reason."""
        return None

    def mapped_user(
        self, found: Identity | None, chain: Sequence[x509.Certificate]
    ) -> Identity | None:
        """The user that a certificate, with the groups told in its chain, is mapped to."""
        return found
